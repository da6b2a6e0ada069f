/** What is deployed of a lab, for commands that work on the cluster: its plan, its states and its credentials. */
import type { Topology } from "../../../topology/types.ts";
import { CliError } from "../../ui/errors.ts";
import { isDeployed, type State, stateOf } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { readTopology } from "../synth/config.ts";
import type { Session } from "./session.ts";

/** A stack that has something in its state. */
export interface Deployed {
  readonly info: StackInfo;
  readonly state: State;
}

/** @throws CliError where nothing of the stack is deployed */
export async function deployed(session: Session, name: string): Promise<Deployed> {
  const info = session.assembly.stacks.find((stack) => stack.name === name);
  if (info === undefined) throw new CliError(`there is no stack called ${name}: this app is no lab`);
  const state = await stateOf(session, session.stack(info));
  if (isDeployed(state)) return { info, state };
  const sandbox = session.project.sandbox ? " --sandbox" : "";
  throw new CliError(`${name} is not deployed, so there is nothing to look at: npx cdktf deploy${sandbox}`);
}

/** A text among its outputs. @throws CliError where there is none */
export function output({ state }: Deployed, name: string): string {
  const value = state.outputs[name]?.value;
  if (typeof value === "string" && value !== "") return value;
  throw new CliError(`the deploy of stack talos did not come to its end, so there is no ${name}: deploy it again`);
}

/** The lab as the config plans it. @throws CliError for a config that cannot be used */
export async function topologyOf(session: Session): Promise<Topology> {
  const read = await readTopology(session.project);
  if ("status" in read) throw new CliError(read.found);
  return read;
}
