/** What every `lab state` stands on: the states of the lab, and nobody else at work on them. */
import { CliError } from "../errors.ts";
import { awaitEarlierRuns } from "../run/settle.ts";
import { keepBackup } from "../state/backups.ts";
import type { MoveTools } from "../state/move.ts";
import { openStates } from "../state/open.ts";
import { type Place, placeOf } from "../state/place.ts";
import { openWhere, whereaboutsOf } from "../state/where.ts";
import type { Assembly } from "../synth/assembly.ts";
import type { StateReader } from "../state/reader.ts";
import { readStack } from "../terraform/stack.ts";
import { synthesize } from "../synth/synthesize.ts";
import type { Workplace } from "./workplace.ts";

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
      // The sandbox's are always in its own files.
      whereabouts: (stack) =>
        project.sandbox
          ? { at: configured(stack), copy: null }
          : whereaboutsOf(where, project, stack, configured(stack)),
      setWhereabouts: (stack, whereabouts) => where.set(stack, whereabouts),
      backUp: async (stack, at) => {
        keepBackup(project.data, stack, await reader.states.sealed(at, stack), new Date());
      },
    },
  };
}
