/** Before a plan is applied: refuses to bootstrap a cluster that is. The real provider would try for an hour (its timeout). */
import { CliError } from "../../ui/errors.ts";
import { labelOf } from "../state/known-objects.ts";
import { stateOf } from "../state/state.ts";
import { aboutTheBootstrap } from "../terraform/diagnostics.ts";
import type { Plan } from "../terraform/plan.ts";
import type { Stack } from "../terraform/stack.ts";
import { labTalos } from "./lab-talos.ts";
import { BOOTSTRAP, lookUpBootstrap } from "./lookup-talos.ts";
import type { Session } from "./session.ts";

/**
 * A machine that does not answer, as one in maintenance mode, was not bootstrapped by these keys. The tunnels have to be open.
 *
 * @throws CliError, with the way out
 */
export async function refuseSecondBootstrap(session: Session, { changes }: Plan, stack: Stack): Promise<void> {
  const made = changes.find(({ address, action }) => action === "create" && address.startsWith(`${BOOTSTRAP}.`));
  if (made === undefined) return;
  const states = await Promise.all(session.assembly.stacks.map((each) => stateOf(session, session.stack(each))));
  const held = states.flatMap(({ resources }) => resources);
  const { endpoint } = stack.resources[BOOTSTRAP]?.[labelOf({ ...made, type: BOOTSTRAP })] ?? {};
  const machine = await labTalos(session, endpoint, held);
  if (machine === null) return;
  const found = await lookUpBootstrap(machine)
    .catch(() => null)
    .finally(() => machine.close());
  if (found !== null && found.length > 0) throw new CliError(aboutTheBootstrap(stack, made.address));
}
