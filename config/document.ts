/** Writes docs/config.md: `node config/document.ts`. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { documentConfig } from "./document-text.ts";

await writeFile(resolve(import.meta.dirname, "../docs/config.md"), documentConfig());
