/** What every `lab state` command works with: the states of the lab, once no run works on them. */
import { CliError } from "../../ui/errors.ts";
import { keepBackup } from "../state/backups.ts";
import { locationOf, type StateLocation } from "../state/location.ts";
import type { MoveTools } from "../state/move.ts";
import { openStates } from "../state/open.ts";
import type { StateReader } from "../state/state.ts";
import { openWhereabouts, whereaboutsOf } from "../state/whereabouts.ts";
import type { Assembly } from "../synth/assembly.ts";
import { type CommandContext, synthesize } from "../synth/command-context.ts";
import { readStack } from "../terraform/stack.ts";
import { awaitEarlierRuns } from "./reconcile.ts";

/** What these commands work with. */
export interface StatesContext extends CommandContext, StateReader {
  readonly assembly: Assembly;
  /** Where the config says that the state of a stack is. */
  configured(stack: string): StateLocation;
  readonly tools: MoveTools;
}

/** Synthesizes, and opens the states, once nothing works on them any more. */
export async function openStatesContext(context: CommandContext, skipSynth: boolean): Promise<StatesContext> {
  const { project, terminal, interruption } = context;
  await awaitEarlierRuns(terminal, project.run, interruption.signal);
  const assembly = await synthesize(context, skipSynth);
  const reader = openStates({ project, interruption, lab: assembly.lab, say: (line) => terminal.aside(line) });
  const places = new Map(
    assembly.stacks.map((info) => [info.name, locationOf(readStack(info, project), reader.encryptedState)]),
  );
  const configured = (stack: string): StateLocation => {
    const found = places.get(stack);
    if (found !== undefined) return found;
    throw new CliError(`there is no stack called ${stack}; there are ${[...places.keys()].join(", ")}`);
  };
  const where = openWhereabouts(project);
  return {
    ...context,
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
