import { truncateSync, writeFileSync } from "node:fs";
import type { Progress } from "../../images/upload/index.ts";
import { presentImage } from "../../images/upload/index.ts";
import { newBucket, type StoredObject } from "./object-storage-model.ts";
import { BUCKET, COMPARTMENT, INPUT_HASH, OBJECT, PART_BYTES, uploadLab, type UploadLab } from "./upload-lab.ts";

let lab: UploadLab;
beforeEach(async () => {
  lab = await uploadLab();
});
afterEach(() => lab.end());

const SENDING = ["CreateBucket", "CreateMultipartUpload", "UploadPart", "CommitMultipartUpload"];
const sent = (): readonly string[] => lab.storage.operations.filter((operation) => SENDING.includes(operation));
const stored = (): StoredObject | undefined => lab.storage.buckets.get(BUCKET)?.objects.get(OBJECT);
const someObject = (sizeBytes: number): StoredObject => ({ content: Buffer.alloc(0), metadata: {}, sizeBytes });

describe("an upload", () => {
  it("makes a private bucket in the compartment, and an object of the archive's bytes", async () => {
    const { sizeBytes } = lab.archive;
    expect(await lab.upload()).toEqual({ status: "uploaded", sizeBytes, sentBytes: sizeBytes });
    expect(lab.storage.buckets.get(BUCKET)).toMatchObject({
      compartmentId: COMPARTMENT,
      publicAccessType: "NoPublicAccess",
      storageTier: "Standard",
    });
    expect(stored()?.content.equals(await lab.content())).toBe(true);
    expect(lab.said).toEqual([]);
  });

  it("writes both hashes beside the object, where `present` finds them", async () => {
    await lab.upload();
    expect(stored()?.metadata).toEqual({ "opc-meta-sha256": lab.sha256, "opc-meta-input-hash": INPUT_HASH });
    const { sha256, archive } = lab;
    const store = await lab.open();
    expect(await presentImage(store, BUCKET, OBJECT)).toEqual({ sha256, sizeBytes: archive.sizeBytes });
    expect(await presentImage(store, BUCKET, "proxmox-ampere-0.oci")).toBeNull();
    expect(await presentImage(store, "no-such-bucket", OBJECT)).toBeNull();
  });

  it("sends every part once, three at a time", async () => {
    const under = (): number => lab.storage.of("UploadPart").filter(({ closed }) => !closed).length;
    let most = 0;
    lab.storage.trouble = async ({ operation, nth }) => {
      // None of the first three is answered before the third is there, and a fourth would be.
      if (operation === "UploadPart" && nth <= 3) {
        await lab.storage.until(() => lab.storage.of(operation).length >= 3);
        await lab.roundTrip();
      }
      most = Math.max(most, under());
      return undefined;
    };
    await lab.upload();
    const parts = lab.storage.of("UploadPart").map(({ part }) => part);
    expect(parts.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(most).toBe(3);
  });

  it("reports its progress, first of reading and then of sending", async () => {
    const seen: Progress[] = [];
    await lab.upload({ onProgress: (progress) => seen.push(progress) });
    const totalBytes = lab.archive.sizeBytes;
    expect(seen[0]).toMatchObject({ phase: "checking", totalBytes });
    expect(seen.findLast(({ phase }) => phase === "checking")).toMatchObject({ sentBytes: totalBytes });
    expect(seen.at(-1)).toMatchObject({ phase: "sending", sentBytes: totalBytes, totalBytes });
  });

  it("sends nothing when the very object is there", async () => {
    await lab.upload();
    lab.storage.calls.splice(0);
    expect(await lab.upload()).toEqual({ status: "already there", sizeBytes: lab.archive.sizeBytes, sentBytes: 0 });
    expect(lab.storage.operations).toEqual(["GetNamespace", "GetBucket", "HeadObject"]);
  });

  it.each([
    ["another sha256", { "opc-meta-sha256": "2".repeat(64) }, "2".repeat(64)],
    ["no sha256", {}, "unknown"],
  ])("never replaces an object with %s", async (_, metadata, shown) => {
    const there = { content: Buffer.from("other"), metadata, sizeBytes: 5 };
    lab.bucket().objects.set(OBJECT, there);
    await expect(lab.upload()).rejects.toThrow(
      `bucket ${BUCKET}: ${OBJECT} is there with other content, and is never overwritten: it has 5 bytes, sha256 ${shown};`,
    );
    expect([sent(), stored()]).toEqual([[], there]);
  });

  it("of an image that is no longer the one that was built is refused before anything is sent", async () => {
    writeFileSync(lab.archive.file, Buffer.alloc(1), { flag: "r+" });
    await expect(lab.upload()).rejects.toThrow(
      /disk\.qcow2: not the image that was built: its archive has sha256 [0-9a-f]{64}, expected [0-9a-f]{64}; build it/,
    );
    expect(sent()).toEqual([]);
  });

  it("of an image that got shorter is refused before anything is sent", async () => {
    truncateSync(lab.archive.file, 5 * PART_BYTES);
    await expect(lab.upload()).rejects.toThrow(/disk\.qcow2: got \d+ bytes shorter while it was read; build it again$/);
    expect(sent()).toEqual([]);
  });
});

describe("a bucket", () => {
  it("of another compartment is refused", async () => {
    lab.storage.buckets.set(BUCKET, newBucket(BUCKET, "ocid1.compartment.oc1..other"));
    await expect(lab.upload()).rejects.toThrow(
      `bucket ${BUCKET}: belongs to compartment ocid1.compartment.oc1..other, the lab is in ${COMPARTMENT};`,
    );
    expect(sent()).toEqual([]);
  });

  it("that one may not see is distinguished from one that is not there", async () => {
    lab.bucket();
    lab.storage.trouble = ({ operation }) =>
      operation === "GetBucket" || operation === "HeadObject" ? { status: 404, code: "BucketNotFound" } : undefined;
    lab.storage.buckets.set(BUCKET, newBucket(BUCKET, "ocid1.compartment.oc1..other"));
    await expect(lab.upload()).rejects.toThrow(/^bucket images: the name is taken in this tenancy, by a bucket that/);
  });

  it("that another process made in the meantime is used", async () => {
    lab.storage.trouble = ({ operation }) => {
      if (operation === "CreateBucket") lab.bucket();
      return undefined;
    };
    expect(await lab.upload()).toMatchObject({ status: "uploaded" });
  });

  it("of the Archive tier is refused, as no image can be made of what lies there", async () => {
    lab.bucket({ storageTier: "Archive" });
    await expect(lab.upload()).rejects.toThrow(`bucket ${BUCKET}: has storage tier Archive, allowed Standard;`);
  });
});

describe("the Always Free limit", () => {
  const OLD = "proxmox-ampere-00000000aaaa.oci";
  const KEPT = "base-00000000cccc.oci";
  const refusal = (): Promise<string> =>
    lab.upload({ keep: [OBJECT, KEPT] }).then(
      () => "uploaded",
      (error: Error) => error.message,
    );

  it("counts what lies in our bucket, and the refusal names what a prune would delete", async () => {
    const bucket = lab.bucket();
    bucket.objects.set(OLD, someObject(15e9));
    bucket.objects.set("base-00000000bbbb.oci", someObject(4e9));
    bucket.objects.set("holiday.jpg", someObject(0.5e9));
    bucket.objects.set(KEPT, someObject(0.5e9));
    expect(await refusal()).toBe(
      `object storage: 20.00 GB are used in this compartment, ${OBJECT} takes 0.00 GB, Always Free allows 20 GB; ` +
        `npx lab images prune deletes base-00000000bbbb.oci (4.00 GB), ${OLD} (15.00 GB), or set allowPaid: true`,
    );
    expect(sent()).toEqual([]);
  });

  it("counts the approximate size of other buckets, and parts that were never committed", async () => {
    const other = newBucket("other", COMPARTMENT, { approximateSize: 20e9 - 1000 });
    lab.storage.buckets.set("other", other);
    lab.storage.buckets.set(
      "elsewhere",
      newBucket("elsewhere", "ocid1.compartment.oc1..other", { approximateSize: 9e9 }),
    );
    expect(await refusal()).toMatch(
      /^object storage: 20\.00 GB are used .*; delete what is not needed, or set allowPaid/,
    );

    other.approximateSize = 20e9 - lab.archive.sizeBytes;
    const parts = new Map([[1, { content: Buffer.alloc(1), etag: "1" }]]);
    other.uploads.set("u", { object: "backup", metadata: {}, timeCreated: new Date(), parts });
    expect(await refusal()).toMatch(/^object storage: 20\.00 GB are used/);
    parts.clear();
    expect(await refusal()).toBe("uploaded");
  });

  it("is not held against an upload that a stale count of our own bucket would forbid", async () => {
    lab.bucket({ approximateSize: 25e9 });
    expect(await refusal()).toBe("uploaded");
  });

  it("does not count twice what arrived of this very object", async () => {
    const parts = new Map([[1, { content: (await lab.content()).subarray(0, PART_BYTES), etag: "1" }]]);
    const metadata = { "opc-meta-sha256": lab.sha256 };
    lab.bucket().uploads.set("u", { object: OBJECT, metadata, timeCreated: new Date(), parts });
    const approximateSize = 20e9 - lab.archive.sizeBytes;
    lab.storage.buckets.set("other", newBucket("other", COMPARTMENT, { approximateSize }));
    expect(await refusal()).toBe("uploaded");
  });

  it("is only warned of with allowPaid", async () => {
    lab.bucket().objects.set(OLD, someObject(20e9));
    expect(await lab.upload({ allowPaid: true })).toMatchObject({ status: "uploaded" });
    expect(lab.said).toEqual([
      expect.stringMatching(/^object storage: 20\.00 GB .*; it will be billed, as allowPaid is set$/),
    ]);
  });
});
