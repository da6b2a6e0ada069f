/** The three systems of the sandbox, put together; the daemon knows them only from here. */
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Tunnel } from "../topology/types.ts";
import type { SystemName } from "./daemon-files.ts";
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
import type { Account } from "./world/oci.ts";
import { randomText } from "./world/store.ts";
import type { InventoryItem, World, WorldState } from "./world/world.ts";

/** What the sandbox holds, for people: `lab sandbox` and the demo print it. */
export interface Overview {
  readonly oci: OciOverview;
  readonly proxmox: ProxmoxOverview;
}

export const providers: Readonly<Record<SystemName, Provider>> = {
  oci: ociProvider,
  proxmox: proxmoxProvider,
  talos: { source: "siderolabs/talos", resources: {}, dataSources: {} },
};

export function schemaFile(system: SystemName): string {
  return join(import.meta.dirname, "..", "providers", system, "schema.json");
}

export function emptyWorld(account: Account = "always-free"): WorldState {
  return { version: 1, oci: emptyOci(account, randomText), proxmox: emptyProxmox(), talos: {}, tunnels: [] };
}

export function inventory(state: WorldState): readonly InventoryItem[] {
  return [...ociInventory(state.oci), ...proxmoxInventory(state.proxmox)];
}

export function overview(world: World): Overview {
  return { oci: ociOverview(world.state.oci), proxmox: proxmoxOverview(world) };
}

/** Port of the Proxmox VE API; the others are a cluster's or a machine's. */
const PVE_PORT = 8006;

/** What answers at a tunnel's end; null when nothing listens there. */
export function endpoint(world: World, { address, port }: Tunnel["target"]): ((socket: Socket) => void) | null {
  if (port === PVE_PORT) return pveEndpoint(world, address);
  return null;
}
