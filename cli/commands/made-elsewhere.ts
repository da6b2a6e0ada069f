/** What a lab has in states that are in no files here: it was made with secrets. */
import type { Project } from "../project.ts";
import type { Trace } from "../secrets/made-before.ts";
import type { Assembly } from "../synth/assembly.ts";
import type { StateReader } from "../state/reader.ts";
import { readStack } from "../terraform/stack.ts";
import { isDeployed, stateOf } from "../terraform/state.ts";

/** @throws CliError for a state that cannot be read: nobody knows what is in it */
export async function madeElsewhere(
  { stacks }: Assembly,
  project: Project,
  reader: StateReader,
): Promise<readonly Trace[]> {
  const states = stacks
    .map((info) => readStack(info, project))
    .filter(({ stateFile }) => stateFile === null)
    .map(async (stack) => ({ stack: stack.name, state: await stateOf(reader, stack) }));
  const deployed = (await Promise.all(states)).filter(({ state }) => isDeployed(state));
  return deployed.map(({ stack }) => ({ stack, holds: "objects" }));
}
