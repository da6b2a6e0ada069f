/** Refuses to plan or apply a stack whose state is elsewhere than its config says: all would be made a second time. */
import { CliError } from "../errors.ts";
import type { Project } from "../project.ts";
import type { Binary } from "../terraform/binary.ts";
import type { StateReader } from "./reader.ts";
import type { Stack } from "../terraform/stack.ts";
import { isDeployed, parseState } from "../terraform/state.ts";
import { placeOf, requireAble, samePlace, toldPlace } from "./place.ts";
import { openWhere, whereaboutsOf } from "./where.ts";

interface Lab extends StateReader {
  readonly project: Project;
  readonly binary: Binary;
}

/** @throws CliError for a tool that cannot keep the state where the config says, and for a state that is elsewhere */
export async function requireSettled(lab: Lab, stack: Stack): Promise<void> {
  const { project, binary, states, encryptedState } = lab;
  const configured = placeOf(stack, encryptedState);
  requireAble(binary, configured);
  // The sandbox's states are always in its own files.
  if (project.sandbox) return;
  const { at } = whereaboutsOf(openWhere(project), project, stack.name, configured);
  if (samePlace(at, configured)) return;
  if (!isDeployed(parseState(await states.read(at, stack.name), toldPlace(at)))) return;
  throw new CliError(
    `the state of ${stack.name} is in ${toldPlace(at)}, and lab.config.ts says ${toldPlace(configured)}: ` +
      "run `npx lab state migrate`, or set `state` back; otherwise everything would be made a second time",
  );
}

/** Takes down where the state of a stack is, before it is written there. */
export function settleAt({ project, encryptedState }: Lab, stack: Stack): void {
  if (project.sandbox) return;
  const where = openWhere(project);
  const at = placeOf(stack, encryptedState);
  const known = where.get(stack.name);
  if (known === undefined || !samePlace(known.at, at)) where.set(stack.name, { at, copy: null });
}
