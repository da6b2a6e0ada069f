/** Labs of Proxmox hosts for the step that forms a cluster of them. */
import { createCluster, joinCluster, type JoinRequest } from "../../sandbox/proxmox/model/cluster.ts";
import type { Store } from "../../sandbox/world/store.ts";
import { atHost } from "../sandbox/proxmox/lab.ts";
import { addressOf, PASSWORD, worldWith } from "../sandbox/proxmox/world.ts";
import { type Ports, type Running, startStep } from "./run-step.ts";

export interface Lab {
  readonly world: Store;
  readonly names: readonly string[];
}

/** Hosts that are in no cluster yet. */
export function labOf(count: number): Lab {
  const names = Array.from({ length: count }, (_, index) => `pve-${index + 1}`);
  return { world: worldWith(...names.map((name) => ({ name }))), names };
}

/** What a host says to join pve-1. */
export function joinRequest(world: Store): JoinRequest {
  const { fingerprint } = atHost(world, "pve-1").host.certificate;
  return { hostname: addressOf("pve-1"), fingerprint, password: PASSWORD, link0: undefined };
}

/** Hosts that are a cluster already. */
export async function clusterOf(count: number): Promise<Lab> {
  const { world, names } = labOf(count);
  createCluster(atHost(world, "pve-1"), "lab", undefined);
  for (const name of names.slice(1)) await joinCluster(atHost(world, name), joinRequest(world), () => undefined);
  return { world, names };
}

/** The members of each cluster; a host that is in none is an empty list. */
export function membersOf(world: Store): readonly (readonly string[])[] {
  return Object.values(world.state.proxmox.datacenters).map(
    (datacenter) => datacenter.corosync?.nodes.map((node) => node.name) ?? [],
  );
}

/** Starts the step on the hosts of these names. */
export async function startForming(
  ports: Ports,
  world: Store,
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<Running> {
  const hosts = await ports.open(world, ...names);
  return startStep("form-cluster.mjs", { PVE_CLUSTER: "lab", PVE_HOSTS: JSON.stringify(hosts), ...environment });
}
