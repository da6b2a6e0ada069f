/** Images in Object Storage. Nothing that only asks for an image's name may import this. */
export { RequestError, ServiceError, UnreachableError, UploadError, UploadInterrupted } from "./errors.ts";
export { openObjectStore, type ObjectStoreOptions } from "./oci-store.ts";
export { type Progress, progressLine } from "./progress.ts";
export { type Pruned, pruneBucket, type PruneRequest } from "./prune.ts";
export type { ObjectStore, Presence, StoredObject } from "./store.ts";
export { presentImage, type Uploaded, uploadImage, type UploadRequest } from "./upload-image.ts";
