/** Talos in the sandbox: the provider's stand-in, the machines behind it, and the clusters they make. */
import type { Socket } from "node:net";
import type { Provider } from "../plugin/resource.ts";
import { stoppedTalosMachines, stopTalosMachine, talosMachines } from "../proxmox/index.ts";
import type { TalosState } from "../world/talos.ts";
import type { World } from "../world/world.ts";
import { talosEndpointOf } from "./api/endpoint.ts";
import { holderOf, kubernetesEndpointOf } from "./api/kubernetes/endpoint.ts";
import type { Guest, GuestsOf, PowerOff } from "./model/guests.ts";
import { stopInstance, stoppedInstances, talosInstances } from "./model/instances.ts";
import { overviewOf, type TalosOverview } from "./model/overview.ts";
import { talosProviderOf } from "./terraform/provider.ts";

export { bootsTalos } from "./model/instances.ts";
export { talosInventory } from "./model/overview.ts";
export type { TalosOverview } from "./model/overview.ts";

/** Every machine that boots Talos, whatever it runs on. */
const machinesOf: GuestsOf = (world) => [...talosMachines(world), ...talosInstances(world)];

/** Those of them that are off, or whose host is. */
const stoppedOf: GuestsOf = (world) => [...stoppedTalosMachines(world), ...stoppedInstances(world)];

const powerOff: PowerOff = (world, { vmId, ...guest }) => {
  if (vmId === null) stopInstance(world, guest);
  else stopTalosMachine(world, { ...guest, vmId });
};

/** The stand-in of siderolabs/talos. */
export const talosProvider: Provider = talosProviderOf(machinesOf, powerOff);

/** No machine has a configuration. */
export function emptyTalos(): TalosState {
  return {};
}

/** What answers at port 50000 of a guest address: Talos' API; null where no machine listens. */
export function talosEndpoint(world: World, address: string): ((socket: Socket) => void) | null {
  return talosEndpointOf({ world, guestsOf: machinesOf, powerOff }, address);
}

/** What answers at port 6443 of a guest address; null when no cluster's API server does. */
export function kubernetesEndpoint(world: World, address: string): ((socket: Socket) => void) | null {
  return kubernetesEndpointOf(machinesOf, world, address);
}

/** The machine that has an address, or holds one that control planes share; null: none. */
export function guestAt(world: World, address: string): Guest | null {
  const own = machinesOf(world).find((guest) => guest.address === address);
  return own ?? holderOf(machinesOf, world, address)?.guest ?? null;
}

/** Clusters and their machines, for people. */
export function talosOverview(world: World): TalosOverview {
  return overviewOf(world, machinesOf, stoppedOf);
}
