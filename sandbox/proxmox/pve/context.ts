/** Where a call to Proxmox VE runs: on one host, in that host's datacenter, as one user. */
import { lostQuorum } from "../../faults/conditions.ts";
import type { Datacenter, PveHost } from "../../world/proxmox.ts";
import { hearEachOther, reaches } from "../../reach/index.ts";
import type { World } from "../../world/world.ts";
import { failure, PveError } from "./errors.ts";
import { proxmoxOf, runningHosts } from "./hosts.ts";

const API_PORT = 8006;

export const ROOT = "root@pam";

export interface Pve {
  readonly world: World;
  /** The host whose API was called. */
  readonly host: PveHost;
  readonly datacenter: Datacenter;
  readonly user: string;
}

export function pveOn(world: World, host: PveHost, user: string): Pve {
  const datacenter = proxmoxOf(world).datacenters[host.datacenter];
  if (!datacenter) throw new Error(`sandbox: host ${host.name} has no configuration`);
  return { world, host, datacenter, user };
}

/** The same a moment later, for work that was put off: what it is about may have been replaced in the meantime. */
export function again(pve: Pve): Pve {
  const host = proxmoxOf(pve.world).hosts[pve.host.instanceId];
  if (!host) throw failure(`node '${pve.host.name}' is gone`);
  return pveOn(pve.world, host, pve.user);
}

/** The hosts that are up and live on this configuration. */
export function membersOnline(world: World, datacenter: Datacenter): readonly PveHost[] {
  return runningHosts(world).filter((host) => host.datacenter === datacenter.id);
}

/** More than half of the votes are there; a host that is in no cluster needs none. */
export function isQuorate(world: World, datacenter: Datacenter): boolean {
  const { nodes, name } = datacenter.corosync ?? { nodes: [], name: "" };
  if (nodes.length > 0 && lostQuorum(world, name)) return false;
  const online = new Set(together(world, membersOnline(world, datacenter)).map((host) => host.instanceId));
  const total = nodes.reduce((sum, node) => sum + node.votes, 0);
  const present = nodes.filter((node) => online.has(node.instanceId)).reduce((sum, node) => sum + node.votes, 0);
  return present > total / 2 || nodes.length === 0;
}

/** The most members that hear each other: what the network keeps apart does not count together. */
function together(world: World, members: readonly PveHost[]): readonly PveHost[] {
  const groups = members.map((one) => members.filter((other) => hearEachOther(world, one.address, other.address)));
  return groups.reduce((most, group) => (group.length > most.length ? group : most), []);
}

/** Everything that writes to `/etc/pve` needs this first. */
export function assertQuorum({ world, datacenter }: Pve): void {
  if (!isQuorate(world, datacenter)) throw failure("cluster not ready - no quorum?");
}

/** The host behind a node name. Refuses as PVE does when it forwards a call to another node. */
export function nodeNamed(pve: Pve, name: string): PveHost {
  const { world, host, datacenter } = pve;
  if (name === host.name) return host;
  const node = datacenter.corosync?.nodes.find((candidate) => candidate.name === name);
  if (!node) {
    const why = `failed to get address info for: ${name}: Name or service not known`;
    throw failure(`hostname lookup '${name}' failed - ${why}`);
  }
  const online = membersOnline(world, datacenter).find((member) => member.instanceId === node.instanceId);
  if (!online) throw new PveError(595, "No route to host");
  if (!reaches(world, { from: host.address, to: online.address, protocol: "tcp", port: API_PORT }))
    throw new PveError(595, "Connection timed out");
  return online;
}

/** Names of all nodes, those that are down too. */
export function nodeNames({ host, datacenter }: Pve): readonly string[] {
  return datacenter.corosync?.nodes.map((node) => node.name) ?? [host.name];
}
