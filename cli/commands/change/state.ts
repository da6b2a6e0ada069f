/** `lab state list` and `lab state migrate`: where the states are, and moved to where the config says. */
import type { Command } from "commander";
import { type CommonOptions, withLabLock } from "../../engine/synth/command-context.ts";
import { inOrder } from "../../engine/synth/stack-order.ts";
import { type CommandDefinition, inSandbox, json, skipSynth, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { column, plural } from "../../ui/words.ts";
import { restore } from "./state-restore.ts";

/** `lab state list` */
async function listStates(options: CommonOptions): Promise<number> {
  const { openStatesContext } = await import("../../engine/runs/state-work.ts");
  const { backupsOf } = await import("../../engine/state/backups.ts");
  const { describeLocation } = await import("../../engine/state/location.ts");
  const { isDeployed, parseState } = await import("../../engine/state/state.ts");
  const { movedTo } = await import("../../engine/state/text.ts");
  return withLabLock(options, "lab state list", async (context) => {
    const { assembly, configured, states, tools, project, terminal } = await openStatesContext(
      context,
      options.skipSynth ?? false,
    );
    const rows = await Promise.all(
      inOrder(assembly.stacks).map(async ({ name }) => {
        const { at } = tools.whereabouts(name);
        const text = await states.read(at, name);
        const state = parseState(text, describeLocation(at));
        const backups = backupsOf(project.data, name).map(({ file, serial, at: time }) => ({ file, serial, at: time }));
        return {
          name,
          at: describeLocation(at),
          configured: describeLocation(configured(name)),
          movedTo: movedTo(text),
          deployed: isDeployed(state),
          serial: state.serial,
          lineage: state.lineage,
          resources: state.resources.length,
          backups,
        };
      }),
    );
    if (options.json) {
      printDocument({ stacks: rows });
      return 0;
    }
    const padded = column(rows.map(({ name }) => name));
    for (const { name, at, configured: wanted, serial, resources, backups } of rows) {
      const label = terminal.colors.bold(padded(name));
      const what =
        serial === 0
          ? "none yet"
          : `serial ${serial}, ${plural(resources, "object")}, ${plural(backups.length, "backup")}`;
      terminal.line(`${label} ${what}  ${at}`);
      if (at !== wanted) terminal.line(`${padded("")} lab.config.ts says ${wanted}: npx lab state migrate moves it`);
    }
    return 0;
  });
}

/** `lab state migrate` */
async function migrateStates(options: CommonOptions): Promise<number> {
  const { openStatesContext } = await import("../../engine/runs/state-work.ts");
  const { moveState } = await import("../../engine/state/move.ts");
  const { describeLocation } = await import("../../engine/state/location.ts");
  return withLabLock(options, "lab state migrate", async (context) => {
    const { project, terminal, interruption } = context;
    if (project.sandbox) throw new CliError("--sandbox: the sandbox's states are in its own files, and stay there");
    const { assembly, configured, tools } = await openStatesContext(context, options.skipSynth ?? false);
    const stacks = inOrder(assembly.stacks);
    const padded = column(stacks.map(({ name }) => name));
    const moved = [];
    for (const { name } of stacks) {
      interruption.signal.throwIfAborted();
      const label = terminal.colors.bold(padded(name));
      terminal.status(terminal.colors.dim(`${label} moving its state`));
      const move = await moveState(tools, name, configured(name));
      terminal.status("");
      if (move === null) {
        terminal.line(`${label} is in ${describeLocation(configured(name))}`);
        continue;
      }
      const { from, to, serial, objects: held } = move;
      terminal.line(`${label} moved to ${describeLocation(to)}: serial ${serial}, ${plural(held, "object")}`);
      moved.push({ name, from: describeLocation(from), to: describeLocation(to), serial, resources: held });
    }
    if (options.json) printDocument({ moved });
    else if (moved.length > 0) terminal.aside("each was read back and is as it was; npx cdktf diff shows no changes");
    return 0;
  });
}

const stateOptions = (command: Command): Command => skipSynth(json(inSandbox(where(command))));

const list: CommandDefinition<CommonOptions> = {
  name: "list",
  description: "Say where the state of each stack is, and which backups there are of it",
  options: stateOptions,
  run: listStates,
};

const migrate: CommandDefinition<CommonOptions> = {
  name: "migrate",
  description: "Move every state to where the config says; after an interruption, run it again",
  options: stateOptions,
  run: migrateStates,
};

/** `lab state` */
export const state: CommandDefinition = {
  name: "state",
  description: "Terraform's states: where they are, moved elsewhere, brought back from a backup",
  commands: [list, migrate, restore],
};
