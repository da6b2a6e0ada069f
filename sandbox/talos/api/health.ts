/** The health of a cluster as one of its machines sees it: the checks of `talosctl health --server` (pkg/cluster/check, v1.13.9). */
import { clusterAround, type Placed } from "../model/placed.ts";
import { type ConfiguredMachine, MachineError } from "../model/machines.ts";
import { servicesOf } from "../model/services.ts";
import { type Message, onConfigured, READERS } from "./method.ts";

interface Check {
  readonly about: string;
  /** What it still waits for; "" where it holds. */
  readonly missing: (placed: Omit<Placed, "machine">, cluster: readonly ConfiguredMachine[]) => string;
}

const names = (machines: readonly ConfiguredMachine[]): string => machines.map(({ guest }) => guest.address).join(", ");

/** A check of what all machines, or all control planes, have. */
function each(
  about: string,
  isWanted: (machine: ConfiguredMachine) => boolean,
  holds: (placed: Placed) => boolean,
): Check {
  return {
    about,
    missing(placed, cluster) {
      const without = cluster.filter((machine) => {
        return isWanted(machine) && !holds({ ...placed, machine });
      });
      return names(without);
    },
  };
}

const all = (): boolean => true;
const isControlPlane = ({ facts }: ConfiguredMachine): boolean => facts.role === "control-plane";
const runs =
  (...ids: readonly string[]) =>
  (placed: Placed): boolean =>
    servicesOf(placed).every(({ id, state }) => !ids.includes(id) || state === "Running");
const isBootstrapped = (placed: Placed): boolean =>
  placed.machine.stage === "configured" && clusterAround(placed, placed.machine).running;

const CHECKS: readonly Check[] = [
  each("etcd to be healthy", isControlPlane, runs("etcd")),
  each("etcd members to be consistent across nodes", isControlPlane, runs("etcd")),
  each("etcd members to be control plane nodes", isControlPlane, runs("etcd")),
  each("apid to be ready", all, runs("apid")),
  each("all nodes memory sizes", all, ({ machine }) => machine.guest.memoryMb >= 1024),
  each("all nodes disk sizes", all, ({ machine }) => machine.guest.diskBytes >= 6 * 1024 ** 3),
  each("no diagnostics", all, () => true),
  each("kubelet to be healthy", all, runs("kubelet")),
  each("all nodes to finish boot sequence", all, (placed) =>
    servicesOf(placed).every(({ state }) => state === "Running"),
  ),
  each("all k8s nodes to report", all, isBootstrapped),
  each("all control plane static pods to be running", isControlPlane, isBootstrapped),
  each("all control plane components to be ready", isControlPlane, isBootstrapped),
  each("all k8s nodes to report ready", all, isBootstrapped),
];

/** Each check that holds is told; the first that does not ends it, as nothing changes while the sandbox waits. */
export const healthCheck = onConfigured(READERS, (machine, placed): readonly Message[] => {
  const { cluster } = clusterAround(placed, machine);
  const told: Message[] = [];
  for (const { about, missing } of CHECKS) {
    const without = missing(placed, cluster);
    if (without !== "") throw new MachineError("Unavailable", `${about}: not so on ${without}`);
    told.push({ message: `waiting for ${about}: ...` }, { message: `waiting for ${about}: OK` });
  }
  return told;
});
