/** Keeps images.lock.json in step with what was built or tested. */
import { join } from "node:path";
import type { Artifact } from "./artifact.ts";
import type { ImageDefinition } from "./model/definitions.ts";
import { identify, type ImageInputs, REPOSITORY } from "./identity.ts";
import { LOCK_FILE } from "./index.ts";
import { entryFor, type Lock, type LockEntry, readLock, writeLock } from "./lock.ts";

type Change = (entry: LockEntry) => LockEntry;

/** Brings the lock to the current inputs and changes the entry of one image. */
async function change(inputs: ImageInputs, image: ImageDefinition, how: Change): Promise<void> {
  const file = join(inputs.root ?? REPOSITORY, LOCK_FILE);
  const hashes = identify(inputs);
  const old = await readLock(file);
  const lock: Lock = {
    version: 1,
    images: {
      base: entryFor(hashes.base, old?.images.base),
      proxmox: entryFor(hashes.proxmox, old?.images.proxmox),
    },
  };
  await writeLock(file, { ...lock, images: { ...lock.images, [image.key]: how(lock.images[image.key]) } });
}

/**
 * Writes a build into the lock, if it is of the lab's own inputs: not with another source image, nor other variables.
 *
 * @returns what there is to say about it, for people; null when the lock said so already
 */
export async function recordBuild(
  inputs: ImageInputs,
  image: ImageDefinition,
  { manifest }: Artifact,
): Promise<string | null> {
  const hash = identify(inputs)[image.key];
  if (manifest.inputHash !== hash) {
    return `${image.folder}: built from other inputs than images.lock.json names (another source or variable), and not recorded there`;
  }
  const file = join(inputs.root ?? REPOSITORY, LOCK_FILE);
  const before = (await readLock(file))?.images[image.key];
  const { sha256, sizeBytes } = manifest.archive;
  if (before?.inputHash === hash && before.sha256 === sha256) return null;
  await change(inputs, image, (entry) => ({ ...entry, sha256, sizeBytes, versions: { ...manifest.versions } }));
  const replaced = before?.inputHash === hash && before.sha256 !== null;
  return `images.lock.json: ${image.folder} is ${sha256.slice(0, 12)} now${replaced ? `, where it was ${before.sha256?.slice(0, 12)}` : ""}; commit it`;
}

/**
 * Writes down that a build of the lab's own inputs has passed the image tests, which build with stand-ins for Debian's cloud
 * image and for Proxmox's packages: the versions found in it are no image's.
 */
export async function recordTest(inputs: ImageInputs, image: ImageDefinition): Promise<void> {
  const testedAt = new Date().toISOString();
  await change(inputs, image, (entry) => ({ ...entry, testedAt }));
}
