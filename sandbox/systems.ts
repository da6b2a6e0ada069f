/** The three systems of the sandbox, put together; the daemon knows them only from here. */
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Tunnel } from "../topology/types.ts";
import type { SystemName } from "./daemon/files.ts";
import { emptyOci, ociInventory, ociOverview, ociProvider, type OciOverview } from "./oci/index.ts";
import type { Provider } from "./plugin/resource.ts";
import {
  emptyProxmox,
  proxmoxInventory,
  proxmoxOverview,
  proxmoxProvider,
  type ProxmoxOverview,
  pveEndpoint,
} from "./proxmox/index.ts";
import {
  emptyTalos,
  kubernetesEndpoint,
  talosEndpoint,
  talosInventory,
  talosOverview,
  talosProvider,
  type TalosOverview,
} from "./talos/index.ts";
import type { Account } from "./world/oci.ts";
import { randomText } from "./world/store.ts";
import type { InventoryItem, World, WorldState } from "./world/world.ts";

/** What the sandbox holds, for people: `lab sandbox` and the demo print it. */
export interface Overview {
  readonly oci: OciOverview;
  readonly proxmox: ProxmoxOverview;
  readonly talos: TalosOverview;
}

export const providers: Readonly<Record<SystemName, Provider>> = {
  oci: ociProvider,
  proxmox: proxmoxProvider,
  talos: talosProvider,
};

export function schemaFile(system: SystemName): string {
  return join(import.meta.dirname, "..", "providers", system, "schema.json");
}

export function emptyWorld(account: Account = "always-free"): WorldState {
  return { version: 1, oci: emptyOci(account, randomText), proxmox: emptyProxmox(), talos: emptyTalos(), tunnels: [] };
}

export function inventory(state: WorldState): readonly InventoryItem[] {
  return [...ociInventory(state.oci), ...proxmoxInventory(state.proxmox), ...talosInventory(state)];
}

export function overview(world: World): Overview {
  return { oci: ociOverview(world.state.oci), proxmox: proxmoxOverview(world), talos: talosOverview(world) };
}

const PVE_PORT = 8006;
const TALOS_PORT = 50_000;
const KUBERNETES_PORT = 6443;

/** What answers at a tunnel's end; null when nothing listens there. */
export function endpoint(world: World, { address, port }: Tunnel["target"]): ((socket: Socket) => void) | null {
  if (port === PVE_PORT) return pveEndpoint(world, address);
  if (port === TALOS_PORT) return talosEndpoint(world, address);
  return port === KUBERNETES_PORT ? kubernetesEndpoint(world, address) : null;
}
