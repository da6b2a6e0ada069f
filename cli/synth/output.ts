/** The folder that the app writes to. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** cdktn's list of the stacks, which is written last. */
export function manifestOf(output: string): string {
  return join(output, "manifest.json");
}

/** Our own facts about the lab. */
export function labFactsOf(output: string): string {
  return join(output, "lab.json");
}

/** What an earlier run has left there would pass for the result of an app that forgot to synthesize. */
export function clearOutput(output: string): void {
  mkdirSync(output, { recursive: true });
  for (const file of [manifestOf(output), labFactsOf(output)]) rmSync(file, { force: true });
}
