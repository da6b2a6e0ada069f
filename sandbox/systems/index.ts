/** The three systems of the sandbox, put together; the daemon knows them only from here. */
import { join } from "node:path";
import { emptyOci, ociInventory, ociOverview, ociProvider, type OciOverview } from "../oci/index.ts";
import type { Provider } from "../plugin/resource.ts";
import {
  emptyProxmox,
  proxmoxInventory,
  proxmoxOverview,
  proxmoxProvider,
  type ProxmoxOverview,
} from "../proxmox/index.ts";
import { emptyTalos, talosInventory, talosOverview, talosProvider, type TalosOverview } from "../talos/index.ts";
import type { Account } from "../world/oci.ts";
import { randomText } from "../world/store.ts";
import type { InventoryItem, World, WorldState } from "../world/world.ts";

/** What the sandbox holds, for people: `lab sandbox` and the demo print it. */
export interface Overview {
  readonly oci: OciOverview;
  readonly proxmox: ProxmoxOverview;
  readonly talos: TalosOverview;
}

/** The stand-ins of the providers. */
export const providers = { oci: ociProvider, proxmox: proxmoxProvider, talos: talosProvider } satisfies Record<
  string,
  Provider
>;

/** Where the schema of a provider is, cut to the selection of the lab. */
export function schemaFile(system: keyof typeof providers): string {
  return join(import.meta.dirname, "..", "..", "providers", system, "schema.json");
}

/** A new tenancy with nothing in it. */
export function emptyWorld(account: Account = "always-free"): WorldState {
  return { version: 5, oci: emptyOci(account, randomText), proxmox: emptyProxmox(), talos: emptyTalos(), tunnels: [] };
}

/** Every object of the world that a Terraform resource stands for. */
export function inventory(state: WorldState): readonly InventoryItem[] {
  return [...ociInventory(state.oci), ...proxmoxInventory(state.proxmox), ...talosInventory(state)];
}

/** The world, for people. */
export function overview(world: World): Overview {
  return { oci: ociOverview(world.state.oci), proxmox: proxmoxOverview(world), talos: talosOverview(world) };
}
