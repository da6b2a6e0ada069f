/** The lab's two images, known by name before anything is built: what synth, deploy and the sandbox ask for. */
import { join, resolve } from "node:path";
import { inputHash, type Variables } from "./inputs.ts";
import { type Lock, readLock } from "./lock.ts";

export interface Image {
  /** Its folder under `packer/`. */
  readonly name: string;
  /** SHA-256 of the declared inputs: templates, scripts, variables. */
  readonly inputHash: string;
  /** Of the bucket object: carries the hash, so that a changed image is another object. */
  readonly objectName: string;
  /** Of the artefact; null until one has been built from these inputs. */
  readonly sha256: string | null;
  readonly sizeBytes: number | null;
  /** `stale`: the lock is missing, or knows other inputs. */
  readonly status: "current" | "stale";
  /** There is an artefact of these inputs. */
  readonly built: boolean;
}

export interface Images {
  readonly base: Image;
  /** Proxmox VE on the base: what the instances boot from. */
  readonly proxmox: Image;
}

export interface ImagesOptions {
  /** The repository, which holds `packer/` and `images.lock.json`. */
  readonly root?: string;
  /** Values of Packer variables, beside DEFAULT_VARIABLES. */
  readonly variables?: Variables;
}

/** What the Proxmox VE image is built with unless the caller says otherwise. */
export const DEFAULT_VARIABLES: Variables = { proxmox_version: "9.2" };

const HASH_DIGITS = 12;

function imageOf(name: string, hash: string, locked: Lock["images"]["base"] | undefined): Image {
  const current = locked?.inputHash === hash;
  const sha256 = current ? locked.sha256 : null;
  return {
    name,
    inputHash: hash,
    objectName: `${name}-${hash.slice(0, HASH_DIGITS)}.oci`,
    sha256,
    sizeBytes: current ? locked.sizeBytes : null,
    status: current ? "current" : "stale",
    built: sha256 !== null,
  };
}

/**
 * Says which images the lab needs and whether they are built. Builds nothing: a stale lock is no error here, for diff
 * and the sandbox need names only; a real deploy calls `requireBuilt`.
 *
 * @example const { proxmox } = await ensureImages(); // proxmox.objectName: "proxmox-ampere-0f3a….oci"
 */
export async function ensureImages({ root, variables = {} }: ImagesOptions = {}): Promise<Images> {
  const repository = root ?? resolve(import.meta.dirname, "..");
  const folder = (name: string): string => join(repository, "packer", name);
  const base = await inputHash(folder("base"), {}, "");
  const proxmox = await inputHash(folder("proxmox-ampere"), { ...DEFAULT_VARIABLES, ...variables }, base);
  const lock = await readLock(join(repository, "images.lock.json"));
  return {
    base: imageOf("base", base, lock?.images.base),
    proxmox: imageOf("proxmox-ampere", proxmox, lock?.images.proxmox),
  };
}

/** An image of which there is an artefact to upload. */
export interface BuiltImage extends Image {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * The image to boot instances from, for a deploy into a real account.
 *
 * @throws Error, one line, when it has not been built from the current inputs
 */
export function requireBuilt({ proxmox }: Images): BuiltImage {
  const { sha256, sizeBytes } = proxmox;
  if (sha256 !== null && sizeBytes !== null) return { ...proxmox, sha256, sizeBytes };
  const hash = proxmox.inputHash.slice(0, HASH_DIGITS);
  const why = proxmox.status === "stale" ? "images.lock.json is of other inputs" : "images.lock.json names no artefact";
  throw new Error(
    `images: ${proxmox.name} ${hash} is not built (${why}); build it with npx lab images build, or try --sandbox`,
  );
}
