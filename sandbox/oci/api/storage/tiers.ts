/** Storage tiers of objects (docs.oracle.com, Understanding Storage Tiers), and the keys that are not played. */
import type { IncomingHttpHeaders } from "node:http";
import type { Bucket, BucketObject } from "../../resources/bucket.ts";
import { notPlayed } from "../../model/refusals.ts";
import { storageRefusal } from "./refusals.ts";

const TIERS = ["Standard", "InfrequentAccess", "Archive"];

/** The tier that is requested, else the bucket's: the SDK for Go says "" where nobody wants one. @throws ServiceRefusal 400 for one that there is not, or not in the bucket */
export function tierFor(bucket: Bucket, wanted: string | null): string {
  const tier = wanted || bucket.storageTier;
  const allowed = bucket.storageTier === "Archive" ? ["Archive"] : TIERS;
  if (allowed.includes(tier)) return tier;
  const message = `storageTier ${tier} is not valid in a bucket of ${bucket.storageTier}: ${allowed.join(", ")}`;
  throw storageRefusal(400, "InvalidStorageTier", message);
}

/** Of a world of before: there was one only. */
export function tierOf({ storageTier = "Standard" }: BucketObject): string {
  return storageTier;
}

/** @throws ServiceRefusal 409: what is archived has to be restored first, which the sandbox does not do */
export function requireRestored(object: BucketObject): void {
  if (tierOf(object) !== "Archive") return;
  throw storageRefusal(409, "NotRestored", `The object '${object.name}' is archived. Restore it first.`);
}

/** @throws ServiceRefusal for content that is to be encrypted with a key of the client's */
export function refuseKeys(headers: IncomingHttpHeaders): void {
  const key = Object.keys(headers).find((name) => name.startsWith("opc-sse-"));
  if (key !== undefined) throw notPlayed(key);
}
