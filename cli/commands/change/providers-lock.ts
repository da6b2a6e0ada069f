/** `lab providers lock`: writes the dependency lock files of all stacks. Needs the registry. */
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { StackInfo } from "../../engine/synth/assembly.ts";
import {
  type CommandContext,
  type CommonOptions,
  synthesizeBeside,
  withLabLock,
} from "../../engine/synth/command-context.ts";
import { type Environment, toolEnvironment } from "../../engine/synth/environment.ts";
import { makeDataFolders } from "../../engine/synth/project.ts";
import { inOrder } from "../../engine/synth/stack-order.ts";
import type { Binary } from "../../engine/terraform/binary.ts";
import { type CommandDefinition, json, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { readIfThere, writeAtomically } from "../../ui/files.ts";
import { capture } from "../../clients/processes.ts";

/** Of the machines that deploy: those of people and of workflows. */
const PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"];

/** @throws CliError with the first error of the tool */
async function runLock(
  { path }: Binary,
  stack: string,
  cwd: string,
  env: Environment,
  signal: AbortSignal,
): Promise<void> {
  const { firstError } = await import("../../engine/state/run-tool.ts");
  const args = ["providers", "lock", ...PLATFORMS.map((platform) => `-platform=${platform}`)];
  const { error, stderr } = await capture(path, args, { cwd, env: { ...env }, signal });
  if (error === null) return;
  throw new CliError(`${stack}: ${basename(path)} providers lock: ${firstError(stderr || error.message)}`);
}

/**
 * Locks the providers of a stack in a folder that has nothing but the stack: what an `init` has locked in its own folder may
 * be of a mirror, or built here.
 *
 * @returns the lock file; undefined where the stack needs no provider
 */
async function lockOf(
  { project, interruption }: CommandContext,
  binary: Binary,
  { name, file }: StackInfo,
  env: Environment,
): Promise<string | undefined> {
  const { LOCK_FILE } = await import("../../engine/terraform/init.ts");
  const folder = join(project.run, "providers-lock");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  try {
    copyFileSync(file, join(folder, basename(file)));
    await runLock(binary, name, folder, env, interruption.signal);
    return readIfThere(join(folder, LOCK_FILE));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes them once all are there. */
async function lockProviders(options: CommonOptions): Promise<number> {
  const { awaitEarlierRuns } = await import("../../engine/runs/reconcile.ts");
  const { findBinary, describeBinary } = await import("../../engine/terraform/binary.ts");
  const { committedLock } = await import("../../engine/terraform/init.ts");
  return withLabLock(options, "lab providers lock", async (context) => {
    const { project, terminal, interruption } = context;
    if (project.sandbox)
      throw new CliError(
        "lab providers lock: LAB_SANDBOX is set, but it is real runs that are held to locks: unset it",
      );
    makeDataFolders(project);
    await awaitEarlierRuns(terminal, project.run, interruption.signal);
    const env = toolEnvironment(project, {}, (line) => terminal.aside(line));
    const [{ stacks }, binary] = await synthesizeBeside(findBinary(env), context, false);
    terminal.aside(`using ${describeBinary(binary)}`);
    const locks = [];
    for (const stack of inOrder(stacks)) {
      terminal.status(terminal.colors.dim(`${stack.name} locking its providers`));
      locks.push({ name: stack.name, text: await lockOf(context, binary, stack, env) });
    }
    terminal.status("");
    const rows = locks.map(({ name, text }) => {
      const committed = committedLock(binary, name);
      const file = join(project.folder, committed);
      const changed = readIfThere(file) !== text;
      if (text === undefined) rmSync(file, { force: true });
      else if (changed) writeAtomically(file, text, 0o644);
      return { name, file: text === undefined ? null : committed, changed };
    });
    if (options.json) printDocument({ tool: binary.product, version: binary.version, stacks: rows });
    else
      for (const { name, file, changed } of rows)
        terminal.line(file === null ? `${name} needs no provider` : `${file} ${changed ? "written" : "unchanged"}`);
    return 0;
  });
}

const lock: CommandDefinition<CommonOptions> = {
  name: "lock",
  description: "Write the dependency lock files of all stacks into locks/, to be committed; asks the registry",
  examples: ["npx lab providers lock", "TERRAFORM_BINARY_NAME=tofu npx lab providers lock"],
  options: (command) => json(where(command)),
  run: lockProviders,
};

/** `lab providers` */
export const providers: CommandDefinition = {
  name: "providers",
  description: "The providers of real runs",
  commands: [lock],
};
