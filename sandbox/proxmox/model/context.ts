/** Where a call to Proxmox VE runs: on one host, in that host's datacenter, as one user. */
import { lostQuorum } from "../../faults/conditions.ts";
import type { Corosync, CorosyncNode, Datacenter, PveHost } from "../../world/proxmox.ts";
import { hearEachOther, reaches } from "../../reach/index.ts";
import type { World } from "../../world/world.ts";
import { failure, PveError } from "./errors.ts";
import { proxmoxOf, runningHosts } from "./hosts.ts";
import { qdeviceState } from "./qdevice.ts";
import { isIn } from "./settling.ts";

const API_PORT = 8006;

/** Who may do everything. */
export const ROOT = "root@pam";

/** One call's place. */
export interface Pve {
  readonly world: World;
  /** The host whose API was called. */
  readonly host: PveHost;
  readonly datacenter: Datacenter;
  readonly user: string;
  /** Tasks are done before the call returns, for who would only wait for each: a provider's stand-in. */
  readonly atOnce?: true;
}

/** The place of a call on a host. */
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

/** Whether this is a member whose pmxcfs has not found its cluster yet. */
export function isLooking(world: World, host: PveHost, { corosync }: Datacenter): boolean {
  return corosync !== null && isIn(world, host, "booting");
}

/** The hosts that are up and live on this configuration. */
export function membersOnline(world: World, datacenter: Datacenter): readonly PveHost[] {
  return runningHosts(world).filter((host) => host.datacenter === datacenter.id && !isLooking(world, host, datacenter));
}

const sumOf = (nodes: readonly CorosyncNode[]): number => nodes.reduce((sum, node) => sum + node.votes, 0);

interface Votes {
  readonly expected: number;
  readonly present: number;
}

/** Votes that there should be and that there are, as `corosync-quorumtool -s` counts them: a QDevice has one. */
export function votesOf(world: World, datacenter: Datacenter): Votes {
  const { nodes, qdevice } = datacenter.corosync ?? { nodes: [] };
  const online = together(world, membersOnline(world, datacenter));
  const ids = new Set(online.map((host) => host.instanceId));
  const present = sumOf(nodes.filter((node) => ids.has(node.instanceId)));
  if (qdevice === undefined) return { expected: sumOf(nodes), present };
  const votes = online.some((host) => qdeviceState(world, datacenter, host) === "Connected");
  return { expected: sumOf(nodes) + 1, present: present + (votes ? 1 : 0) };
}

/** Whether the votes that are there are more than half of those expected. */
function hasQuorum(world: World, datacenter: Datacenter, { name }: Corosync, enough?: number): boolean {
  if (lostQuorum(world, name)) return false;
  const { expected, present } = votesOf(world, datacenter);
  return present > (enough ?? expected) / 2;
}

/** More than half of the votes are there; a host that is in no cluster needs none. */
export function isQuorate(world: World, datacenter: Datacenter): boolean {
  const { corosync } = datacenter;
  return !corosync || hasQuorum(world, datacenter, corosync, corosync.expectedVotes);
}

/** The same as `cluster/status` has it, which does not hear of `pvecm expected` (cfs_set_quorate changes no version). */
export function isQuorateAsTold(world: World, datacenter: Datacenter): boolean {
  const { corosync } = datacenter;
  return !corosync || hasQuorum(world, datacenter, corosync);
}

/** The most members that hear each other: what the network keeps apart does not count together. */
function together(world: World, members: readonly PveHost[]): readonly PveHost[] {
  const groups = members.map((one) => members.filter((other) => hearEachOther(world, one.address, other.address)));
  return groups.reduce((most, group) => (group.length > most.length ? group : most), []);
}

/** What asks for quorum before it begins: changes of members, new virtual machines. */
export function assertQuorum({ world, host, datacenter }: Pve): void {
  if (isLooking(world, host, datacenter) || !isQuorate(world, datacenter))
    throw failure("cluster not ready - no quorum?");
}

/** What finds out when it writes to `/etc/pve`: pmxcfs takes nothing without quorum, nor while it synchronizes. */
export function assertWritable({ world, host, datacenter }: Pve): void {
  if (isLooking(world, host, datacenter) || !isQuorate(world, datacenter))
    throw failure("unable to create file in '/etc/pve' - Permission denied");
  if (isIn(world, host, "syncing")) throw failure("unable to create file in '/etc/pve' - Device or resource busy");
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
