/** Writes docs/played.md: `node sandbox/document.ts`. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { documentPlayed } from "./document-text.ts";

await writeFile(join(import.meta.dirname, "../docs/played.md"), documentPlayed());
