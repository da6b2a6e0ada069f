/** Image-factory schematics: what is added to a stock Talos image, and the id that the factory gives it. */
import { createHash } from "node:crypto";
import type { LabConfig } from "../config/schema.ts";
import type { Architecture } from "./types.ts";

/** What an image of the image factory has beyond plain Talos. */
interface Schematic {
  readonly extensions: readonly string[];
  readonly kernelArgs: readonly string[];
}

/** The images log to ttyS0, which neither an aarch64 `virt` machine nor an Arm instance has: their serial port is ttyAMA0. */
const CONSOLE: Readonly<Record<Architecture, readonly string[]>> = { arm64: ["console=ttyAMA0"], x86_64: [] };

/** What the lab itself needs. The guest agent reports a guest's addresses to Proxmox VE and shuts it down cleanly. */
const EXTENSIONS: Readonly<Record<LabConfig["kubernetes"]["placement"], readonly string[]>> = {
  proxmox: ["siderolabs/qemu-guest-agent"],
  oci: [],
};

type Schemed = Pick<LabConfig, "talos"> & { readonly kubernetes: Pick<LabConfig["kubernetes"], "placement"> };

/** The schematic of a lab's machines of one architecture: what it needs, and what its config adds. */
export function labSchematic(
  { kubernetes: { placement }, talos }: Schemed,
  architecture: Architecture = "arm64",
): string {
  const both = (ours: readonly string[], theirs: readonly string[]): readonly string[] => [
    ...new Set([...ours, ...theirs]),
  ];
  return schematicYaml({
    extensions: both(EXTENSIONS[placement], talos.extensions),
    kernelArgs: both(CONSOLE[architecture], talos.kernelArgs),
  });
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
export function talosObjectName(config: Schemed & Pick<LabConfig, "versions" | "images">): string {
  const id = schematicId(labSchematic(config));
  // A qcow2 goes in an archive, which names its firmware; a VMDK is imported as it is.
  const extension = config.images.format === "qcow2" ? "oci" : "vmdk";
  return `talos-${config.versions.talos}-oracle-arm64-${id.slice(0, HASH_DIGITS)}.${extension}`;
}
