/** Object Storage's own errors. */
import { ServiceRefusal } from "../../model/refusals.ts";

const DETAIL = "Service: Object Storage.";

/** An error in the words of Object Storage. */
export function storageRefusal(status: number, code: string, message: string): ServiceRefusal {
  return new ServiceRefusal(status, code, message, DETAIL);
}

/** 404 for a bucket. */
export function noBucket(name: string): ServiceRefusal {
  return storageRefusal(
    404,
    "BucketNotFound",
    `Either the bucket named '${name}' does not exist in the namespace or you are not authorized to access it`,
  );
}

/** 404 for an object. */
export function noObject(bucket: string, name: string): ServiceRefusal {
  return storageRefusal(404, "ObjectNotFound", `The object '${name}' was not found in the bucket '${bucket}'`);
}
