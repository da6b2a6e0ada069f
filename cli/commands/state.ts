/** `lab state`: where the states are, moved, and brought back. */
import { CliError } from "../errors.ts";
import { awaitEarlierRuns } from "../run/settle.ts";
import { keepBackup, backupsOf } from "../state/backups.ts";
import { moveState, type MoveTools } from "../state/move.ts";
import { openStates } from "../state/open.ts";
import { type Place, placeOf, toldPlace } from "../state/place.ts";
import { movedTo } from "../state/text.ts";
import { openWhere, whereaboutsOf } from "../state/where.ts";
import { inOrder } from "../synth/graph.ts";
import type { Assembly } from "../synth/assembly.ts";
import type { StateReader } from "../terraform/runner.ts";
import { readStack } from "../terraform/stack.ts";
import { isDeployed, parseState } from "../terraform/state.ts";
import { printDocument } from "./document.ts";
import { synthesize } from "./synth.ts";
import { atWork, type CommonOptions, type Workplace } from "./workplace.ts";

/** What every `lab state` stands on. */
export interface StatePlace extends Workplace, StateReader {
  readonly assembly: Assembly;
  /** Where the config says that the state of a stack is. */
  configured(stack: string): Place;
  readonly tools: MoveTools;
}

/** Synthesizes, and opens the states, once nothing works on them any more. */
export async function openStatePlace(place: Workplace, skipSynth: boolean): Promise<StatePlace> {
  const { project, terminal, interruption } = place;
  await awaitEarlierRuns(terminal, project.run, interruption.signal);
  const assembly = await synthesize(place, skipSynth);
  const reader = openStates({ project, interruption, lab: assembly.lab, say: (line) => terminal.aside(line) });
  const places = new Map(
    assembly.stacks.map((info) => [info.name, placeOf(readStack(info, project), reader.encryptedState)]),
  );
  const configured = (stack: string): Place => {
    const found = places.get(stack);
    if (found !== undefined) return found;
    throw new CliError(`there is no stack called ${stack}; there are ${[...places.keys()].join(", ")}`);
  };
  const where = openWhere(project);
  return {
    ...place,
    ...reader,
    assembly,
    configured,
    tools: {
      states: reader.states,
      whereabouts: (stack) => whereaboutsOf(where, project, stack, configured(stack)),
      setWhereabouts: (stack, whereabouts) => where.set(stack, whereabouts),
      backUp: async (stack, at) => {
        keepBackup(project.data, stack, await reader.states.sealed(at, stack), new Date());
      },
    },
  };
}

/** `lab state list` */
export async function listStates(options: CommonOptions): Promise<number> {
  return atWork(options, "lab state list", async (place) => {
    const { assembly, configured, states, tools, project, terminal } = await openStatePlace(
      place,
      options.skipSynth ?? false,
    );
    const rows = await Promise.all(
      inOrder(assembly.stacks).map(async ({ name }) => {
        const { at } = project.sandbox ? { at: configured(name) } : tools.whereabouts(name);
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
      const what = serial === 0 ? "none yet" : `serial ${serial}, ${resources} objects, ${kept}`;
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
      const { from, to, serial, objects } = move;
      terminal.line(`${label} moved to ${toldPlace(to)}: serial ${serial}, ${objects} objects`);
      moved.push({ name, from: toldPlace(from), to: toldPlace(to), serial, resources: objects });
    }
    if (options.json) printDocument({ moved });
    else if (moved.length > 0) terminal.aside("each was read back and is as it was; npx cdktf diff shows no changes");
    return 0;
  });
}
