/** Image-factory schematics: what is added to a stock Talos image, and the id that the factory gives it. */
import { createHash } from "node:crypto";

/** The guest agent reports a guest's addresses to Proxmox VE and shuts it down cleanly. */
export const TALOS_EXTENSIONS: readonly string[] = ["siderolabs/qemu-guest-agent"];

/** The nocloud image logs to ttyS0, which an aarch64 `virt` machine does not have: its serial port is ttyAMA0. */
export const TALOS_KERNEL_ARGS: readonly string[] = ["console=ttyAMA0"];

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
