/** Whether a bucket keeps versions: once it does, that is suspended at most (docs.oracle.com, Managing Object Versioning). */
import type { Bucket } from "../../resources/bucket.ts";
import { storageRefusal } from "./refusals.ts";

/** @throws ServiceRefusal 400 for what there is not, or what a bucket with versions cannot be any more */
export function requireVersioning(wanted: string, { versioning, retentionRules = [] }: Bucket): string {
  if (wanted === versioning) return wanted;
  if (!["Enabled", "Suspended"].includes(wanted) || versioning + wanted === "DisabledSuspended")
    throw storageRefusal(
      400,
      "InvalidParameter",
      `versioning of a bucket where it is ${versioning} cannot be ${wanted}`,
    );
  if (wanted === "Enabled" && retentionRules.length > 0)
    throw storageRefusal(409, "IncorrectState", "A bucket with retention rules cannot have versions");
  return wanted;
}
