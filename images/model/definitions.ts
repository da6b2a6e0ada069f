/** The two images, and the folders of their parts. */

/** The names of an image. */
export interface ImageDefinition {
  /** Its key in images.lock.json. */
  readonly key: "base" | "proxmox";
  /** Its folder under `packer/`, and the first part of its object's name. */
  readonly folder: "base" | "proxmox-ampere";
  /** Its folder under `artifacts/`. */
  readonly artifact: "base-hardened" | "proxmox-ampere";
}

/** Hardened Debian. */
export const BASE = { key: "base", folder: "base", artifact: "base-hardened" } as const satisfies ImageDefinition;

/** Proxmox VE on the base; what hosts boot. */
export const PROXMOX = {
  key: "proxmox",
  folder: "proxmox-ampere",
  artifact: "proxmox-ampere",
} as const satisfies ImageDefinition;

/** What a build leaves in its artifact folder: what packer/build.sh writes. */
export const DISK = "disk.qcow2";
