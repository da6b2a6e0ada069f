/** The services that run on a machine, and its boots. */
import { createHash } from "node:crypto";
import { clusterAround, type ListeningMachine, type Placed } from "./placed.ts";

/** How a service of a machine does. */
export type ServiceState = "Running" | "Preparing";

interface Service {
  readonly id: string;
  readonly state: ServiceState;
}

/** The services of a machine, by its role and stage. */
export function servicesOf({ world, guestsOf, machine }: Placed): readonly Service[] {
  const always = ["apid", "auditd", "containerd", "machined", "syslogd", "udevd"];
  if (machine.stage === "maintenance") return always.map((id) => ({ id, state: "Running" }));
  const isControlPlane = machine.facts.role === "control-plane";
  const { running } = clusterAround({ world, guestsOf }, machine);
  // It waits for the bootstrap.
  const waits = (id: string): boolean => id === "etcd" && !(running && machine.entry.etcdSince !== null);
  const ids = [...always, "cri", "dashboard", "kubelet", ...(isControlPlane ? ["etcd", "trustd"] : [])];
  return ids.toSorted((a, b) => a.localeCompare(b)).map((id) => ({ id, state: waits(id) ? "Preparing" : "Running" }));
}

/** Since when they run: the last boot, else when it had its configuration. */
export function sinceOf({ world, machine }: Pick<Placed, "world" | "machine">): string {
  return machine.stage === "configured" ? (machine.entry.bootedAt ?? machine.entry.configuredAt) : world.now();
}

/** Another one after each boot. */
export function bootIdOf(machine: ListeningMachine): string {
  const boot = machine.stage === "configured" ? `${machine.entry.configuredAt} ${machine.entry.boots ?? 0}` : "";
  const hex = createHash("sha256").update(`${machine.guest.generation} ${boot}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
