/** What Object Storage does by itself needs a policy of the tenancy. */
import type { ProviderContext } from "../../../plugin/resource.ts";
import { regionOf } from "../../model/regions.ts";
import type { Bucket } from "../../resources/bucket.ts";
import { serviceMayManage } from "../../resources/policy.ts";
import { storageRefusal } from "./refusals.ts";

/** The service itself deletes and copies objects, and has to be let (oracle/ocifs#48). */
export function requirePermission(call: ProviderContext, bucket: Bucket): void {
  const service = `objectstorage-${regionOf(call)}`;
  if (serviceMayManage(call, service, ["object-family", "objects"], bucket.compartmentId)) return;
  throw storageRefusal(
    400,
    "InsufficientServicePermissions",
    `Permissions granted to the object storage service principal "${service}" to this bucket are insufficient.`,
  );
}
