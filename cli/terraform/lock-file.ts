/**
 * The dependency lock file of a stack: the real run's, or that of a set of real providers in the sandbox. A provider that
 * was built here has other checksums than the registry's, and must not be what a real run is held to. Where the repository
 * has one (`npx lab providers lock`), a real run is held to that.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { codeOf } from "../errors.ts";
import { readIfThere } from "../files.ts";
import type { Project } from "../project.ts";
import type { StackInfo } from "../synth/assembly.ts";
import type { Binary } from "./binary.ts";

/** What the tool calls it. */
export const LOCK_FILE = ".terraform.lock.hcl";

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
  const lock = join(folder, LOCK_FILE);
  const kept = (of: string): string => join(data, `${of}.lock.hcl`);
  mkdirSync(data, { recursive: true });
  moveIfThere(lock, kept(before));
  moveIfThere(kept(now), lock);
  if (now === REAL_RUN) rmSync(marker, { force: true });
  else writeFileSync(marker, now);
}

/** Where the lock file of a stack is committed, in the project's folder: each tool has a registry of its own. */
export function committedLock({ product }: Binary, stack: string): string {
  return join("locks", product.toLowerCase(), `${stack}.hcl`);
}

/**
 * In a real run, puts the committed one in its place.
 *
 * @returns the path of the committed one in the project's folder; null where this run is not held to one
 */
export function takeCommittedLock(
  { folder: root, sandbox }: Project,
  binary: Binary,
  { name, folder }: StackInfo,
): string | null {
  if (sandbox) return null;
  const committed = committedLock(binary, name);
  const text = readIfThere(join(root, committed));
  if (text === undefined) return null;
  const lock = join(folder, LOCK_FILE);
  if (readIfThere(lock) !== text) writeFileSync(lock, text);
  return committed;
}
