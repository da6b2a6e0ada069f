/** Deleting all images of a lab, and its bucket. */
import { hasBucket } from "./bucket.ts";
import { isImageObject } from "./names.ts";
import { arrivedBytes, type ObjectStore, type StoredObject } from "./store.ts";

/** Which bucket is emptied. */
export interface DeleteRequest {
  readonly store: ObjectStore;
  readonly bucket: string;
  readonly compartmentId: string;
  /** Says what would be deleted, and deletes nothing. @default false */
  readonly dryRun?: boolean;
}

/** What was deleted, or with `dryRun` would be, and what stays. */
export interface Deleted {
  readonly objects: readonly StoredObject[];
  /** Unfinished uploads of images, with what of them had arrived. */
  readonly uploads: readonly StoredObject[];
  /** Whatever else lies in the bucket: it is not touched, and keeps the bucket. */
  readonly others: readonly StoredObject[];
  /** Whether the bucket is gone too. */
  readonly bucket: boolean;
}

/**
 * Deletes the lab's images and gives up their uploads, also those of today; then the bucket, unless something else is in it.
 *
 * @returns null where there is no such bucket
 * @throws UploadError when the bucket is not the lab's
 */
export async function deleteImages({
  store,
  bucket,
  compartmentId,
  dryRun = false,
}: DeleteRequest): Promise<Deleted | null> {
  if (!(await hasBucket(store, bucket, compartmentId))) return null;
  const all = await store.objects(bucket);
  const objects = all.filter(({ name }) => isImageObject(name));
  const others = all.filter(({ name }) => !isImageObject(name));
  for (const { name } of objects) if (!dryRun) await store.deleteObject(bucket, name);
  const uploads: StoredObject[] = [];
  for (const upload of await store.uploads(bucket)) {
    if (!isImageObject(upload.objectName)) continue;
    uploads.push({ name: upload.objectName, sizeBytes: await arrivedBytes(store, upload) });
    if (!dryRun) await store.abort(upload);
  }
  const gone = !dryRun && others.length === 0 && (await store.deleteBucket(bucket));
  return { objects, uploads, others, bucket: gone };
}
