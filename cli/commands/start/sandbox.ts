/** `lab sandbox`, and its `stop` and `reset`. */
import { type CommonOptions, lockOf, withLabLock } from "../../engine/synth/command-context.ts";
import { describeHolder, holderOf } from "../../engine/synth/lock.ts";
import type { Project } from "../../engine/synth/project.ts";
import { type CommandDefinition, json } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { fault } from "./sandbox-faults.ts";
import { admin, host } from "./sandbox-hosts.ts";
import { log, open } from "./sandbox-log.ts";
import { sandboxProject, start, answered } from "./sandbox-start.ts";
import { status } from "./sandbox-status.ts";

/** @throws CliError that says what would wait for a sandbox that is no more */
async function requireNobodyAtWork(project: Project): Promise<void> {
  const { runningRecords } = await import("../../engine/runs/reconcile.ts");
  const holder = holderOf(lockOf(project));
  const runs = runningRecords(project.run).map(
    ({ verb, stack, startedAt }) => `${verb} of ${stack}, since ${startedAt}`,
  );
  const [who] = [...(holder === null ? [] : [describeHolder(holder)]), ...runs];
  if (who !== undefined)
    throw new CliError(
      `the sandbox of ${project.home} is at work for ${who}: let that end, or end it with Ctrl-C, then stop the sandbox`,
    );
}

async function stopSandbox(options: CommonOptions): Promise<number> {
  const { runningSandbox } = await import("../../../sandbox/client.ts");
  const project = sandboxProject(options);
  const { home } = project;
  const sandbox = await answered(runningSandbox(home));
  if (sandbox !== null) {
    await requireNobodyAtWork(project);
    await answered(sandbox.stop());
  }
  if (options.json) printDocument({ stopped: sandbox !== null, home });
  console.error(
    sandbox === null ? `no sandbox runs for ${home}` : `stopped the sandbox of ${home}; what is in it stays on disk`,
  );
  return 0;
}

/** Empties the world and forgets its state; the lab's secrets and the daemon stay. */
async function resetSandbox(options: CommonOptions): Promise<number> {
  const { openSandbox } = await import("../../../sandbox/client.ts");
  return withLabLock({ ...options, sandbox: true }, "lab sandbox reset", async ({ project }) => {
    const { rmSync } = await import("node:fs");
    const { join } = await import("node:path");
    const sandbox = await answered(openSandbox({ labHome: project.home }));
    await answered(sandbox.reset());
    // A state that speaks of objects which are gone would only be in the way.
    for (const name of ["state", "backups", "run"]) rmSync(join(project.data, name), { recursive: true, force: true });
    if (options.json) printDocument({ emptied: true, home: project.home });
    console.error(`emptied the sandbox of ${project.home}`);
    return 0;
  });
}

const stop: CommandDefinition<CommonOptions> = {
  name: "stop",
  description: "Stop it; what is in it stays on disk",
  options: json,
  run: stopSandbox,
};

const reset: CommandDefinition<CommonOptions> = {
  name: "reset",
  description: "Empty it, and forget its state",
  options: json,
  run: resetSandbox,
};

/** `lab sandbox` */
export const sandbox: CommandDefinition = {
  name: "sandbox",
  description: "The embedded sandbox: the lab without an account",
  commands: [start, stop, status, reset, admin, host, open, log, fault],
};
