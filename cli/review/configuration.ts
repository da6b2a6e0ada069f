/** What a stack was synthesized as, in one hash: a saved plan is good for that alone. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { StackInfo } from "../synth/assembly.ts";

/** sha256 over the stack's file and the scripts beside it; not over what init leaves there. */
export function configurationOf({ folder }: StackInfo): string {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith(".terraform") && !file.endsWith(".tfstate"))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) {
    const content = readFileSync(join(folder, file));
    hash.update(`${file.replaceAll("\\", "/")} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}
