/** State of the sandbox's OCI tenancy: what the services know. Owned by sandbox/oci. */

import type { LifecyclePolicy, PreauthenticatedRequest } from "./oci-bucket.ts";

/** Any JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** `always-free` has the limits of a free account since 15 June 2026, `pay-as-you-go` higher ones. */
export type Account = "always-free" | "pay-as-you-go";

export type Tags = Readonly<Record<string, string>>;

/** What every OCI object has. */
export type OciObject = {
  readonly id: string;
  compartmentId: string;
  readonly region: string;
  readonly timeCreated: string;
  freeformTags: Tags;
  definedTags: Tags;
};

/** What the tenancy has. Each resource that is declared adds its list (`declare module`, in sandbox/oci/resources). */
export interface OciTenancy {
  tenancyId: string;
  /** Where compartments, budgets and quotas can be made; null: not said, so any region will do. */
  homeRegion: string | null;
  /** The tenancy's own four letters in names of availability domains. */
  readonly adPrefix: string;
  account: Account;
  /** Object Storage namespace: 12 characters that the service chose. */
  readonly namespace: string;
  /** Those that were deleted: for a while on their way out, then DELETED under another name. */
  deletedCompartments: DeletedCompartment[];
  /** Who may use the REST API; null until somebody asks for the key. */
  apiKey: ApiKey | null;
  /** Of instances that were terminated without them. */
  preservedBootVolumes: PreservedBootVolume[];
  buckets: Bucket[];
}

/** The API key of the account's user: what OCI knows of it. */
export interface ApiKey {
  readonly userId: string;
  /** `20:3b:97:…` */
  readonly fingerprint: string;
  /** PEM. */
  readonly publicKey: string;
}

/** A compartment, with when it was asked to go; RFC 3339. */
export type DeletedCompartment = OciObject & { name: string; description: string; readonly deletedAt: string };

/** What sandbox/proxmox reads of an instance. */
export interface OciInstance {
  readonly id: string;
  displayName: string;
  state: "PROVISIONING" | "RUNNING" | "STOPPED" | "TERMINATED";
  shape: string;
  ocpus: number;
  memoryGb: number;
  bootVolumeGb: number;
  privateIp: string;
  publicIp: string | null;
  /** Name of the bucket object the boot image was imported from; null for a platform image. */
  imageObject: string | null;
  /** `user_data` decoded from base64: the cloud-config the host booted with. */
  userData: string;
}

/** A boot volume that outlived its instance: it takes room until somebody deletes it. */
export interface PreservedBootVolume extends OciObject {
  displayName: string;
  readonly availabilityDomain: string;
  readonly imageId: string;
  readonly sizeInGBs: number;
  readonly vpusPerGB: number;
}

export interface Bucket extends OciObject {
  readonly name: string;
  publicAccessType: string;
  readonly storageTier: string;
  versioning: string;
  /** Absent in worlds of before. */
  autoTiering?: string;
  objectEventsEnabled?: boolean;
  metadata: Tags;
  readonly etag: string;
  objects: BucketObject[];
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
  readonly timeCreated: string;
  /** Absent where the object is no `.oci` archive that can be read. */
  archive?: ImageArchive;
}

/** What an `.oci` archive says of the image in it. */
export interface ImageArchive {
  /** Names of shapes. */
  readonly shapes: readonly string[];
  /** `UEFI_64` or `BIOS`; null: it says none. */
  readonly firmware: string | null;
}

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

export interface UploadedPart extends Content {
  /** 1 to 10,000. */
  readonly number: number;
  readonly md5: string;
}
