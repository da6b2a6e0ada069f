/** The services that run on a machine. */
import { clusterOf, configuredMachines, isRunning } from "../model/machines.ts";
import type { Context } from "./method.ts";

/** A machine in its world. */
type Placed = Pick<Context, "world" | "guestsOf" | "machine">;

/** How a service of a machine does. */
export type ServiceState = "Running" | "Preparing";

interface Service {
  readonly id: string;
  readonly state: ServiceState;
}

/** The services of a machine, by its role and stage. */
export function servicesOf({ world, guestsOf, machine }: Placed): readonly Service[] {
  const running = (...ids: readonly string[]): readonly Service[] => ids.map((id) => ({ id, state: "Running" }));
  const always = running("apid", "auditd", "containerd", "machined", "syslogd", "udevd");
  if (machine.stage === "maintenance") return always;
  const controlPlane = machine.facts.role === "control-plane";
  const hasCluster = isRunning(clusterOf(configuredMachines(world, guestsOf), machine.facts));
  return [
    ...always,
    ...running("cri", "dashboard", "kubelet"),
    // It waits for the bootstrap.
    ...(controlPlane ? [{ id: "etcd", state: hasCluster ? "Running" : "Preparing" } as const] : []),
    ...(controlPlane ? running("trustd") : []),
  ].toSorted((a, b) => a.id.localeCompare(b.id));
}

/** Since when they run: the machine's boot is not written down, its configuration is. */
export function sinceOf({ world, machine }: Placed): string {
  return machine.stage === "configured" ? machine.entry.configuredAt : world.now();
}
