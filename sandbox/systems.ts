/** The three systems of the sandbox, put together; the daemon knows them only from here. */
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Tunnel } from "../topology/types.ts";
import type { SystemName } from "./daemon-files.ts";
import { emptyOci, ociInventory, ociOverview, ociProvider, type OciOverview } from "./oci/index.ts";
import type { Provider } from "./plugin/resource.ts";
import type { Account } from "./world/oci.ts";
import { randomText } from "./world/store.ts";
import type { InventoryItem, World, WorldState } from "./world/world.ts";

/** What the sandbox holds, for people: `lab sandbox` and the demo print it. */
export interface Overview {
  readonly oci: OciOverview;
}

export const providers: Readonly<Record<SystemName, Provider>> = {
  oci: ociProvider,
  proxmox: { source: "bpg/proxmox", resources: {}, dataSources: {} },
  talos: { source: "siderolabs/talos", resources: {}, dataSources: {} },
};

export function schemaFile(system: SystemName): string {
  return join(import.meta.dirname, "..", "providers", system, "schema.json");
}

export function emptyWorld(account: Account = "always-free"): WorldState {
  return {
    version: 1,
    oci: emptyOci(account, randomText),
    proxmox: { hosts: {}, datacenters: {} },
    talos: {},
    tunnels: [],
  };
}

export function inventory(state: WorldState): readonly InventoryItem[] {
  return [...ociInventory(state.oci)];
}

export function overview(world: World): Overview {
  return { oci: ociOverview(world.state.oci) };
}

/** What answers at a tunnel's end; null when nothing listens there. */
export function endpoint(_world: World, _target: Tunnel["target"]): ((socket: Socket) => void) | null {
  return null;
}
