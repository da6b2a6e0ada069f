/** Writes docs/config.md and config/lab.schema.json: `node config/document.ts`. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { documentConfig } from "./document-text.ts";
import { configJsonSchemaText } from "./json-schema.ts";

await writeFile(resolve(import.meta.dirname, "../docs/config.md"), documentConfig());
await writeFile(resolve(import.meta.dirname, "lab.schema.json"), configJsonSchemaText());
