/** Whether earlier runs of terraform have left anything to look at. Loads nothing: it is asked before all else. */
import { readdirSync } from "node:fs";

export function leftRecords(run: string): boolean {
  try {
    return readdirSync(run).some((name) => name.endsWith(".json"));
  } catch {
    return false; // nothing ever ran
  }
}
