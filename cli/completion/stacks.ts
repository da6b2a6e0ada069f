/** Names of the stacks that were synthesized last. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openProject } from "../project.ts";

/** None where nothing is synthesized, or what is there cannot be read: a shell that completes must not hear of errors. */
export function stackNames(): readonly string[] {
  try {
    // By hand, as loading zod would be felt at every Tab.
    const manifest: unknown = JSON.parse(readFileSync(join(openProject({}).output, "manifest.json"), "utf8"));
    if (typeof manifest !== "object" || manifest === null) return [];
    return Object.keys(Reflect.get(manifest, "stacks"));
  } catch {
    return [];
  }
}
