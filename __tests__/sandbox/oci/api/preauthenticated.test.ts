/** Addresses of objects that need no signature, and the lifecycle policy of a bucket. */
import { type Call, quietCalls } from "../../../../sandbox/faults/calls.ts";
import { ociInventory } from "../../../../sandbox/oci/index.ts";
import { accepted, type Answered, type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

const logged: string[] = [];
let api: Api;
let root: string;
let bucket: string;

beforeAll(async () => {
  const calls = { ...quietCalls, end: ({ target }: Call) => void logged.push(target) };
  api = await ociApi({ ...emptyStore(), calls });
  root = api.store.state.oci.tenancyId;
});

beforeEach(async () => {
  const { namespace } = Object.assign(api.store.state.oci, { buckets: [], policies: [] });
  bucket = `/n/${namespace}/b/images`;
  await api.call("POST", `/n/${namespace}/b`, { compartmentId: root, name: "images" });
  await api.put(`${bucket}/o/talos/arm64.qcow2`, "an image");
});

afterAll(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function later(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

function request(body: object): Promise<Answered["body"]> {
  return accepted(api.call("POST", `${bucket}/p`, { name: "par", timeExpires: later(1), ...body }));
}

/** As curl would, with no signature. */
async function open(path: string, init: RequestInit = {}): Promise<[number, string]> {
  const answer = await fetch(`${api.url}${path}`, init);
  return [answer.status, await answer.text()];
}

const notThere = [404, expect.stringContaining("BucketNotFound")];
const toRead = { accessType: "ObjectRead", objectName: "talos/arm64.qcow2" };

it("serves the object to whoever has the address, which is told once", async () => {
  const { accessUri, fullPath, id } = await request(toRead);
  expect(accessUri).toMatch(/^\/p\/\w{64}\/n\/\w+\/b\/images\/o\/talos\/arm64.qcow2$/);
  expect(await open(accessUri)).toEqual([200, "an image"]);
  expect(await open(accessUri, { headers: { range: "bytes=3-" } })).toEqual([206, "image"]);
  expect(await (await fetch(fullPath)).text()).toBe("an image");
  const told = (await api.call("GET", `${bucket}/p/${id}`)).body;
  expect(told).toMatchObject({ id, name: "par", ...toRead });
  expect((await api.call("GET", `${bucket}/p`)).body).toEqual([told]);
  expect(Object.keys(told)).not.toContain("tokenSha256");
  const token: string = accessUri.split("/")[2];
  expect(JSON.stringify([told, api.store.state.oci])).not.toContain(token);
});

it("leaves the address out of the sandbox's log", async () => {
  const { accessUri } = await request(toRead);
  logged.length = 0;
  await open(accessUri);
  expect(logged).toEqual([accessUri.replace(/\w{64}/, "…")]);
});

it("refuses the address when it has expired, and when it is deleted", async () => {
  const { accessUri, id } = await request(toRead);
  api.turnClock(2 * 3_600_000);
  const expired = await open(accessUri);
  api.turnClock(-2 * 3_600_000);
  expect(expired).toEqual(notThere);
  expect((await open(accessUri))[0]).toBe(200);
  expect((await api.call("DELETE", `${bucket}/p/${id}`)).status).toBe(204);
  expect(await open(accessUri)).toEqual(notThere);
  expect((await api.call("GET", `${bucket}/p/${id}`)).status).toBe(404);
});

it("opens what it is for, and nothing else", async () => {
  const { accessUri } = await request(toRead);
  expect(await open(accessUri.replace("arm64", "amd64"))).toEqual(notThere);
  expect(await open(accessUri, { method: "PUT", body: "x" })).toEqual(notThere);
  expect(await open(accessUri.replace(/\/p\/\w/, (first: string) => (first === "/p/x" ? "/p/y" : "/p/x")))).toEqual(
    notThere,
  );
  expect((await open(accessUri.replace(/^\/p\/\w+/, "")))[0]).toBe(401);
  expect((await open(accessUri, { method: "HEAD" }))[0]).toBe(200);
});

it("takes objects whose names begin as it says, and lists where it may", async () => {
  const { accessUri: write } = await request({ accessType: "AnyObjectWrite", objectName: "up/" });
  expect((await open(`${write}up/load`, { method: "PUT", body: "come in" }))[0]).toBe(200);
  expect(await open(`${write}elsewhere`, { method: "PUT", body: "x" })).toEqual(notThere);
  expect(await open(`${write}up/load`)).toEqual(notThere);
  expect(await open(write)).toEqual(notThere);
  const { accessUri: list } = await request({ accessType: "AnyObjectRead", bucketListingAction: "ListObjects" });
  expect(JSON.parse((await open(list))[1])).toMatchObject({
    objects: [{ name: "talos/arm64.qcow2" }, { name: "up/load" }],
  });
  expect(await open(`${list}up/load`)).toEqual([200, "come in"]);
});

it.each([
  { accessType: "ObjectRead" },
  { accessType: "Read", objectName: "x" },
  { accessType: "AnyObjectWrite", bucketListingAction: "ListObjects" },
  { ...toRead, timeExpires: "soon" },
  { ...toRead, name: "" },
])("refuses a request of %o", async (body) => {
  const answer = await api.call("POST", `${bucket}/p`, { name: "par", timeExpires: later(1), ...body });
  expect(answer.status).toBe(400);
});

it("a bucket that somebody has the address of is not deleted", async () => {
  const { id } = await request(toRead);
  await api.call("DELETE", `${bucket}/o/talos/arm64.qcow2`);
  expect((await api.call("DELETE", bucket)).body.code).toBe("BucketNotEmpty");
  await api.call("DELETE", `${bucket}/p/${id}`);
  expect((await api.call("DELETE", bucket)).status).toBe(204);
});

const rule = { name: "old", action: "DELETE", timeAmount: 30, timeUnit: "DAYS", isEnabled: true };
const manage = (where: string): string =>
  `Allow service objectstorage-eu-frankfurt-1 to manage object-family in ${where}`;

async function allow(statement: string): Promise<void> {
  const body = { compartmentId: root, name: statement, description: "", statements: [statement] };
  expect((await api.call("POST", "/20160918/policies", body)).status).toBe(200);
}

describe("a lifecycle policy", () => {
  it("needs a policy that lets the service manage the bucket's objects", async () => {
    const other = { compartmentId: root, name: "other", description: "another" };
    await api.call("POST", "/20160918/compartments", other);
    await allow("Allow service objectstorage-us-ashburn-1 to manage object-family in tenancy");
    await allow("Allow service objectstorage-eu-frankfurt-1 to read object-family in tenancy");
    await allow("Allow group objectstorage-eu-frankfurt-1 to manage object-family in tenancy");
    await allow(manage("compartment other"));
    const { status, body } = await api.call("PUT", `${bucket}/l`, { items: [rule] });
    expect([status, body.code, body.message]).toEqual([
      400,
      "InsufficientServicePermissions",
      'Permissions granted to the object storage service principal "objectstorage-eu-frankfurt-1" to this bucket are ' +
        "insufficient.",
    ]);
    await allow(manage("tenancy"));
    expect((await api.call("PUT", `${bucket}/l`, { items: [rule] })).status).toBe(200);
  });

  it("reads back with every argument, is replaced whole, and is gone when deleted", async () => {
    await allow(manage("tenancy"));
    const filter = { inclusionPatterns: ["*.log"], exclusionPatterns: ["keep*"], inclusionPrefixes: ["logs/"] };
    const abort = { ...rule, name: "parts", action: "ABORT", target: "multipart-uploads", objectNameFilter: null };
    const items = [{ ...rule, target: "previous-object-versions", objectNameFilter: filter }, abort];
    expect((await api.call("GET", `${bucket}/l`)).status).toBe(404);
    await api.call("PUT", `${bucket}/l`, { items });
    const read = await api.call("GET", `${bucket}/l`);
    expect(read.body).toMatchObject({ items, timeCreated: expect.any(String) });
    expect((await api.call("GET", bucket)).body.objectLifecyclePolicyEtag).toBe(read.headers.get("etag"));
    await api.call("PUT", `${bucket}/l`, { items: [rule] });
    expect((await api.call("GET", `${bucket}/l`)).body.items).toMatchObject([{ ...rule, target: "objects" }]);
    expect((await api.call("DELETE", `${bucket}/l`)).status).toBe(204);
    expect((await api.call("GET", `${bucket}/l`)).status).toBe(404);
  });

  it("is in the inventory, as are preauthenticated requests", async () => {
    await allow(manage("tenancy"));
    await api.call("PUT", `${bucket}/l`, { items: [rule] });
    const { id } = await request(toRead);
    expect(ociInventory(api.store.state.oci)).toEqual(
      expect.arrayContaining([
        { type: "oci_objectstorage_object_lifecycle_policy", id: `${bucket.slice(1)}/l`, name: "images" },
        { type: "oci_objectstorage_preauthrequest", id: `${bucket.slice(1)}/p/${id}`, name: "par" },
      ]),
    );
  });

  it.each([
    { action: "SHRED" },
    { timeUnit: "HOURS" },
    { timeAmount: "30" },
    { isEnabled: "yes" },
    { name: "" },
    { action: "ABORT" },
    { target: "multipart-uploads" },
    { action: "ABORT", target: "multipart-uploads", objectNameFilter: { inclusionPrefixes: ["x"] } },
    { target: "everything" },
  ])("is refused with a rule of %o", async (wrong) => {
    await allow(manage("tenancy"));
    expect((await api.call("PUT", `${bucket}/l`, { items: [{ ...rule, ...wrong }] })).status).toBe(400);
  });

  it("does not move objects of a bucket that tiers by itself", async () => {
    await allow(manage("tenancy"));
    await api.call("POST", bucket, { autoTiering: "InfrequentAccess" });
    const items = [{ ...rule, action: "INFREQUENT_ACCESS" }];
    expect((await api.call("PUT", `${bucket}/l`, { items })).status).toBe(400);
  });
});
