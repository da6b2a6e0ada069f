/** Writes docs/config.md, config/lab.schema.json and config/lab-fields.ts: `node config/document.ts`. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { documentConfig } from "./document-text.ts";
import { labFieldsText } from "./fields-text.ts";
import { configJsonSchemaText } from "./json-schema.ts";

await writeFile(resolve(import.meta.dirname, "../docs/config.md"), documentConfig());
await writeFile(resolve(import.meta.dirname, "lab.schema.json"), configJsonSchemaText());
await writeFile(resolve(import.meta.dirname, "lab-fields.ts"), labFieldsText());
