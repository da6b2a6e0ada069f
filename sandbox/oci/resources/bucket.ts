/** Buckets as the world keeps them: their calls are Object Storage's own (sandbox/oci/api/storage). */
import type { OciObject, Tags } from "../../world/oci.ts";

declare module "../../world/oci.ts" {
  interface OciTenancy {
    buckets: Bucket[];
    /** Absent: the root. */
    storageDefaults?: { readonly s3?: string; readonly swift?: string };
  }
}

/** A bucket, and what is in it. */
export interface Bucket extends OciObject {
  readonly name: string;
  publicAccessType: string;
  readonly storageTier: string;
  /** Absent: `NAMESPACE`. */
  bucketScope?: string;
  versioning: string;
  /** Absent in worlds of before. */
  autoTiering?: string;
  objectEventsEnabled?: boolean;
  /** Of keys that are the client's own, which there are none of here: it changes nothing. */
  isBucketKeyEnabled?: boolean;
  metadata: Tags;
  etag: string;
  objects: BucketObject[];
  /** Of a bucket with versions: what was there before, and markers of deletions. Absent: none. */
  previous?: ObjectVersion[];
  /** Absent: none. */
  retentionRules?: RetentionRule[];
  /** Multipart uploads under way. */
  uploads: MultipartUpload[];
  /** Absent: none. */
  preauthenticatedRequests?: PreauthenticatedRequest[];
  lifecyclePolicy?: LifecyclePolicy;
}

/** Bytes in files of the sandbox's own; the world has only their names. */
interface Content {
  /** Files in the objects' folder, in order. */
  readonly files: readonly string[];
  readonly size: number;
  readonly etag: string;
}

/** An object of a bucket. */
export interface BucketObject extends Content {
  readonly name: string;
  /** MD5 in base64; null where the object came in parts. */
  readonly md5: string | null;
  /** Of the parts' MD5s, with how many they are: `…-8`. */
  readonly multipartMd5: string | null;
  readonly contentType: string;
  /** Headers of the object's own: `opc-meta-…`, `cache-control`, … */
  readonly headers: Tags;
  /** Absent in worlds of before. */
  readonly storageTier?: string;
  /** Absent in worlds of before. */
  readonly versionId?: string;
  readonly timeCreated: string;
  /** Absent where the object is no `.oci` archive that can be read. */
  archive?: ImageArchive;
}

/** A version that is not the newest, or a mark that the object was deleted then. */
export interface ObjectVersion extends BucketObject {
  readonly isDeleteMarker: boolean;
}

/** Until when objects can neither be changed nor deleted. */
export interface RetentionRule {
  readonly id: string;
  readonly displayName: string;
  readonly etag: string;
  readonly timeCreated: string;
  readonly timeModified: string;
  /** Null: without an end. */
  readonly duration: { readonly timeAmount: number; readonly timeUnit: string } | null;
  /** From then on it can only get longer. */
  readonly timeRuleLocked: string | null;
}

/** What an `.oci` archive says of the image in it. */
export interface ImageArchive {
  /** Names of shapes. */
  readonly shapes: readonly string[];
  /** `UEFI_64` or `BIOS`; null: it says none. */
  readonly firmware: string | null;
}

/** An upload in parts that nobody has finished. */
export interface MultipartUpload {
  readonly id: string;
  readonly object: string;
  readonly contentType: string;
  readonly headers: Tags;
  /** Absent in worlds of before. */
  readonly storageTier?: string;
  readonly timeCreated: string;
  parts: UploadedPart[];
}

/** A part of an upload. */
export interface UploadedPart extends Content {
  /** 1 to 10,000. */
  readonly number: number;
  readonly md5: string;
}

/** Access to objects by an address. Only the response to the creation has the address; the world has its hash. */
export interface PreauthenticatedRequest {
  readonly id: string;
  readonly name: string;
  readonly accessType: string;
  /** An object, or what names of objects begin with; null: all of the bucket. */
  readonly objectName: string | null;
  readonly bucketListingAction: string | null;
  readonly tokenSha256: string;
  readonly timeCreated: string;
  readonly timeExpires: string;
}

/** Kept and read back: nothing is moved or deleted by it. */
export interface LifecyclePolicy {
  readonly timeCreated: string;
  etag: string;
  readonly items: readonly LifecycleRule[];
}

/** A rule of a lifecycle policy. */
export interface LifecycleRule {
  readonly name: string;
  readonly action: string;
  readonly timeAmount: number;
  readonly timeUnit: string;
  readonly isEnabled: boolean;
  readonly target: string;
  readonly objectNameFilter: NameFilter | null;
}

/** Which objects a rule is for, by their names. */
export interface NameFilter {
  readonly inclusionPatterns: readonly string[];
  readonly exclusionPatterns: readonly string[];
  readonly inclusionPrefixes: readonly string[];
}
