/** Talos in the sandbox: the provider's stand-in, the machines behind it, and the clusters they make. */
import type { Socket } from "node:net";
import type { Provider } from "../plugin/resource.ts";
import { stopTalosMachine, talosMachines } from "../proxmox/index.ts";
import type { TalosState } from "../world/talos.ts";
import type { World } from "../world/world.ts";
import { talosEndpointOf } from "./api/endpoint.ts";
import { kubernetesEndpointOf } from "./kubernetes/endpoint.ts";
import { overviewOf, type TalosOverview } from "./overview.ts";
import { talosProviderOf } from "./provider.ts";

export { talosInventory } from "./overview.ts";
export type { TalosOverview } from "./overview.ts";

export const talosProvider: Provider = talosProviderOf(talosMachines);

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

/** Clusters and their machines, for people. */
export function talosOverview(world: World): TalosOverview {
  return overviewOf(world, talosMachines);
}
