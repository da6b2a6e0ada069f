/** Image-factory schematics: what is added to a stock Talos image, and the id that the factory gives it. */
import { createHash } from "node:crypto";
import type { Architecture } from "./types.ts";

/** The guest agent reports a guest's addresses to Proxmox VE and shuts it down cleanly. */
export const TALOS_EXTENSIONS: readonly string[] = ["siderolabs/qemu-guest-agent"];

/** The nocloud image logs to ttyS0, which an aarch64 `virt` machine does not have: its serial port is ttyAMA0. */
export const TALOS_KERNEL_ARGS: readonly string[] = ["console=ttyAMA0"];

/** Of guests of Proxmox VE. On x86-64 the nocloud image logs where its serial port is. */
export function guestSchematic(architecture: Architecture): Schematic {
  return { extensions: TALOS_EXTENSIONS, kernelArgs: architecture === "arm64" ? TALOS_KERNEL_ARGS : [] };
}

/** Straight on an instance: no guest agent, and the serial console, which the oracle image has at ttyS0, is where Arm instances have it. */
export const DIRECT_SCHEMATIC: Schematic = { extensions: [], kernelArgs: TALOS_KERNEL_ARGS };

/** What an image of the image factory has beyond plain Talos. */
interface Schematic {
  readonly extensions: readonly string[];
  readonly kernelArgs: readonly string[];
}

/**
 * The schematic in the form that the image factory hashes: its own key order, four spaces, entries as given. Plain scalars
 * only; names of extensions and `key=value` arguments need no quotes.
 */
export function schematicYaml({ extensions, kernelArgs }: Schematic): string {
  const list = (indent: string, entries: readonly string[]): string =>
    entries.map((entry) => `${indent}- ${entry}\n`).join("");
  const parts = [
    kernelArgs.length === 0 ? "" : `    extraKernelArgs:\n${list("        ", kernelArgs)}`,
    extensions.length === 0
      ? ""
      : `    systemExtensions:\n        officialExtensions:\n${list("            ", extensions)}`,
  ].join("");
  return parts === "" ? "customization: {}\n" : `customization:\n${parts}`;
}

/** The image factory's id of a schematic: the SHA-256 of that form. */
export function schematicId(yaml: string): string {
  return createHash("sha256").update(yaml).digest("hex");
}

const HASH_DIGITS = 12;

/** Name of the bucket object that a lab's Talos image for instances is imported from. */
export function talosObjectName(version: string): string {
  const id = schematicId(schematicYaml(DIRECT_SCHEMATIC));
  return `talos-${version}-oracle-arm64-${id.slice(0, HASH_DIGITS)}.oci`;
}
