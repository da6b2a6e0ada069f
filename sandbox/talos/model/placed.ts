/** A machine in its world: what most of what it tells of itself is made from. */
import type { World } from "../../world/world.ts";
import type { GuestsOf } from "./guests.ts";
import { clusterOf, type ConfiguredMachine, configuredMachines, isRunning, type Machine } from "./machines.ts";

/** A machine that listens: one that is off does not. */
export type ListeningMachine = Exclude<Machine, { stage: "off" }>;

/** A machine in its world. */
export interface Placed {
  readonly world: World;
  readonly guestsOf: GuestsOf;
  readonly machine: ListeningMachine;
}

/** The machines of a machine's cluster. */
export function clusterAround({ world, guestsOf }: Omit<Placed, "machine">, machine: ConfiguredMachine) {
  const cluster = clusterOf(configuredMachines(world, guestsOf), machine.facts);
  return { cluster, running: isRunning(cluster) };
}

/** The name of a machine; before it has a configuration it is called after its system. */
export function hostnameOf(machine: ListeningMachine): string {
  return machine.stage === "configured" ? machine.facts.hostname : "talos";
}
