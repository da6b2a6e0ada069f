import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { UploadInterrupted } from "../../images/upload/index.ts";
import type { StoredUpload } from "./object-storage-model.ts";
import { BUCKET, OBJECT, PART_BYTES, uploadLab, type UploadLab } from "./upload-lab.ts";

let lab: UploadLab;
beforeEach(async () => {
  lab = await uploadLab();
});
afterEach(() => lab.end());

const ROOT = join(__dirname, "../..");
const partsSent = (): readonly (number | null)[] => lab.storage.of("UploadPart").map(({ part }) => part);
const leftovers = (): readonly StoredUpload[] => [...(lab.storage.buckets.get(BUCKET)?.uploads.values() ?? [])];
const stored = () => lab.storage.buckets.get(BUCKET)?.objects.get(OBJECT);

/** Lets so many parts arrive, and leaves all others without an answer. */
function holdAfter(parts: number): void {
  lab.storage.trouble = ({ operation, nth }) => (operation === "UploadPart" && nth > parts ? "hold" : undefined);
}

/** So many have arrived, the client knows it, and has begun three others. */
const holds = (parts: number) => (): boolean => lab.storage.of("UploadPart").length === parts + 3;

/** Everything from here on. */
function forget(): void {
  lab.storage.trouble = () => undefined;
  lab.storage.calls.splice(0);
}

async function expectWhole(): Promise<void> {
  expect(stored()?.content.equals(await lab.content())).toBe(true);
  expect(stored()?.metadata["opc-meta-sha256"]).toBe(lab.sha256);
  expect(leftovers()).toEqual([]);
}

/** A part of another upload, as if another client had sent it. */
async function leave(content: Buffer, object: string = OBJECT): Promise<StoredUpload> {
  const bucket = lab.storage.buckets.get(BUCKET) ?? lab.bucket();
  const metadata = { "opc-meta-sha256": lab.sha256 };
  const upload = { object, metadata, timeCreated: new Date(), parts: new Map([[1, { content, etag: "e" }]]) };
  bucket.uploads.set(`upload-${bucket.uploads.size}`, upload);
  return upload;
}

describe("an upload that is killed", () => {
  it.each([1, 3, 5])(
    "after %i parts is gone on with: only what is missing is sent, and nothing is left over",
    async (k) => {
      holdAfter(k);
      const { storage, archive, sha256, env } = lab;
      const args = [storage.endpoint, archive.file, sha256, OBJECT, BUCKET, String(PART_BYTES)];
      const child = spawn(
        process.execPath,
        [join(ROOT, "cli/bin/run.js"), join(__dirname, "upload-child.ts"), ...args],
        { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] },
      );
      const ended = once(child, "exit");
      const [pid] = await once(child.stdout, "data");
      await storage.until(holds(k));
      process.kill(Number(pid), "SIGKILL");
      await ended;
      const arrived = [...(leftovers()[0]?.parts.keys() ?? [])];
      forget();

      const sentBytes = archive.sizeBytes - k * PART_BYTES;
      expect(await lab.upload()).toEqual({ status: "uploaded", sizeBytes: archive.sizeBytes, sentBytes });
      expect(partsSent().toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].filter((part) => !arrived.includes(part)));
      expect(storage.of("CreateMultipartUpload")).toEqual([]);
      expect(lab.said).toEqual([`${OBJECT}: ${k} of 8 parts arrived before`]);
      await expectWhole();
    },
  );
});

describe("an upload that is aborted", () => {
  it("stops at once, says what stays, and is gone on with", async () => {
    holdAfter(3);
    const controller = new AbortController();
    const store = await lab.open({ signal: controller.signal });
    const upload = lab.upload({ store });
    await lab.storage.until(holds(3));
    controller.abort();
    // The parts on their way are never answered: an upload that waits for them does not end.
    const error: unknown = await upload.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UploadInterrupted);
    expect(error).toHaveProperty(
      "message",
      `${OBJECT}: interrupted; 0.2 of 0.5 MB are in bucket ${BUCKET} and stay there: run it again to go on`,
    );
    await lab.storage.until(() => lab.storage.of("UploadPart").every(({ closed }) => closed));
    forget();

    expect(await lab.upload()).toMatchObject({ sentBytes: lab.archive.sizeBytes - 3 * PART_BYTES });
    expect(partsSent()).toHaveLength(5);
    await expectWhole();
  });

  it("while it waits for another attempt does not wait any longer", async () => {
    const controller = new AbortController();
    lab.storage.trouble = ({ operation }) => (operation === "UploadPart" ? { status: 503 } : undefined);
    const retry = { attempts: 8, firstDelayMs: 60_000, longestDelayMs: 60_000 };
    const say = (): void => void setImmediate(() => controller.abort());
    const store = await lab.open({ signal: controller.signal, retry, say });
    await expect(lab.upload({ store })).rejects.toThrow(UploadInterrupted);
  });

  it("before it sent anything has made nothing", async () => {
    const controller = new AbortController();
    const store = await lab.open({ signal: controller.signal });
    const onProgress = (): void => controller.abort();
    await expect(lab.upload({ store, onProgress })).rejects.toThrow(/: interrupted; nothing was sent$/);
    expect(lab.storage.operations).not.toContain("CreateBucket");
  });
});

