/** Talos in the sandbox: the provider's stand-in, the machines behind it, and the clusters they make. */
import type { Socket } from "node:net";
import type { Provider } from "../plugin/resource.ts";
import { stopTalosMachine, talosMachines } from "../proxmox/index.ts";
import type { TalosState } from "../world/talos.ts";
import type { World } from "../world/world.ts";
import { talosEndpointOf } from "./api/endpoint.ts";
import { holderOf, kubernetesEndpointOf } from "./api/kubernetes/endpoint.ts";
import type { Guest } from "./model/guests.ts";
import { overviewOf, type TalosOverview } from "./model/overview.ts";
import { talosProviderOf } from "./terraform/provider.ts";

export { talosInventory } from "./model/overview.ts";
export type { TalosOverview } from "./model/overview.ts";

/** The stand-in of siderolabs/talos. */
export const talosProvider: Provider = talosProviderOf(talosMachines);

/** No machine has a configuration. */
export function emptyTalos(): TalosState {
  return {};
}

/** What answers at port 50000 of a guest address: Talos' API; null where no machine listens. */
export function talosEndpoint(world: World, address: string): ((socket: Socket) => void) | null {
  return talosEndpointOf({ world, guestsOf: talosMachines, powerOff: stopTalosMachine }, address);
}

/** What answers at port 6443 of a guest address; null when no cluster's API server does. */
export function kubernetesEndpoint(world: World, address: string): ((socket: Socket) => void) | null {
  return kubernetesEndpointOf(talosMachines, world, address);
}

/** The virtual machine that has an address of the guest network, or holds one that control planes share; null: none. */
export function guestAt(world: World, address: string): Guest | null {
  const own = talosMachines(world).find((guest) => guest.address === address);
  return own ?? holderOf(talosMachines, world, address)?.guest ?? null;
}

/** Clusters and their machines, for people. */
export function talosOverview(world: World): TalosOverview {
  return overviewOf(world, talosMachines);
}
