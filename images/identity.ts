/** Which images are meant: the input hashes of both, from what the caller sets. */
import { join, resolve } from "node:path";
import { BASE, PROXMOX } from "./model/definitions.ts";
import { inputHash, type Variables } from "./model/inputs.ts";

/** The repository that this file is in, absolute. */
export const REPOSITORY = resolve(import.meta.dirname, "..");

/** What the Proxmox VE image is built with unless the caller says otherwise. */
export const DEFAULT_PROXMOX_VERSION = "9.2";

/** What the caller decides of the images' inputs; the rest lies under `packer/`. */
export interface ImageInputs {
  /** The repository, which holds `packer/` and `images.lock.json`. @default - the one this file is in */
  readonly root?: string;
  /** Of the Proxmox image, such as 9.2. @default "9.2" */
  readonly proxmoxVersion?: string;
  /** Packer variables of both images, such as `architecture`. @default - as the templates say */
  readonly variables?: Variables;
  /** Packer variables of the Proxmox image only. @default - as the template says */
  readonly proxmoxVariables?: Variables;
  /** SHA-512 of a source image that takes the place of the pinned one. @default - the pinned one */
  readonly sourceSha512?: string | null;
}

interface ImageVariables {
  readonly base: Variables;
  readonly proxmox: Variables;
}

/** The Packer variables of each image. */
export function variablesOf(inputs: ImageInputs): ImageVariables {
  const { proxmoxVersion = DEFAULT_PROXMOX_VERSION, variables = {}, proxmoxVariables = {} } = inputs;
  return { base: variables, proxmox: { proxmox_version: proxmoxVersion, ...variables, ...proxmoxVariables } };
}

/** The input hash of each image; that of the base is an input of the other. */
export function identify(inputs: ImageInputs = {}): Readonly<Record<"base" | "proxmox", string>> {
  const packer = join(inputs.root ?? REPOSITORY, "packer");
  const variables = variablesOf(inputs);
  const base = inputHash(packer, BASE.folder, variables.base, inputs.sourceSha512 ?? "");
  return { base, proxmox: inputHash(packer, PROXMOX.folder, variables.proxmox, base) };
}
