/** An image to upload, an account to upload it to, and the way there. */
import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type OciArchive, ociArchive, sha256Of } from "../../images/model/archive.ts";
import {
  type ObjectStore,
  type ObjectStoreOptions,
  openObjectStore,
  type Uploaded,
  uploadImage,
  type UploadRequest,
} from "../../images/upload/index.ts";
import { ObjectStorage } from "./object-storage.ts";
import { newBucket, type StoredBucket } from "./object-storage-model.ts";

export const OBJECT = "proxmox-ampere-0123456789ab-ba9876543210.oci";
export const BUCKET = "images";
export const COMPARTMENT = "ocid1.compartment.oc1..lab";
export const INPUT_HASH = "1".repeat(64);
/** So that the image, of half a megabyte, has eight parts. */
export const PART_BYTES = 64 * 1024;
const DISK_BYTES = 7 * PART_BYTES + 1000;

/** One pair for all tests of a file: making one takes a while. */
export const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** Of a public key, as the console shows it. */
export function fingerprintOf(key: KeyObject): string {
  const hash = createHash("md5").update(key.export({ type: "spki", format: "der" }));
  return hash.digest("hex").replace(/..(?!$)/g, "$&:");
}

/** Bytes that look random and are the same every time. */
function noise(length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash("sha256").update(`block ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

export interface UploadLab {
  readonly home: string;
  readonly storage: ObjectStorage;
  readonly archive: OciArchive;
  readonly sha256: string;
  /** All lines that were said. */
  readonly said: string[];
  /** Of `~/.oci/config`. */
  readonly env: NodeJS.ProcessEnv;
  /** Puts a bucket of the lab's there. */
  bucket(about?: Partial<StoredBucket>): StoredBucket;
  open(over?: Partial<ObjectStoreOptions>): Promise<ObjectStore>;
  upload(over?: Partial<UploadRequest>): Promise<Uploaded>;
  /** The archive's bytes. */
  content(): Promise<Buffer>;
  /** Resolves when the server has answered a request that is made now: what was sent before has reached it. */
  roundTrip(): Promise<void>;
  end(): Promise<void>;
}

/** What a profile of `~/.oci/config` has, and the key file beside it. */
export function writeProfile(home: string, over: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const keyFile = join(home, "key.pem");
  // The console's own download has such a last line.
  const pem = KEYS.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  writeFileSync(keyFile, `${pem}OCI_API_KEY\n`);
  const fields = {
    user: "ocid1.user.oc1..me",
    fingerprint: fingerprintOf(KEYS.publicKey),
    tenancy: "ocid1.tenancy.oc1..mine",
    key_file: keyFile,
    ...over,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name} = ${value}`);
  const file = join(home, "config");
  writeFileSync(file, ["# test", "[LAB]", ...lines, ""].join("\n"));
  return { OCI_CLI_CONFIG_FILE: file };
}

export async function uploadLab(): Promise<UploadLab> {
  const home = mkdtempSync(join(tmpdir(), "ampere-upload-"));
  const env = writeProfile(home);
  const storage = await ObjectStorage.start();
  storage.keys.set(`ocid1.tenancy.oc1..mine/ocid1.user.oc1..me/${fingerprintOf(KEYS.publicKey)}`, KEYS.publicKey);
  const disk = join(home, "disk.qcow2");
  writeFileSync(disk, noise(DISK_BYTES));
  const archive = await ociArchive(disk, { operatingSystem: "Debian", operatingSystemVersion: "13" });
  const sha256 = await sha256Of(archive.read());
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);

  const open = (over: Partial<ObjectStoreOptions> = {}): Promise<ObjectStore> =>
    openObjectStore({
      region: "eu-frankfurt-1",
      signIn: { auth: "profile", profile: "LAB" },
      signal: new AbortController().signal,
      say,
      endpoint: storage.endpoint,
      retry: { attempts: 5, firstDelayMs: 1, longestDelayMs: 4 },
      env,
      ...over,
    });
  return {
    home,
    storage,
    archive,
    sha256,
    said,
    env,
    open,
    bucket(about) {
      const bucket = newBucket(BUCKET, COMPARTMENT, about);
      storage.buckets.set(BUCKET, bucket);
      return bucket;
    },
    async upload(over = {}) {
      const store = over.store ?? (await open());
      const names = { objectName: OBJECT, bucket: BUCKET, compartmentId: COMPARTMENT, inputHash: INPUT_HASH };
      return uploadImage({ store, archive, sha256, allowPaid: false, say, partBytes: PART_BYTES, ...names, ...over });
    },
    content: () => buffer(archive.read()),
    async roundTrip() {
      await (await fetch(storage.endpoint)).text();
    },
    async end() {
      await storage.stop();
      rmSync(home, { recursive: true });
    },
  };
}

/** What a promise is rejected with. */
export function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error("it went well"),
    (error: Error) => error,
  );
}
