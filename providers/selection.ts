/** What of each provider this project uses: `selection.json` (edited by hand) and `schema.json` (cut by select.ts). */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

export const PROVIDERS = ["oci", "proxmox", "talos"] as const;
export type ProviderName = (typeof PROVIDERS)[number];

const selectionSchema = z.strictObject({
  source: z.string(),
  version: z.string(),
  resources: z.array(z.string()),
  dataSources: z.array(z.string()),
});
export type Selection = z.infer<typeof selectionSchema>;

export function selectionFile(name: ProviderName, file: string): string {
  return join(import.meta.dirname, name, file);
}

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