describe("what is left of an earlier upload", () => {
  it("of other content is given up, and the image is sent from the start", async () => {
    await leave(Buffer.alloc(PART_BYTES));
    expect(await lab.upload()).toMatchObject({ sentBytes: lab.archive.sizeBytes });
    const { operations } = lab.storage;
    // First, as both together may be more than is free.
    expect(operations.indexOf("AbortMultipartUpload")).toBeLessThan(operations.indexOf("UploadPart"));
    await expectWhole();
  });

  it("cut into other parts is given up too", async () => {
    await leave((await lab.content()).subarray(0, 1000));
    expect(await lab.upload()).toMatchObject({ sentBytes: lab.archive.sizeBytes });
    await expectWhole();
  });

  it("is gone on with where most has arrived, and others of this object are aborted in the end", async () => {
    const content = await lab.content();
    const part = (number: number): Buffer => content.subarray((number - 1) * PART_BYTES, number * PART_BYTES);
    await leave(part(1));
    const most = await leave(part(1));
    most.parts.set(2, { content: part(2), etag: "f" });
    await leave(part(1));
    await lab.upload();
    expect(partsSent().toSorted()).toEqual([3, 4, 5, 6, 7, 8]);
    await expectWhole();
  });

  it.each([OBJECT, "proxmox-ampere-ffff.oci"])(
    "of %s that vanishes while it is looked at is not missed",
    async (object) => {
      await leave((await lab.content()).subarray(0, PART_BYTES), object);
      lab.storage.trouble = ({ operation, nth }) => {
        if (operation === "ListMultipartUploadParts" && nth === 1) lab.storage.buckets.get(BUCKET)?.uploads.clear();
        return undefined;
      };
      expect(await lab.upload()).toMatchObject({ sentBytes: lab.archive.sizeBytes });
      await expectWhole();
    },
  );

  it("of another object is not touched", async () => {
    const other = await leave(Buffer.alloc(10), "proxmox-ampere-ffff.oci");
    await lab.upload();
    expect(leftovers()).toEqual([other]);
  });
});

describe("a commit", () => {
  it("whose answer is lost is not mistaken for a failure", async () => {
    lab.storage.trouble = ({ operation, nth }) =>
      operation === "CommitMultipartUpload" && nth === 1 ? "reset after" : undefined;
    expect(await lab.upload()).toMatchObject({ status: "uploaded" });
    expect(lab.storage.of("CommitMultipartUpload").map(({ status }) => status)).toEqual([null, 404]);
    await expectWhole();
  });

  it("that another process was faster with is fine where the content is the same", async () => {
    const content = await lab.content();
    lab.storage.trouble = ({ operation }) => {
      const metadata = { "opc-meta-sha256": lab.sha256 };
      if (operation === "CommitMultipartUpload")
        lab.storage.buckets.get(BUCKET)?.objects.set(OBJECT, { content, metadata, sizeBytes: content.length });
      return undefined;
    };
    expect(await lab.upload()).toMatchObject({ status: "uploaded" });
    expect(lab.storage.of("CommitMultipartUpload").map(({ status }) => status)).toEqual([412]);
    await expectWhole();
  });

  it("that another process was faster with is refused where the content is another", async () => {
    const other = { content: Buffer.from("other"), metadata: {}, sizeBytes: 5 };
    lab.storage.trouble = ({ operation }) => {
      if (operation === "CommitMultipartUpload") lab.storage.buckets.get(BUCKET)?.objects.set(OBJECT, other);
      return undefined;
    };
    await expect(lab.upload()).rejects.toThrow(/is there with other content, and is never overwritten/);
    expect(stored()).toBe(other);
  });
});
