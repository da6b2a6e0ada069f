/** Keeps object storage within the Always Free limit. */
import { LIMITS } from "../../config/limits.ts";
import { UploadError } from "./errors.ts";
import { gigabytes, isImageObject } from "./names.ts";
import { arrivedBytes, type ObjectStore, type StoredObject, sumOf } from "./store.ts";

interface PlannedObject {
  readonly bucket: string;
  /** Its buckets are counted. The limit is the tenancy's: what lies in other compartments is not seen. */
  readonly compartmentId: string;
  readonly objectName: string;
  readonly sizeBytes: number;
  /** Objects that `npx lab images prune` would leave. */
  readonly keep: readonly string[];
}

/** Parts that are neither committed nor aborted take room too; those of the planned object are part of its size. */
async function uncommittedBytes(store: ObjectStore, bucket: string, planned: PlannedObject): Promise<number> {
  let bytes = 0;
  for (const upload of await store.uploads(bucket)) {
    if (bucket === planned.bucket && upload.objectName === planned.objectName) continue;
    bytes += await arrivedBytes(store, upload);
  }
  return bytes;
}

/**
 * Makes sure that one more object costs nothing.
 *
 * @param allowPaid prints a warning instead of throwing
 * @throws UploadError over the limit, naming what could be deleted
 */
export async function checkFreeLimit(
  store: ObjectStore,
  planned: PlannedObject,
  allowPaid: boolean,
  say: (line: string) => void,
): Promise<void> {
  let used = 0;
  let ours: readonly StoredObject[] = [];
  for (const name of await store.buckets(planned.compartmentId)) {
    // Our own are counted one by one: the approximate size would go on refusing for a while after a prune.
    if (name === planned.bucket) used += sumOf((ours = await store.objects(name)));
    else used += (await store.bucket(name))?.approximateBytes ?? 0;
    used += await uncommittedBytes(store, name, planned);
  }
  const { allowed } = LIMITS.objectStorageGb;
  if (used + planned.sizeBytes <= allowed * 1e9) return;

  const old = ours.filter(({ name }) => isImageObject(name) && !planned.keep.includes(name));
  const list = old.map(({ name, sizeBytes }) => `${name} (${gigabytes(sizeBytes)})`).join(", ");
  const advice = old.length > 0 ? `npx lab images prune deletes ${list}` : "delete what is not needed";
  const trouble =
    `object storage: ${gigabytes(used)} are used in this compartment, ${planned.objectName} takes ` +
    `${gigabytes(planned.sizeBytes)}, Always Free allows ${allowed} GB`;
  if (!allowPaid) throw new UploadError(`${trouble}; ${advice}, or set allowPaid: true`);
  say(`${trouble}; it will be billed, as allowPaid is set`);
}
