/** Runs `init`, unless nothing that it acts on has changed. */
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { AlreadyPrinted, codeOf, Interrupted } from "../../ui/errors.ts";
import { readIfThere } from "../../ui/files.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { downloadEnvironment, type Environment } from "../synth/environment.ts";
import type { Project } from "../synth/project.ts";
import type { Binary } from "./binary.ts";
import { showRaw } from "./diagnostics.ts";
import { runJob } from "./job.ts";
import { removeRecord, type Runner } from "./runner.ts";
import type { Stack } from "./stack.ts";

/** Another backend (the sandbox's, after the real one) is a fresh start, never a move of state. */
const INIT = ["-input=false", "-no-color", "-reconfigure"];

const reattached = z.record(z.string(), z.unknown());

/** Providers that already run are not installed: which they are matters, where they listen does not. */
function reattachedProviders(env: Environment): readonly string[] {
  try {
    return Object.keys(reattached.parse(JSON.parse(env["TF_REATTACH_PROVIDERS"] ?? "{}"))).sort();
  } catch {
    return [];
  }
}

function stampFile(stack: Stack): string {
  return join(stack.folder, ".terraform", "initialized-by-cdktf");
}

function stampOf(runner: Runner, stack: Stack, env: Environment): string {
  const { path, version } = runner.binary;
  const lock = readIfThere(join(stack.folder, LOCK_FILE)) ?? "";
  const inputs = [stack.initInputs, path, version, reattachedProviders(env), lock, env["TF_CLI_CONFIG_FILE"] ?? ""];
  return createHash("sha256").update(JSON.stringify(inputs)).digest("hex");
}

/** Forgets that a stack was initialized: the next `initialize` does it again. */
export function forgetInit(stack: Stack): void {
  rmSync(stampFile(stack), { force: true });
}

/** Runs `init` where it is needed. A failure is printed in the tool's own words. */
export async function initialize(runner: Runner, stack: Stack, env: Environment): Promise<void> {
  const { terminal, interruption, project, binary, plugins } = runner;
  takeLockFile(stack.folder, runner.providerConfig);
  const committed = takeCommittedLock(project, binary, stack);
  if (readIfThere(stampFile(stack)) === stampOf(runner, stack, env)) return;
  interruption.signal.throwIfAborted();
  const output: string[] = [];
  const { code, errors, record } = await plugins.installing(() =>
    runJob(
      {
        stack: stack.name,
        verb: "init",
        command: () => [binary.path, "init", ...INIT, ...(committed === null ? [] : ["-lockfile=readonly"])],
        folder: stack.folder,
        env: runner.providerConfig === undefined ? env : downloadEnvironment(env),
        run: project.run,
        onLine: (line) => output.push(line),
      },
      interruption,
    ),
  );
  removeRecord(project.run, record);
  if (interruption.signal.reason instanceof Interrupted) throw interruption.signal.reason;
  if (code !== 0) {
    showRaw(terminal, `Error in ${stack.name}: init failed`, errors.trim() === "" ? output.join("\n") : errors);
    if (committed !== null)
      terminal.aside(
        `${stack.name} is held to ${committed}: when its providers are others now, \`npx lab providers lock\` writes it anew`,
      );
    throw new AlreadyPrinted();
  }
  mkdirSync(dirname(stampFile(stack)), { recursive: true });
  writeFileSync(stampFile(stack), stampOf(runner, stack, env));
}

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
 * Puts the right dependency lock file in its place, and keeps the other for its next turn: the real run's, or that of a set
 * of real providers in the sandbox. One that was built here has other checksums than the registry's, and must not be what a
 * real run is held to.
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
 * Where the repository has one (`npx lab providers lock`), puts that in its place for a real run, which is held to it.
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
