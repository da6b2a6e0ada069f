import { pruneBucket, type PruneRequest } from "../../images/upload/index.ts";
import { newBucket, type StoredBucket } from "./object-storage-model.ts";
import { BUCKET, COMPARTMENT, OBJECT, uploadLab, type UploadLab } from "./upload-lab.ts";

const OLD = "proxmox-ampere-00000000aaaa.oci";
const OLD_BASE = "base-00000000bbbb-cccccccc.oci";
const OLD_TALOS = "talos-1.13.9-oracle-arm64-0123456789ab.vmdk";
const FOREIGN = ["base-notes.txt", "proxmox-ampere-backup.oci", "holiday.jpg", "talos-1.13.9.vmdk"];
const NOW = new Date("2026-11-24T12:00:00Z");
const YESTERDAY = new Date("2026-11-23T11:00:00Z");
const TODAY = new Date("2026-11-24T11:00:00Z");

let lab: UploadLab;
let bucket: StoredBucket;
beforeEach(async () => {
  lab = await uploadLab();
  bucket = lab.bucket();
  for (const name of [OBJECT, OLD, OLD_BASE, OLD_TALOS, ...FOREIGN])
    bucket.objects.set(name, { content: Buffer.alloc(0), metadata: {}, sizeBytes: name.length });
});
afterEach(() => lab.end());

const prune = async (over: Partial<PruneRequest> = {}) =>
  pruneBucket({
    store: await lab.open(),
    bucket: BUCKET,
    compartmentId: COMPARTMENT,
    keep: [OBJECT],
    now: NOW,
    ...over,
  });

function leave(id: string, object: string, timeCreated: Date): void {
  const parts = new Map([[1, { content: Buffer.alloc(10), etag: "e" }]]);
  bucket.uploads.set(id, { object, metadata: {}, timeCreated, parts });
}

describe("a prune", () => {
  it("deletes images that are not to be kept, and nothing that is not an image of ours", async () => {
    const { objects } = await prune();
    expect(objects).toEqual([
      { name: OLD_BASE, sizeBytes: OLD_BASE.length },
      { name: OLD, sizeBytes: OLD.length },
      { name: OLD_TALOS, sizeBytes: OLD_TALOS.length },
    ]);
    expect([...bucket.objects.keys()]).toEqual([OBJECT, ...FOREIGN]);
  });

  it("aborts old uploads of images that are not to be kept, or are there by now", async () => {
    leave("old", OLD, YESTERDAY);
    leave("young", OLD, TODAY);
    leave("foreign", "backup.tar", YESTERDAY);
    leave("needless", OBJECT, YESTERDAY);
    leave("to go on with", "proxmox-ampere-ffff.oci", YESTERDAY);
    const { uploads } = await prune({ keep: [OBJECT, "proxmox-ampere-ffff.oci"] });
    expect(uploads).toEqual([
      { name: OLD, sizeBytes: 10 },
      { name: OBJECT, sizeBytes: 10 },
    ]);
    expect([...bucket.uploads.keys()]).toEqual(["young", "foreign", "to go on with"]);
  });

  it("that is dry says the same, and deletes nothing", async () => {
    leave("old", OLD, YESTERDAY);
    const dry = await prune({ dryRun: true });
    expect([bucket.objects.size, bucket.uploads.size]).toEqual([8, 1]);
    expect(lab.storage.operations.filter((operation) => /Delete|Abort/.test(operation))).toEqual([]);
    expect(await prune()).toEqual(dry);
  });

  it("can be done twice, and where there is no bucket", async () => {
    await prune();
    expect(await prune()).toEqual({ objects: [], uploads: [] });
    expect(await prune({ bucket: "none" })).toEqual({ objects: [], uploads: [] });
  });

  it("does not touch a bucket of another compartment", async () => {
    lab.storage.buckets.set("theirs", newBucket("theirs", "ocid1.compartment.oc1..other", { objects: bucket.objects }));
    await expect(prune({ bucket: "theirs" })).rejects.toThrow("bucket theirs: belongs to compartment");
    expect(bucket.objects.size).toBe(8);
  });

  it("goes on when an image vanishes, or the answer to a delete is lost", async () => {
    lab.storage.trouble = ({ operation, nth }) =>
      operation === "DeleteObject" && nth === 1 ? "reset after" : undefined;
    expect((await prune()).objects).toHaveLength(3);
    expect(bucket.objects.has(OLD)).toBe(false);
  });
});
