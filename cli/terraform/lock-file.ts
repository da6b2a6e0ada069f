/**
 * The dependency lock file of a stack: the real run's, or that of a set of real providers in the sandbox. A provider that
 * was built here has other checksums than the registry's, and must not be what a real run is held to.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { codeOf } from "../errors.ts";
import { readIfThere } from "../files.ts";

const REAL_RUN = "real-run";

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/**
 * Puts the right one in its place, and keeps the other for its next turn.
 *
 * @param folder of the stack
 * @param providerConfig the configuration of the sandbox's real providers; undefined: as in a real run
 */
export function takeLockFile(folder: string, providerConfig: string | undefined): void {
  const data = join(folder, ".terraform");
  const marker = join(data, "lock-file-of");
  const before = readIfThere(marker) ?? REAL_RUN;
  const now = providerConfig === undefined ? REAL_RUN : basename(providerConfig, ".tfrc");
  if (before === now) return;
  const lock = join(folder, ".terraform.lock.hcl");
  const kept = (of: string): string => join(data, `${of}.lock.hcl`);
  mkdirSync(data, { recursive: true });
  moveIfThere(lock, kept(before));
  moveIfThere(kept(now), lock);
  if (now === REAL_RUN) rmSync(marker, { force: true });
  else writeFileSync(marker, now);
}
