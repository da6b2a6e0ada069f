/** Asks a machine whether its cluster was bootstrapped: nothing else tells of a bootstrap that was cut off. */
import type { TalosMachine } from "../../clients/talos.ts";
import type { FoundObject } from "./classify-lost.ts";

/** The one resource that is looked for on a machine. */
export const BOOTSTRAP = "talos_machine_bootstrap";

/** What Talos says of etcd before a bootstrap. */
const WAITS: readonly string[] = ["Initialized", "Preparing", "Waiting"];

/**
 * @returns one, by no id, where etcd has members; none where it waits for them; null where that cannot be told, as of an etcd
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
