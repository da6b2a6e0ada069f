/** What of each provider this project uses: `selection.json` (edited by hand) and `schema.json` (cut by select.ts). */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** The providers that have a workspace here. */
export const PROVIDERS = ["oci", "proxmox", "talos"] as const;
/** A provider, by the name of its workspace. */
export type ProviderName = (typeof PROVIDERS)[number];

const selectionSchema = z.strictObject({
  source: z.string(),
  version: z.string(),
  resources: z.array(z.string()),
  dataSources: z.array(z.string()),
});
/** The content of `selection.json`: a provider, and the types of it that the bindings are made for. */
export type Selection = z.infer<typeof selectionSchema>;

/** Absolute path of a file in a provider's workspace. */
export function selectionFile(name: ProviderName, file: string): string {
  return join(import.meta.dirname, name, file);
}

/** Reads `selection.json`. @throws ZodError where it is not what it should be: it is a file of ours */
export function readSelection(name: ProviderName): Selection {
  return selectionSchema.parse(JSON.parse(readFileSync(selectionFile(name, "selection.json"), "utf8")));
}

/** The generator's version is part of the stamp: a newer one writes other bindings from the same schema. */
const GENERATOR = "@cdktn/provider-generator 0.24.0, layout 2";

/** Names one state of the bindings: the same stamp, the same generated code. */
export function stamp(name: ProviderName): string {
  return createHash("sha256")
    .update(GENERATOR)
    .update(readFileSync(selectionFile(name, "schema.json")))
    .digest("hex");
}
