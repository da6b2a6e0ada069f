/** Images in Object Storage. Nothing that only asks for an image's name may import this. */
export { deleteImages, type Deleted, type DeleteRequest } from "./delete-images.ts";
export { RequestError, ServiceError, UnreachableError, UploadError, UploadInterrupted } from "./errors.ts";
export { openObjectStore, type ObjectStoreOptions } from "./oci-store.ts";
export { type Progress, progressLine } from "./progress.ts";
export { type Pruned, pruneBucket, type PruneRequest } from "./prune.ts";
export { gigabytes } from "./names.ts";
export { type ObjectStore, type Presence, type StoredObject, sumOf } from "./store.ts";
export { presentImage, type Uploaded, uploadImage, type UploadRequest } from "./upload-image.ts";
