/** Which objects of a bucket are the lab's. */
import { BASE, PROXMOX } from "../model/definitions.ts";

/** An image's name, then hashes in hex: nothing else that someone may have put into the bucket looks like it. */
const BUILT = new RegExp(`^(${BASE.folder}|${PROXMOX.folder})-[0-9a-f-]+\\.oci$`);
/** The same of Talos: its version and the hash of its schematic. */
const FETCHED = /^talos-\d[\w.-]*-oracle-arm64-[0-9a-f]{12}\.(oci|vmdk)$/;

/** Whether an object is an image of a lab, by its name. */
export function isImageObject(name: string): boolean {
  return BUILT.test(name) || FETCHED.test(name);
}

/** Two decimals: near a limit of 20, one would hide what is over it. 1 GB = 1,000,000,000 bytes. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
