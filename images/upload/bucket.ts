/** The bucket of the images. */
import { UploadError } from "./errors.ts";
import type { ObjectStore } from "./store.ts";

/**
 * Whether there is such a bucket, and it is the lab's own.
 *
 * @throws UploadError when it belongs to another compartment, or keeps objects where no image can be made of them
 */
export async function hasBucket(store: ObjectStore, name: string, compartmentId: string): Promise<boolean> {
  const found = await store.bucket(name);
  if (found === null) return false;
  if (found.compartmentId !== compartmentId) {
    throw new UploadError(
      `bucket ${name}: belongs to compartment ${found.compartmentId}, the lab is in ${compartmentId}; ` +
        "give the lab another name or that compartment",
    );
  }
  if (found.storageTier === "Standard") return true;
  throw new UploadError(
    `bucket ${name}: has storage tier ${found.storageTier}, allowed Standard; delete it, and the lab makes another`,
  );
}

/** Makes the bucket, unless another process of the lab just did. */
export async function makeBucket(store: ObjectStore, name: string, compartmentId: string): Promise<void> {
  if (await store.createBucket(name, compartmentId)) return;
  if (await hasBucket(store, name, compartmentId)) return;
  throw new UploadError(
    `bucket ${name}: the name is taken in this tenancy, by a bucket that your user may not see; ` +
      "give the lab another name",
  );
}
