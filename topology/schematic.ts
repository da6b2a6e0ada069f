/** Image-factory schematics: what is added to a stock Talos image, and the id that the factory gives it. */
import { createHash } from "node:crypto";

/** The guest agent tells Proxmox VE a guest's addresses and shuts it down cleanly. */
export const TALOS_EXTENSIONS: readonly string[] = ["siderolabs/qemu-guest-agent"];

/**
 * The schematic in the form that the image factory hashes: its own key order, four spaces, extensions as given.
 * Plain scalars only; extension names need no quotes.
 */
export function schematicYaml(extensions: readonly string[]): string {
  if (extensions.length === 0) return "customization: {}\n";
  const lines = extensions.map((extension) => `            - ${extension}\n`).join("");
  return `customization:\n    systemExtensions:\n        officialExtensions:\n${lines}`;
}

/** The image factory's id of a schematic: the SHA-256 of that form. */
export function schematicId(yaml: string): string {
  return createHash("sha256").update(yaml).digest("hex");
}
