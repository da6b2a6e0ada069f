/** Object Storage, by the project's own upload over Oracle's SDK. */
import { createHash } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import * as fc from "fast-check";
import { ociArchive, sha256Of } from "../../../../images/model/archive.ts";
import { openObjectStore, uploadImage } from "../../../../images/upload/index.ts";
import { rangeOf } from "../../../../sandbox/oci/api/storage/objects.ts";
import type { Bucket } from "../../../../sandbox/oci/resources/bucket.ts";
import { accepted, type Api, ociApi } from "../client.ts";

const PART_BYTES = 64 * 1024;
const NAMES = { objectName: "proxmox-ampere-0123456789ab-ba9876543210.oci", bucket: "lab-images" };

let api: Api;
let root: string;
let bucketPath: string;

beforeEach(async () => {
  api = await ociApi();
  root = api.store.state.oci.tenancyId;
  bucketPath = `/n/${api.store.state.oci.namespace}/b/lab-images`;
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function files(): readonly string[] {
  return readdirSync(join(api.home, "objects"));
}

function bucket(): Bucket | undefined {
  return api.store.state.oci.buckets[0];
}

/** The same bytes every time, that look random. */
function noise(length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash("sha256").update(`block ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

async function upload(signal = new AbortController().signal, afterParts = Infinity) {
  const disk = join(api.home, "disk.qcow2");
  writeFileSync(disk, noise(7 * PART_BYTES + 1000));
  const archive = await ociArchive(disk, { operatingSystem: "Debian", operatingSystemVersion: "13" });
  const store = await openObjectStore({
    region: "eu-frankfurt-1",
    signIn: { auth: "profile", profile: "DEFAULT" },
    signal,
    say: () => undefined,
    endpoint: api.url,
    retry: { attempts: 3, firstDelayMs: 1, longestDelayMs: 4 },
    env: { OCI_CLI_CONFIG_FILE: join(api.home, "oci", "config") },
  });
  let parts = 0;
  const counted: typeof store = {
    ...store,
    async putPart(...args) {
      parts += 1;
      if (parts > afterParts) throw new Error("the test ends it here");
      await store.putPart(...args);
    },
  };
  const sha256 = await sha256Of(archive.read());
  const request = { archive, sha256, inputHash: "1".repeat(64), compartmentId: root, allowPaid: false };
  const uploaded = uploadImage({ store: counted, partBytes: PART_BYTES, say: () => undefined, ...request, ...NAMES });
  return { archive, done: uploaded.then(() => parts), parts: () => parts };
}

it("an image is uploaded in parts, and read again as it was", async () => {
  const { archive, done } = await upload();
  await done;
  const [object] = bucket()?.objects ?? [];
  expect(object).toMatchObject({ name: NAMES.objectName, size: archive.sizeBytes, md5: null });
  expect(object?.multipartMd5).toMatch(/-8$/);
  expect(files()).toHaveLength(8);
  const got = await api.download(`${bucketPath}/o/${NAMES.objectName}`);
  expect(got.equals(await buffer(archive.read()))).toBe(true);
});

it("an image that is there is not uploaded again", async () => {
  await (
    await upload()
  ).done;
  expect(await (await upload()).done).toBe(0);
});

it("an upload that was cut off goes on with the parts that are missing", async () => {
  await expect((await upload(undefined, 5)).done).rejects.toThrow();
  const arrived = bucket()?.uploads[0]?.parts.length ?? 0;
  expect(arrived).toBeGreaterThan(0);
  expect(await (await upload()).done).toBe(8 - arrived);
  expect([bucket()?.uploads, files().length]).toEqual([[], 8]);
});

it.each([{ contentType: "text/plain\nx: y" }, { metadata: { "opc-meta-a": "1\r\nx: y" } }])(
  "an upload is refused whose headers could not be given back: %j",
  async (details) => {
    await api.call("POST", bucketPath.replace(/\/[^/]+$/, ""), { name: "lab-images", compartmentId: root });
    const { status, body } = await api.call("POST", `${bucketPath}/u`, { object: "a", ...details });
    expect([status, body.code]).toEqual([400, "InvalidMetadata"]);
  },
);

it("a bucket's name becomes the region's own where it can be part of a host's, and stays so", async () => {
  const path = bucketPath.replace(/\/[^/]+$/, "");
  const make = (name: string) => accepted(api.call("POST", path, { name, compartmentId: root }));
  const scope = async (name: string, bucketScope: string) =>
    (await api.call("POST", `${path}/${name}`, { bucketScope })).body;
  await make("lab_Images");
  await make("lab-images");
  expect((await scope("lab_Images", "REGION")).code).toBe("InvalidBucketName");
  expect((await scope("lab-images", "REGION")).bucketScope).toBe("REGION");
  expect((await scope("lab-images", "NAMESPACE")).code).toBe("InvalidParameter");
  const list = await accepted(api.call("GET", `${path}?compartmentId=${root}`));
  expect(list.map((each: { bucketScope: string }) => each.bucketScope)).toEqual(["NAMESPACE", "REGION"]);
});

describe("an object", () => {
  async function put(name: string, content: string, headers: Readonly<Record<string, string>> = {}) {
    return api.put(`${bucketPath}/o/${name}`, content, headers);
  }

  beforeEach(async () => {
    const body = { name: "lab-images", compartmentId: root };
    expect((await api.call("POST", bucketPath.replace("/lab-images", ""), body)).status).toBe(200);
  });

  it("is put, replaced and deleted, and leaves no file behind", async () => {
    await put("a/b c.txt".replace(" ", "%20"), "one");
    await put("a/b%20c.txt", "two");
    expect(bucket()?.objects.map(({ name, size }) => [name, size])).toEqual([["a/b c.txt", 3]]);
    expect((await api.download(`${bucketPath}/o/a/b%20c.txt`)).toString()).toBe("two");
    expect(files()).toHaveLength(1);
    expect((await api.call("DELETE", bucketPath)).body.code).toBe("BucketNotEmpty");
    expect((await api.call("DELETE", `${bucketPath}/o/a/b%20c.txt`)).status).toBe(204);
    expect(files()).toEqual([]);
    expect((await api.call("DELETE", bucketPath)).status).toBe(204);
  });

  it("is refused when it is another one than its MD5 says", async () => {
    const { status, body } = await put("a", "one", { "content-md5": "47DEQpj8HBSa+/TImW+5JA==" });
    expect([status, body.code, files()]).toEqual([400, "UnmatchedContentMD5", []]);
  });

  it("does not replace one where the client does not want it", async () => {
    await put("a", "one");
    const { status, body } = await put("a", "two", { "if-none-match": "*" });
    expect([status, body.code]).toEqual([412, "IfNoneMatchFailed"]);
  });

  it.each(["change a bucket", "get an object"])("refuses to %s where the client wants another ETag", async (what) => {
    await put("a", "one");
    const wrong = { "if-match": "wrong" };
    const refused =
      what === "change a bucket"
        ? await api.call("POST", bucketPath, { metadata: { a: "b" } }, wrong)
        : await api.call("GET", `${bucketPath}/o/a`, undefined, wrong);
    expect([refused.status, refused.body.code]).toEqual([412, "IfMatchFailed"]);
  });

  it("is listed by name, in pages and folders", async () => {
    for (const name of ["a", "f/1", "f/2", "z"]) await put(name, name);
    const first = (await api.call("GET", `${bucketPath}/o?limit=2&fields=size`)).body;
    expect(first).toMatchObject({ objects: [{ name: "a", size: 1 }, { name: "f/1" }], nextStartWith: "f/2" });
    const folders = (await api.call("GET", `${bucketPath}/o?delimiter=/`)).body;
    expect(folders).toMatchObject({ objects: [{ name: "a" }, { name: "z" }], prefixes: ["f/"] });
  });

  it("makes an image, and what is not in a bucket that there is does not", async () => {
    await put("there.oci", "image");
    const image = (objectName: string) => ({
      compartmentId: root,
      imageSourceDetails: {
        sourceType: "objectStorageTuple",
        namespaceName: api.store.state.oci.namespace,
        bucketName: "lab-images",
        objectName,
      },
    });
    expect((await api.call("POST", "/20160918/images", image("there.oci"))).body.lifecycleState).toBe("IMPORTING");
    const answer = await api.call("POST", "/20160918/images", image("elsewhere.oci"));
    expect([answer.status, answer.body.code]).toEqual([404, "NotAuthorizedOrNotFound"]);
  });
});

it("a range is what slicing gives, or refused", () => {
  const length = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(length, fc.option(fc.nat(400)), fc.option(fc.nat(400)), (size, first, last) => {
      const header = `bytes=${first ?? ""}-${last ?? ""}`;
      const all = Array.from({ length: size }, (_, index) => index);
      const wanted =
        first === null
          ? last === null
            ? null
            : last === 0
              ? []
              : all.slice(-last)
          : all.slice(first, (last ?? size) + 1);
      if (wanted === null) expect(rangeOf(header, size)).toBeNull();
      else if (wanted.length === 0) expect(() => rangeOf(header, size)).toThrow("InvalidRange");
      else expect(rangeOf(header, size)).toEqual({ start: wanted[0], end: (wanted.at(-1) ?? 0) + 1 });
    }),
  );
});

it("an object is in its bucket's tier where a client names none, or an empty one", async () => {
  const { namespace } = api.store.state.oci;
  await api.call("POST", `/n/${namespace}/b`, { compartmentId: root, name: "lab-images" });
  expect((await api.put(`${bucketPath}/o/hello`, "hello", { "storage-tier": "" })).status).toBe(200);
  expect((await api.call("HEAD", `${bucketPath}/o/hello`)).headers.get("storage-tier")).toBe("Standard");
});
