/** Whether a cluster was bootstrapped, which is done once: Talos is asked, as no log and no list has it. */
import type { TalosMachine } from "../../clients/talos.ts";
import { CliError } from "../../ui/errors.ts";
import { CLUSTER_KEYS, labelOf } from "../state/import-ids.ts";
import { stateOf, type StateResource } from "../state/state.ts";
import { aboutTheBootstrap } from "../terraform/diagnostics.ts";
import type { Plan } from "../terraform/plan.ts";
import type { Stack } from "../terraform/stack.ts";
import type { FoundObject } from "./classify-lost.ts";
import type { Session } from "./session.ts";

/** The one resource that is looked for on a machine. */
export const BOOTSTRAP = "talos_machine_bootstrap";

/** What Talos says of etcd before a bootstrap. */
const WAITS: readonly string[] = ["Initialized", "Preparing", "Waiting"];

/**
 * @returns one, by no id, where etcd has members; none where it waits for them; null where that is unknown, as of an etcd
 * that failed
 * @throws Error where the machine does not answer
 */
export async function lookUpBootstrap(
  machine: Pick<TalosMachine, "services" | "etcdMembers">,
): Promise<readonly FoundObject[] | null> {
  const etcd = (await machine.services()).find(({ id }) => id === "etcd");
  if (etcd === undefined) return null;
  if (WAITS.includes(etcd.state)) return [];
  if (etcd.state !== "Running") return null;
  return (await machine.etcdMembers()).length > 0 ? [{ id: null, name: "" }] : null;
}

/**
 * Asks one of the lab's machines, by the tunnel to it, which has to be open.
 *
 * @param endpoint the lab's end of the tunnel, `127.0.0.1:50001`
 * @param held what the states of all stacks hold: the cluster's keys among it
 * @returns as `lookUpBootstrap`; null also for an endpoint of no tunnel, or without the keys
 * @throws Error where the machine does not answer
 */
export async function askBootstrap(
  { assembly: { lab } }: Pick<Session, "assembly">,
  endpoint: unknown,
  held: readonly StateResource[],
): Promise<readonly FoundObject[] | null> {
  const tunnel = lab?.tunnels.find(({ localPort }) => endpoint === `127.0.0.1:${localPort}`);
  const keys = held.find(({ type }) => type === CLUSTER_KEYS);
  const { readClientConfiguration, talosAt } = await import("../../clients/talos.ts");
  const admin = readClientConfiguration(keys?.attributes["client_configuration"]);
  if (tunnel === undefined || admin === null) return null;
  const machine = talosAt(admin, tunnel.name.replace("talos ", ""), tunnel.localPort);
  return lookUpBootstrap(machine).finally(() => machine.close());
}

/**
 * Refuses, before a plan is applied, to bootstrap a cluster that is: the real provider would try for an hour (its timeout). A
 * machine that does not answer, as one in maintenance mode, was not bootstrapped by these keys. The tunnels have to be open.
 *
 * @throws CliError, with the way out
 */
export async function refuseSecondBootstrap(session: Session, { changes }: Plan, stack: Stack): Promise<void> {
  const made = changes.find(({ address, action }) => action === "create" && address.startsWith(`${BOOTSTRAP}.`));
  if (made === undefined) return;
  const states = await Promise.all(session.assembly.stacks.map((each) => stateOf(session, session.stack(each))));
  const held = states.flatMap(({ resources }) => resources);
  const { endpoint } = stack.resources[BOOTSTRAP]?.[labelOf({ ...made, type: BOOTSTRAP })] ?? {};
  const found = await askBootstrap(session, endpoint, held).catch(() => null);
  if (found !== null && found.length > 0) throw new CliError(aboutTheBootstrap(stack, made.address));
}
