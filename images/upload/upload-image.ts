/** Uploads an image into a bucket: once, complete, and within the free limit. */
import type { OciArchive } from "../model/archive.ts";
import { hasBucket, makeBucket } from "./bucket.ts";
import { ServiceError, UploadError, UploadInterrupted } from "./errors.ts";
import { verifiedParts } from "./fingerprint.ts";
import { checkFreeLimit } from "./free-limit.ts";
import { bytesOf, type Part, partBytesFor } from "./parts.ts";
import { megabytes, meter, type Progress } from "./progress.ts";
import { findUnfinished, partsDone } from "./resume.ts";
import { sendParts } from "./send.ts";
import type { ObjectStore, Presence } from "./store.ts";

/** The archive to upload, and where to. */
export interface UploadRequest {
  readonly store: ObjectStore;
  readonly archive: OciArchive;
  /** Another for other content: it should carry the hash of the image's inputs and that of the archive. */
  readonly objectName: string;
  /** Of the archive, in hex, as images.lock.json has it. */
  readonly sha256: string;
  /** Of the image's inputs; goes into the object's metadata. */
  readonly inputHash: string;
  /** Made where there is none. */
  readonly bucket: string;
  /** OCID of the bucket's compartment. */
  readonly compartmentId: string;
  /** Goes over the Always Free limit with a warning. */
  readonly allowPaid: boolean;
  /** Takes warnings, and what is gone on with, a line each. */
  readonly say: (line: string) => void;
  /** @default - not reported */
  readonly onProgress?: (progress: Progress) => void;
  /** Objects that a prune would leave. @default - none */
  readonly keep?: readonly string[];
  /** @default - 64 MiB, or more where that would be more than 10,000 parts */
  readonly partBytes?: number;
}

/** What an upload came to. */
export interface Uploaded {
  readonly status: "uploaded" | "already there";
  readonly sizeBytes: number;
  /** What this run had to send. */
  readonly sentBytes: number;
}

/** What a bucket has under this name; null: nothing. `sha256` is null for an object that the lab did not write. */
export function presentImage(store: ObjectStore, bucket: string, objectName: string): Promise<Presence | null> {
  return store.object(bucket, objectName);
}

/** Whether the very object is there. */
async function isThere({ store, bucket, objectName, sha256, archive }: UploadRequest): Promise<boolean> {
  const found = await store.object(bucket, objectName);
  if (found === null) return false;
  if (found.sha256 === sha256 && found.sizeBytes === archive.sizeBytes) return true;
  throw new UploadError(
    `bucket ${bucket}: ${objectName} is there with other content, and is never overwritten: it has ` +
      `${found.sizeBytes} bytes, sha256 ${found.sha256 ?? "unknown"}; this image has ${archive.sizeBytes} bytes, ` +
      `sha256 ${sha256}; if nothing needs it, delete it there, then upload again`,
  );
}

/** Bytes of the archive that have arrived. */
interface Tally {
  /** By an earlier run. */
  before: number;
  /** By this one. */
  sent: number;
}

/** Sends what is missing, and makes the object of it. */
async function send(request: UploadRequest, parts: readonly Part[], tally: Tally): Promise<void> {
  const { store, archive, bucket, objectName, sha256, inputHash, say, onProgress = () => undefined } = request;
  const unfinished = await findUnfinished(store, bucket, objectName, parts);
  const metadata = { sha256, "input-hash": inputHash };
  const upload = unfinished?.upload ?? (await store.startUpload(bucket, objectName, metadata));
  const missing = parts.filter(({ number }) => !unfinished?.done.has(number));
  tally.before = archive.sizeBytes - bytesOf(missing);
  if (tally.before > 0) say(`${objectName}: ${parts.length - missing.length} of ${parts.length} parts arrived before`);

  const report = meter("sending", archive.sizeBytes, onProgress);
  report(tally.before);
  await sendParts(store, upload, archive, missing, {
    onSent: (bytes) => report(tally.before + bytes),
    onArrived: (bytes) => (tally.sent += bytes),
  });

  const stored = await store.parts(upload);
  if (partsDone(parts, stored)?.size !== parts.length)
    throw new UploadError(`${objectName}: what arrived is not what was sent; run it again`);
  await store.commit(upload, stored);
}

/** Another process was faster, or the answer to our own commit was lost: then the object is there. */
async function isThereAfterAll(request: UploadRequest, error: unknown): Promise<boolean> {
  return error instanceof ServiceError && [404, 409, 412].includes(error.status) && (await isThere(request));
}

function interrupted(request: UploadRequest, { before, sent }: Tally, cause: unknown): UploadInterrupted {
  const { objectName, bucket, archive } = request;
  const share = `${megabytes(before + sent, archive.sizeBytes)} of ${megabytes(archive.sizeBytes)} MB`;
  const stays = `${share} are in bucket ${bucket} and stay there: run it again to go on`;
  const what = before + sent === 0 ? "nothing was sent" : stays;
  return new UploadInterrupted(`${objectName}: interrupted; ${what}`, { cause });
}

/** Makes sure that the object is what it should be, and gives up other uploads of it, which can come to nothing now. */
async function finish(request: UploadRequest): Promise<void> {
  const { store, bucket, objectName } = request;
  if (!(await isThere(request))) throw new UploadError(`${objectName}: vanished from bucket ${bucket}; run it again`);
  for (const upload of await store.uploads(bucket)) if (upload.objectName === objectName) await store.abort(upload);
}

/**
 * Uploads an image, unless it is there. What an interrupted run has sent is not sent again.
 *
 * @throws UploadError, one line: tampered image, other content under this name, foreign bucket, not free, refused
 * @throws UploadInterrupted when the store's signal ended it
 * @throws ArchiveError when the disk image cannot be read
 */
export async function uploadImage(request: UploadRequest): Promise<Uploaded> {
  const { store, archive, objectName, sha256, bucket, compartmentId, keep = [], onProgress } = request;
  const { sizeBytes } = archive;
  const tally: Tally = { before: 0, sent: 0 };
  try {
    const exists = await hasBucket(store, bucket, compartmentId);
    if (exists && (await isThere(request))) return { status: "already there", sizeBytes, sentBytes: 0 };
    const planned = { bucket, compartmentId, objectName, sizeBytes, keep };
    await checkFreeLimit(store, planned, request.allowPaid, request.say);
    const onRead = meter("checking", sizeBytes, onProgress ?? (() => undefined));
    const partBytes = request.partBytes ?? partBytesFor(sizeBytes);
    const parts = await verifiedParts(archive, sha256, partBytes, store.signal, onRead);
    if (!exists) await makeBucket(store, bucket, compartmentId);
    await send(request, parts, tally);
  } catch (error) {
    if (store.signal.aborted) throw interrupted(request, tally, error);
    if (!(await isThereAfterAll(request, error))) throw error;
  }
  await finish(request);
  return { status: "uploaded", sizeBytes, sentBytes: tally.sent };
}
