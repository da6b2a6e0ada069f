/** Objects that stay: versions, retention rules, copies and other names. */
import { type Answered, type Api, ociApi } from "../client.ts";

let api: Api;
let root: string;
let namespace: string;

beforeEach(async () => {
  api = await ociApi();
  ({ tenancyId: root, namespace } = api.store.state.oci);
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

/** A bucket's path. */
async function bucket(name: string, more: object = {}): Promise<string> {
  const buckets = `/n/${namespace}/b`;
  expect((await api.call("POST", buckets, { compartmentId: root, name, ...more })).status).toBe(200);
  return `${buckets}/${name}`;
}

/** So many days from now. */
const days = (after: number): string => new Date(Date.parse(api.store.now()) + after * 24 * 3600 * 1000).toISOString();

const versions = async (of: string): Promise<Answered["body"]> =>
  (await api.call("GET", `${of}/objectversions?fields=size`)).body.items;

it("keeps what was there in a bucket with versions, and brings it back when the newest goes", async () => {
  const kept = await bucket("kept", { versioning: "Enabled" });
  await api.put(`${kept}/o/a`, "one");
  const newer = await api.put(`${kept}/o/a`, "newer");
  expect((await versions(kept)).map(({ size }: Answered["body"]) => size)).toEqual([5, 3]);
  await api.call("DELETE", `${kept}/o/a?versionId=${newer.headers.get("version-id")}`);
  expect(String(await api.download(`${kept}/o/a`))).toBe("one");
});

it("marks an object as deleted, which stays readable by its version until the bucket is empty", async () => {
  const kept = await bucket("kept", { versioning: "Enabled" });
  const versionId = (await api.put(`${kept}/o/a`, "one")).headers.get("version-id");
  await api.call("DELETE", `${kept}/o/a`);
  expect((await api.call("HEAD", `${kept}/o/a`)).status).toBe(404);
  expect(String(await api.download(`${kept}/o/a?versionId=${versionId}`))).toBe("one");
  expect((await api.call("DELETE", kept)).body.code).toBe("BucketNotEmpty");
  const [marker] = await versions(kept);
  expect(marker).toMatchObject({ name: "a", isDeleteMarker: true });
  await api.call("DELETE", `${kept}/o/a?versionId=${marker.versionId}`);
  expect((await api.call("HEAD", `${kept}/o/a`)).status).toBe(200);
  await api.call("DELETE", `${kept}/o/a?versionId=${versionId}`);
  expect((await api.call("DELETE", kept)).status).toBe(204);
});

it("suspends versions, and does not disable them any more", async () => {
  const kept = await bucket("kept", { versioning: "Enabled" });
  expect((await api.call("POST", kept, { versioning: "Disabled" })).status).toBe(400);
  expect((await api.call("POST", kept, { versioning: "Suspended" })).body.versioning).toBe("Suspended");
});

it("retains objects as long as a rule says, and no longer", async () => {
  const kept = await bucket("kept");
  const duration = { timeAmount: 10, timeUnit: "DAYS" };
  const rule = await api.call("POST", `${kept}/retentionRules`, { displayName: "ten", duration });
  expect(rule.body).toMatchObject({ displayName: "ten", duration, timeRuleLocked: null });
  await api.put(`${kept}/o/a`, "one");
  expect((await api.call("DELETE", `${kept}/o/a`)).status).toBe(409);
  expect((await api.put(`${kept}/o/a`, "two")).status).toBe(409);
  await api.call("PUT", `${kept}/retentionRules/${rule.body.id}`, { duration: { ...duration, timeAmount: 1 } });
  const [{ objects: [object] } = { objects: [] }] = api.store.state.oci.buckets;
  Object.assign(object ?? {}, { timeCreated: days(-2) });
  expect((await api.call("DELETE", `${kept}/o/a`)).status).toBe(204);
});

it("locks a rule after two weeks at the earliest, and then lets it get longer only", async () => {
  const kept = await bucket("kept");
  const body = { displayName: "locked", duration: { timeAmount: 10, timeUnit: "DAYS" } };
  const create = (after: number) =>
    api.call("POST", `${kept}/retentionRules`, { ...body, timeRuleLocked: days(after) });
  expect((await create(13)).status).toBe(400);
  const one = `${kept}/retentionRules/${(await create(15)).body.id}`;
  Object.assign(api.store.state.oci.buckets[0]?.retentionRules?.[0] ?? {}, { timeRuleLocked: days(-1) });
  const change = (timeAmount: number) => api.call("PUT", one, { duration: { timeAmount, timeUnit: "DAYS" } });
  const answers = [await change(9), await change(11), await api.call("DELETE", one)];
  expect(answers.map(({ status }) => status)).toEqual([409, 200, 409]);
});

it("has rules or versions in a bucket, not both", async () => {
  const versioned = await bucket("versioned", { versioning: "Enabled" });
  expect((await api.call("POST", `${versioned}/retentionRules`, { displayName: "no" })).status).toBe(409);
  const ruled = await bucket("ruled");
  await api.call("POST", `${ruled}/retentionRules`, { displayName: "forever" });
  expect((await api.call("POST", ruled, { versioning: "Enabled" })).status).toBe(409);
});

it("copies an object where a policy lets the service, by a work request, with bytes of its own", async () => {
  const [from] = [await bucket("from"), await bucket("to")];
  await api.put(`${from}/o/a`, "one", { "opc-meta-of": "a" });
  const copy = () =>
    api.call("POST", `${from}/actions/copyObject`, {
      sourceObjectName: "a",
      destinationRegion: "eu-frankfurt-1",
      destinationNamespace: namespace,
      destinationBucket: "to",
      destinationObjectName: "b",
    });
  expect((await copy()).body.code).toBe("InsufficientServicePermissions");
  const statements = ["Allow service objectstorage-eu-frankfurt-1 to manage object-family in tenancy"];
  const policy = { compartmentId: root, name: "copies", description: "Copies", statements };
  await api.call("POST", "/20160918/policies", policy);
  const work = (await copy()).headers.get("opc-work-request-id");
  api.turnClock(2000);
  expect((await api.call("GET", `/workRequests/${work}`)).body).toMatchObject({ status: "COMPLETED" });
  await api.call("DELETE", `${from}/o/a`);
  expect(String(await api.download(`/n/${namespace}/b/to/o/b`))).toBe("one");
  expect((await api.call("HEAD", `/n/${namespace}/b/to/o/b`)).headers.get("opc-meta-of")).toBe("a");
});

it("renames an object, and gives it with the headers that are asked for", async () => {
  const one = await bucket("one");
  await api.put(`${one}/o/a`, "one");
  expect((await api.call("POST", `${one}/actions/renameObject`, { sourceName: "a", newName: "b" })).status).toBe(200);
  expect((await api.call("HEAD", `${one}/o/a`)).status).toBe(404);
  expect(String(await api.download(`${one}/o/b`))).toBe("one");
});

it("has compartments of a namespace for clients that name none", async () => {
  const body = { compartmentId: root, name: "s3", description: "Of S3 clients" };
  const { id } = (await api.call("POST", "/20160918/compartments", body)).body;
  await api.call("PUT", `/n/${namespace}`, { defaultS3CompartmentId: id });
  expect((await api.call("GET", `/n/${namespace}`)).body).toMatchObject({
    defaultS3CompartmentId: id,
    defaultSwiftCompartmentId: root,
  });
});
