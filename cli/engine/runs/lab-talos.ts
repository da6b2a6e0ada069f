/** The Talos API of one of the lab's machines, by the tunnel to it. */
import type { TalosMachine } from "../../clients/talos.ts";
import { CLUSTER_KEYS } from "../state/import-ids.ts";
import type { StateResource } from "../state/state.ts";
import type { Session } from "./session.ts";

/**
 * As the cluster's administrator. The tunnel has to be open.
 *
 * @param endpoint the lab's end of the tunnel, `127.0.0.1:50001`
 * @param held what the states of all stacks hold
 * @returns null for an endpoint of no tunnel, or where no state has the cluster's keys
 */
export async function labTalos(
  { assembly: { lab } }: Pick<Session, "assembly">,
  endpoint: unknown,
  held: readonly StateResource[],
): Promise<TalosMachine | null> {
  const tunnel = lab?.tunnels.find(({ localPort }) => endpoint === `127.0.0.1:${localPort}`);
  const keys = held.find(({ type }) => type === CLUSTER_KEYS);
  const { readClientConfiguration, talosAt } = await import("../../clients/talos.ts");
  const admin = readClientConfiguration(keys?.attributes["client_configuration"]);
  return tunnel === undefined || admin === null
    ? null
    : talosAt(admin, tunnel.name.replace("talos ", ""), tunnel.localPort);
}
