/** What the upload needs of an object store; oci-store.ts is the one there is. */
import type { Readable } from "node:stream";
import { nullOn } from "./errors.ts";
import type { Part } from "./parts.ts";

/** What Object Storage says of a bucket. */
export interface Bucket {
  /** OCID. */
  readonly compartmentId: string;
  readonly storageTier: string;
  /** Of all its objects. Object Storage counts now and then: minutes old, or more. */
  readonly approximateBytes: number;
}

/** An object in a list. */
export interface StoredObject {
  readonly name: string;
  readonly sizeBytes: number;
}

/** What a HEAD says of an object. */
export interface Presence {
  /** As its metadata says; null where it was not written by the lab. */
  readonly sha256: string | null;
  readonly sizeBytes: number;
}

/** A multipart upload that is neither committed nor aborted. */
export interface Upload {
  readonly bucket: string;
  readonly objectName: string;
  readonly id: string;
  readonly startedAt: Date;
}

/** A part of an upload that has arrived. */
export interface StoredPart {
  readonly number: number;
  readonly sizeBytes: number;
  /** In base64. */
  readonly md5: string;
  readonly etag: string;
}

/**
 * A conversation with Object Storage, in one namespace. Everything ends with its signal.
 *
 * @throws of every method: ServiceError, UnreachableError, or the signal's reason
 */
export interface ObjectStore {
  readonly signal: AbortSignal;
  /** Null: there is none of this name, or it is not to be seen. */
  bucket(name: string): Promise<Bucket | null>;
  /** Names of the buckets of a compartment. */
  buckets(compartmentId: string): Promise<readonly string[]>;
  /** Private, Standard tier. False: the name is taken. */
  createBucket(name: string, compartmentId: string): Promise<boolean>;

  /** False: something is in it still. No error when it is gone already. */
  deleteBucket(name: string): Promise<boolean>;

  object(bucket: string, name: string): Promise<Presence | null>;
  objects(bucket: string): Promise<readonly StoredObject[]>;
  /** No error when it is gone already. */
  deleteObject(bucket: string, name: string): Promise<void>;

  uploads(bucket: string): Promise<readonly Upload[]>;
  parts(upload: Upload): Promise<readonly StoredPart[]>;
  startUpload(bucket: string, objectName: string, metadata: Readonly<Record<string, string>>): Promise<Upload>;
  /** Sends what `read` gives, which is called anew for each attempt. */
  putPart(upload: Upload, part: Part, read: () => Readable): Promise<void>;
  /** Never replaces an object. */
  commit(upload: Upload, parts: readonly StoredPart[]): Promise<void>;
  /** No error when it is gone already. */
  abort(upload: Upload): Promise<void>;
}

/** Bytes of several objects or parts together. */
export function sumOf(objects: readonly { readonly sizeBytes: number }[]): number {
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** What of an upload has arrived; nothing, when it was committed or aborted in the meantime. */
export async function arrivedBytes(store: ObjectStore, upload: Upload): Promise<number> {
  return sumOf((await nullOn(404, store.parts(upload))) ?? []);
}
