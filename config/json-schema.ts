/** The JSON schema of lab.config.json, for editors: completion, and each field's meaning on hover. */
import { z } from "zod";
import { fieldDocs } from "./fields.ts";
import { labSchema } from "./schema.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The key by which a file names its schema to editors; the lab leaves it out. */
export const SCHEMA_KEY = "$schema";

/** Sections that a preset fills in: not the items of lists, nor what there is as a whole or not at all, such as `micro`. */
function withoutRequired(schema: JsonSchema): void {
  delete schema.required;
  for (const [name, section] of Object.entries(schema.properties ?? {})) {
    if (typeof section !== "object") continue;
    if (section.anyOf === undefined) withoutRequired(section);
    else if (name === "oci" || name === "proxmox") section.anyOf.forEach(withoutRequired);
  }
}

/** Made from config/schema.ts. What a JSON file cannot hold, `transform` and `extend`, is not in it. */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(labSchema.omit({ transform: true, extend: true }), {
    io: "input",
    // Patches: plain objects, whatever is in them.
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof z.ZodCustom) jsonSchema.type = "object";
      const doc = fieldDocs.get(zodSchema);
      if (doc)
        jsonSchema.description = [doc.meaning, doc.allowed && `Allowed: ${doc.allowed}.`].filter(Boolean).join("\n\n");
    },
  });
  withoutRequired(schema);
  return {
    ...schema,
    title: "A lab of ampere-lab",
    properties: { [SCHEMA_KEY]: { type: "string" }, ...schema.properties },
    required: ["name"],
  };
}

/** All of config/lab.schema.json. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}
