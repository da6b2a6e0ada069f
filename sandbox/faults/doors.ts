import type { Door } from "../calls.ts";

/** Every door that a call can come in by. */
export const DOORS = ["oci", "proxmox", "talos", "kubernetes", "ssh", "provider"] as const satisfies readonly Door[];
