/** `lab state list` and `lab state migrate`: where the states are, and moved to where the config says. */
import { CliError } from "../errors.ts";
import { backupsOf } from "../state/backups.ts";
import { moveState } from "../state/move.ts";
import { toldPlace } from "../state/place.ts";
import { movedTo } from "../state/text.ts";
import { inOrder } from "../synth/graph.ts";
import { isDeployed, parseState } from "../terraform/state.ts";
import { printDocument } from "./document.ts";
import { openStatePlace } from "./state-place.ts";
import { atWork, type CommonOptions } from "./workplace.ts";

const objects = (count: number): string => `${count} ${count === 1 ? "object" : "objects"}`;

/** `lab state list` */
export async function listStates(options: CommonOptions): Promise<number> {
  return atWork(options, "lab state list", async (place) => {
    const { assembly, configured, states, tools, project, terminal } = await openStatePlace(
      place,
      options.skipSynth ?? false,
    );
    const rows = await Promise.all(
      inOrder(assembly.stacks).map(async ({ name }) => {
        const { at } = tools.whereabouts(name);
        const text = await states.read(at, name);
        const state = parseState(text, toldPlace(at));
        const backups = backupsOf(project.data, name).map(({ file, serial, at: time }) => ({ file, serial, at: time }));
        return {
          name,
          at: toldPlace(at),
          configured: toldPlace(configured(name)),
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
    const width = Math.max(...rows.map(({ name }) => name.length));
    for (const { name, at, configured: wanted, serial, resources, backups } of rows) {
      const label = terminal.colors.bold(name.padEnd(width));
      const kept = `${backups.length} ${backups.length === 1 ? "backup" : "backups"}`;
      const what = serial === 0 ? "none yet" : `serial ${serial}, ${objects(resources)}, ${kept}`;
      terminal.line(`${label} ${what}  ${at}`);
      if (at !== wanted)
        terminal.line(`${" ".repeat(width)} lab.config.ts says ${wanted}: npx lab state migrate moves it`);
    }
    return 0;
  });
}

/** `lab state migrate` */
export async function migrateStates(options: CommonOptions): Promise<number> {
  return atWork(options, "lab state migrate", async (place) => {
    const { project, terminal, interruption } = place;
    if (project.sandbox) throw new CliError("--sandbox: the sandbox's states are in its own files, and stay there");
    const { assembly, configured, tools } = await openStatePlace(place, options.skipSynth ?? false);
    const stacks = inOrder(assembly.stacks);
    const width = Math.max(...stacks.map(({ name }) => name.length));
    const moved = [];
    for (const { name } of stacks) {
      interruption.signal.throwIfAborted();
      const label = terminal.colors.bold(name.padEnd(width));
      terminal.status(terminal.colors.dim(`${label} moving its state`));
      const move = await moveState(tools, name, configured(name));
      terminal.status("");
      if (move === null) {
        terminal.line(`${label} is in ${toldPlace(configured(name))}`);
        continue;
      }
      const { from, to, serial, objects: held } = move;
      terminal.line(`${label} moved to ${toldPlace(to)}: serial ${serial}, ${objects(held)}`);
      moved.push({ name, from: toldPlace(from), to: toldPlace(to), serial, resources: held });
    }
    if (options.json) printDocument({ moved });
    else if (moved.length > 0) terminal.aside("each was read back and is as it was; npx cdktf diff shows no changes");
    return 0;
  });
}
