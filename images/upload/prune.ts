/** Deleting images that nothing needs any more. */
import { hasBucket } from "./bucket.ts";
import { isImageObject } from "./names.ts";
import { arrivedBytes, type ObjectStore, type StoredObject, type Upload } from "./store.ts";

/** Which bucket is cleaned up, and what stays in it. */
export interface PruneRequest {
  readonly store: ObjectStore;
  readonly bucket: string;
  readonly compartmentId: string;
  /** Names of objects that stay. */
  readonly keep: readonly string[];
  /** Says what would be deleted, and deletes nothing. @default false */
  readonly dryRun?: boolean;
  /** @default - the current time */
  readonly now?: Date;
}

/** What was deleted, or with `dryRun` would be. */
export interface Pruned {
  /** Images that were deleted. */
  readonly objects: readonly StoredObject[];
  /** Unfinished uploads of images that were aborted, with what of them had arrived. */
  readonly uploads: readonly StoredObject[];
}

const DAY_MS = 24 * 3600 * 1000;

/** A younger upload may still be under way; an upload of an image to keep can be gone on with, unless it is there. */
function isStale({ objectName, startedAt }: Upload, { keep, now = new Date() }: PruneRequest, there: boolean): boolean {
  if (!isImageObject(objectName) || now.getTime() - startedAt.getTime() < DAY_MS) return false;
  return there || !keep.includes(objectName);
}

/**
 * Deletes the lab's images but those to keep, and aborts what is left of their uploads. Whatever else lies in the
 * bucket is not touched.
 *
 * @throws UploadError when the bucket is not the lab's
 */
export async function pruneBucket(request: PruneRequest): Promise<Pruned> {
  const { store, bucket, compartmentId, keep, dryRun = false } = request;
  if (!(await hasBucket(store, bucket, compartmentId))) return { objects: [], uploads: [] };
  const all = await store.objects(bucket);
  const objects = all.filter(({ name }) => isImageObject(name) && !keep.includes(name));
  for (const { name } of objects) if (!dryRun) await store.deleteObject(bucket, name);

  const there = new Set(all.map(({ name }) => name));
  const uploads: StoredObject[] = [];
  for (const upload of await store.uploads(bucket)) {
    if (!isStale(upload, request, there.has(upload.objectName))) continue;
    const sizeBytes = await arrivedBytes(store, upload);
    if (!dryRun) await store.abort(upload);
    uploads.push({ name: upload.objectName, sizeBytes });
  }
  return { objects, uploads };
}
