/** Which objects of a bucket are the lab's. */
import { BASE, PROXMOX } from "../model/definitions.ts";

/** An image's name, then hashes in hex: nothing else that someone may have put into the bucket looks like it. */
const OURS = new RegExp(`^(${BASE.folder}|${PROXMOX.folder})-[0-9a-f-]+\\.oci$`);

/** Whether an object is an image of a lab, by its name. */
export function isImageObject(name: string): boolean {
  return OURS.test(name);
}

/** Two decimals: near a limit of 20, one would hide what is over it. 1 GB = 1,000,000,000 bytes. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
