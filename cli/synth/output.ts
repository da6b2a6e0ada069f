/** The folder that the app writes to. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What an earlier run has left there would pass for the result of an app that forgot to synthesize. */
export function clearOutput(output: string): void {
  mkdirSync(output, { recursive: true });
  for (const name of ["manifest.json", "lab.json"]) rmSync(join(output, name), { force: true });
}
