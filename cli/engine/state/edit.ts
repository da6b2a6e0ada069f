/** The commands of the tool that edit a state: `state rm` and `taint`. */
import { capture } from "../../clients/processes.ts";
import { CliError } from "../../ui/errors.ts";
import type { Environment } from "../synth/environment.ts";
import type { Runner } from "../terraform/runner.ts";
import type { Stack } from "../terraform/stack.ts";
import { stateOf, type StateReader, type StateResource } from "./state.ts";

/** What it takes to run terraform or tofu on a stack and to read its state. */
export interface StackRunner extends Runner, StateReader {}

/**
 * Runs such a command.
 *
 * @param done whether the state is what it was to become: an exit code says less
 */
async function editState(
  runner: StackRunner,
  stack: Stack,
  env: Environment,
  args: readonly string[],
  done: (resources: readonly StateResource[]) => boolean,
): Promise<void> {
  const { error, stderr } = await capture(runner.binary.path, args, { cwd: stack.folder, env: { ...env } });
  if (error !== null) throw new CliError(`${stack.name}: ${args[0]} failed: ${stderr.trim()}`);
  if (!done((await stateOf(runner, stack)).resources))
    throw new CliError(
      `${stack.name}: \`${runner.binary.path} ${args.join(" ")}\` ended with exit code 0, and the state is as it was`,
    );
}

/** Makes the state forget objects; they stay as they are. */
export async function removeFromState(
  runner: StackRunner,
  stack: Stack,
  env: Environment,
  addresses: readonly string[],
): Promise<void> {
  if (addresses.length === 0) return;
  await editState(runner, stack, env, ["state", "rm", "-no-color", ...addresses], (resources) =>
    resources.every(({ address }) => !addresses.includes(address)),
  );
}

/** Has the next apply make objects again. */
export async function taint(
  runner: StackRunner,
  stack: Stack,
  env: Environment,
  addresses: readonly string[],
): Promise<void> {
  for (const named of addresses)
    await editState(runner, stack, env, ["taint", "-no-color", named], (resources) =>
      resources.some(({ address, tainted }) => address === named && tainted),
    );
}
