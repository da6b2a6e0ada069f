/** `init`, left out where nothing that it acts on has changed. */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { AlreadyTold, Interrupted } from "../errors.ts";
import { readIfThere } from "../files.ts";
import { runJob } from "../run/job.ts";
import { removeRecord } from "../run/record.ts";
import { showRaw } from "../show/diagnostics.ts";
import { downloadEnvironment, type Environment } from "../environment.ts";
import { LOCK_FILE, takeCommittedLock, takeLockFile } from "./lock-file.ts";
import type { Runner } from "./runner.ts";
import type { Stack } from "./stack.ts";

// Another backend (the sandbox's, after the real one) is a fresh start, never a move of state.
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

/** Runs `init` where it is needed. A failure is told in the tool's own words. */
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
    throw new AlreadyTold();
  }
  mkdirSync(dirname(stampFile(stack)), { recursive: true });
  writeFileSync(stampFile(stack), stampOf(runner, stack, env));
}
