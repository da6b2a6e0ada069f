/** The lab's two images, known by name before anything is built: what synth, deploy and the sandbox ask for. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BASE, type ImageDefinition, PROXMOX } from "./model/definitions.ts";
import { identify, type ImageInputs, REPOSITORY } from "./identity.ts";
import { type Lock, type LockEntry, readLock } from "./lock.ts";

export { DEFAULT_PROXMOX_VERSION, REPOSITORY } from "./identity.ts";

/** Name of the lock file, in the repository. */
export const LOCK_FILE = "images.lock.json";

/** An image by its name and its entry in images.lock.json. */
export interface Image {
  /** Its folder under `packer/`. */
  readonly name: string;
  /** SHA-256 of the declared inputs: templates, scripts, variables. */
  readonly inputHash: string;
  /** Of the bucket object: carries the hash of the inputs and, once built, of the artifact, so that a changed image is another object. */
  readonly objectName: string;
  /** Of the artifact, packed; null until one has been built from these inputs. */
  readonly sha256: string | null;
  readonly sizeBytes: number | null;
  /** `stale`: the lock is missing, or knows other inputs. */
  readonly status: "current" | "stale";
  /** There is an artifact of these inputs. */
  readonly built: boolean;
  /** A build of these inputs, with stand-ins for Debian's cloud image and Proxmox's packages, has passed the image tests. */
  readonly testedWithStandIns: boolean;
}

/** Both images. */
export interface Images {
  readonly base: Image;
  /** Proxmox VE on the base: what the instances boot from. */
  readonly proxmox: Image;
}

/** Which images are meant, and where their builds are. */
export interface ImagesOptions extends ImageInputs {
  /** Where builds are kept. @default - `artifacts` in the repository */
  readonly artifacts?: string;
}

/** Input hashes by image. */
type Hashes = Readonly<Record<ImageDefinition["key"], string>>;

const HASH_DIGITS = 12;

/** The name of an image's object in the bucket, with the first digits of its hashes. */
export function objectNameOf({ folder }: ImageDefinition, inputHash: string, sha256: string | null): string {
  const parts = [folder, inputHash.slice(0, HASH_DIGITS), ...(sha256 === null ? [] : [sha256.slice(0, HASH_DIGITS)])];
  return `${parts.join("-")}.oci`;
}

function imageOf(image: ImageDefinition, inputHash: string, locked: LockEntry | undefined): Image {
  const current = locked?.inputHash === inputHash;
  const sha256 = current ? locked.sha256 : null;
  return {
    name: image.folder,
    inputHash,
    objectName: objectNameOf(image, inputHash, sha256),
    sha256,
    sizeBytes: current ? locked.sizeBytes : null,
    status: current ? "current" : "stale",
    built: sha256 !== null,
    testedWithStandIns: current && locked.testedAt !== null,
  };
}

/** The images of a lock that has been read. */
export function imagesOf(hashes: Hashes, lock: Lock | null): Images {
  return {
    base: imageOf(BASE, hashes.base, lock?.images.base),
    proxmox: imageOf(PROXMOX, hashes.proxmox, lock?.images.proxmox),
  };
}

async function checkArtifacts(artifacts: string, hashes: Hashes): Promise<void> {
  const { checkArtifact, readArtifact } = await import("./artifact.ts");
  for (const image of [BASE, PROXMOX]) {
    const artifact = await readArtifact(artifacts, image);
    if (artifact?.manifest.inputHash === hashes[image.key]) await checkArtifact(artifact);
  }
}

/**
 * Says which images the lab needs and whether they are built. Builds nothing: a stale lock is no error here, for diff
 * and the sandbox need names only; `cdktf deploy` calls `provideImage` (provide.ts).
 *
 * @throws Error, one line, when a build under `artifacts/` is not what was built
 * @example const { proxmox } = await ensureImages(); // proxmox.objectName: "proxmox-ampere-0f3a….oci"
 */
export async function ensureImages(options: ImagesOptions = {}): Promise<Images> {
  const { root = REPOSITORY, artifacts = join(root, "artifacts") } = options;
  const hashes = identify(options);
  const lock = await readLock(join(root, LOCK_FILE));
  // Most synths have no builds at hand, and need not load what checks them.
  if (existsSync(artifacts)) await checkArtifacts(artifacts, hashes);
  return imagesOf(hashes, lock);
}
