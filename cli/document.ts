/** Writes docs/cli.md: `node cli/document.ts`. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { documentCommands } from "./document-text.ts";

await writeFile(join(import.meta.dirname, "../docs/cli.md"), documentCommands());
