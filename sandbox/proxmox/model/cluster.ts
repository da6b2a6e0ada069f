/** A cluster: how one is created, joined and left, as pve-cluster 9.1.6 does it, and in the time that it takes. */
import { createHash } from "node:crypto";
import type { Corosync, CorosyncNode, PveHost } from "../../world/proxmox.ts";
import type { World } from "../../world/world.ts";
import { passwordFits } from "./login.ts";
import { issueCertificate } from "./certificate.ts";
import { assertQuorum, membersOnline, type Pve, pveOn, ROOT } from "./context.ts";
import { badParameter, failure, PveError } from "./errors.ts";
import { guestsOf } from "./guests.ts";
import { hostAt, proxmoxOf, runningHosts } from "./hosts.ts";
import { properties } from "./properties.ts";
import { reaches } from "../../reach/index.ts";
import { changeCertificate, enter, isIn, pass } from "./settling.ts";

/** The joining host's services are stopped and started. */
const RESTART_SECONDS = 1;
/** From one member to two there is no quorum for as long as the second takes to come. */
const QUORUM_SECONDS = 7;
/** Workers of pveproxy that a reload leaves to their connections: 0.3 to 1.3 seconds. */
const RELOAD_SECONDS = 1.3;
const SYNC_SECONDS = 0.5;

/** A cluster's name is a DNS label of at most 15 characters (API schema). */
const CLUSTER_NAME = /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/;

/** Hosts that are on their way into a cluster that lists them already. */
const joining = new WeakMap<World, Set<string>>();

function isJoining(world: World, host: PveHost): boolean {
  return joining.get(world)?.has(host.instanceId) ?? false;
}

/** What a call to create a cluster is checked for before its task starts. */
export function checkNewCluster({ host, datacenter }: Pve, name: string, link0: string | undefined): void {
  if (name.length > 15) throw badParameter({ clustername: "value may only be 15 characters long" });
  if (!CLUSTER_NAME.test(name)) throw badParameter({ clustername: "value does not look like a valid node name" });
  if (datacenter.corosync) throw failure("cluster config '/etc/pve/corosync.conf' already exists");
  if (link0) assertLocal(host, "link0", linkAddress(link0));
}

/** Makes a cluster of the one host. */
export function createCluster({ world, host, datacenter }: Pve, name: string, link0: string | undefined): void {
  const node = corosyncNode(host, 1, link0 === undefined ? host.address : linkAddress(link0));
  datacenter.corosync = { name, version: 1, nodes: [node] };
  world.changed();
}

/** What a host that joins says. */
export interface JoinRequest {
  readonly hostname: string;
  readonly fingerprint: string;
  readonly password: string;
  readonly link0: string | undefined;
}

/** Joins this host to the cluster of `hostname`. Says each step to `log`, as the task's log does. */
export async function joinCluster(pve: Pve, request: JoinRequest, log: (line: string) => void): Promise<void> {
  const { world, host } = pve;
  assertJoinable(pve, request.link0, log);
  log(`Establishing API connection with host '${request.hostname}'`);
  const peer = logInToPeer(world, host, request, log);
  log("Login succeeded.");
  log("Request addition of this node");
  addNode(peer, host, request.link0 === undefined ? host.address : linkAddress(request.link0));
  log("Join request OK, finishing setup locally");

  const busy = joining.get(world) ?? new Set();
  joining.set(world, busy.add(host.instanceId));
  enter(world, host, "restarting", RESTART_SECONDS);
  enter(world, host, "unsynced", QUORUM_SECONDS);
  await pass(QUORUM_SECONDS);
  busy.delete(host.instanceId);
  moveToCluster(world, host.instanceId);
  log(`successfully added node '${host.name}' to cluster.`);
}

/** A host whose join was cut short by the sandbox's own end finishes it, as the real host would have. */
export function finishJoins(world: World): void {
  for (const host of runningHosts(world)) if (!isJoining(world, host)) moveToCluster(world, host.instanceId);
}

/** Puts a host on the configuration of the cluster that lists it, which forgets the host's own and its certificate. */
function moveToCluster(world: World, instanceId: string): void {
  const { hosts, datacenters } = proxmoxOf(world);
  const host = hosts[instanceId];
  const joined = Object.values(datacenters).find((datacenter) =>
    datacenter.corosync?.nodes.some((node) => node.instanceId === instanceId),
  );
  if (!host || !joined || joined.id === host.datacenter) return;
  delete datacenters[host.datacenter];
  host.datacenter = joined.id;
  changeCertificate(world, host, issueCertificate(host.name, host.address), RELOAD_SECONDS);
  enter(world, host, "stale tickets", RELOAD_SECONDS);
  for (const member of membersOnline(world, joined)) enter(world, member, "syncing", SYNC_SECONDS);
  world.changed();
}

/** Forgets a node. Its virtual machines stay in the configuration, as in `/etc/pve/nodes/<name>`. */
export function deleteNode(pve: Pve, name: string): void {
  const { world, host, datacenter } = pve;
  if (name === host.name) throw failure("Cannot delete myself from cluster!");
  assertQuorum(pve);
  const { corosync } = datacenter;
  if (!corosync?.nodes.some((node) => node.name === name)) {
    throw failure(`Node/IP: ${name} is not a known host of the cluster.`);
  }
  corosync.nodes = corosync.nodes.filter((node) => node.name !== name);
  corosync.version += 1;
  // Corosync counts the votes anew.
  delete corosync.expectedVotes;
  world.changed();
}

/** What `pvecm expected` does: so many votes are enough, until the next change of members. */
export function expectVotes(world: World, corosync: Corosync, votes: number): void {
  corosync.expectedVotes = votes;
  world.changed();
}

/** The cluster's configuration, refused with 424 on a host that is in none. */
export function corosyncOf({ datacenter }: Pve): Corosync {
  if (!datacenter.corosync) throw new PveError(424, "node is not in a cluster, no join info available!");
  return datacenter.corosync;
}

/** What a joining host may be told, to be sure of the configuration. */
export function configDigest(corosync: Corosync): string {
  return createHash("sha1").update(JSON.stringify(corosync)).digest("hex");
}

function assertJoinable({ host, datacenter }: Pve, link0: string | undefined, log: (line: string) => void): void {
  const problems: string[] = [];
  if (datacenter.corosync) {
    // Also of a host that its cluster has forgotten: it keeps both files.
    problems.push("authentication key '/etc/corosync/authkey' already exists");
    problems.push("cluster config '/etc/pve/corosync.conf' already exists");
  }
  if (guestsOf(datacenter).length > 0) problems.push("this host already contains virtual guests");
  if (link0 !== undefined && linkAddress(link0) !== host.address) {
    problems.push(`link0: cannot use IP '${linkAddress(link0)}', not found on local node!`);
  }
  if (problems.length === 0) return;
  log("detected the following error(s):");
  for (const problem of problems) log(`* ${problem}`);
  throw failure("Check if node may join a cluster failed!");
}

function logInToPeer(world: World, own: PveHost, request: JoinRequest, log: (line: string) => void): Pve {
  const { hostname, fingerprint, password } = request;
  const host = hostAt(world, hostname) ?? runningHosts(world).find((candidate) => candidate.name === hostname);
  if (!host || isIn(world, host, "restarting"))
    throw failure(`500 Can't connect to ${hostname}:8006 (No route to host)`);
  if (!reaches(world, { from: own.address, to: host.address, protocol: "tcp", port: 8006 }))
    throw failure(`500 Can't connect to ${hostname}:8006 (Connection timed out)`);
  if (host.certificate.fingerprint !== fingerprint.toUpperCase()) {
    log(`fingerprint '${host.certificate.fingerprint}' not verified, abort!`);
    throw failure(`500 Can't connect to ${hostname}:8006 (certificate verify failed)`);
  }
  if (!passwordFits(pveOn(world, host, ROOT), ROOT, password)) throw new PveError(401, "401 authentication failure");
  return pveOn(world, host, ROOT);
}

function addNode(peer: Pve, host: PveHost, link0: string): void {
  assertQuorum(peer);
  const corosync = corosyncOf(peer);
  const taken = corosync.nodes.find((node) => node.link0 === link0 && node.name !== host.name);
  if (taken) throw failure(`corosync: address '${link0}' already used on link ring0_addr by node '${taken.name}'`);
  if (corosync.nodes.some((node) => node.name === host.name)) throw failure(`can't add existing node '${host.name}'`);
  const used = new Set(corosync.nodes.map((node) => node.nodeId));
  let nodeId = 1;
  while (used.has(nodeId)) nodeId += 1;
  corosync.nodes.push(corosyncNode(host, nodeId, link0));
  corosync.version += 1;
  delete corosync.expectedVotes;
  peer.world.changed();
}

function corosyncNode(host: PveHost, nodeId: number, link0: string): CorosyncNode {
  return { name: host.name, nodeId, votes: 1, link0, instanceId: host.instanceId };
}

function assertLocal(host: PveHost, link: string, address: string): void {
  if (address !== host.address) throw failure(`${link}: cannot use IP '${address}', not found on local node!`);
}

/** `10.0.0.11` or `address=10.0.0.11,priority=1`. */
function linkAddress(link: string): string {
  return properties(link, "address").get("address") ?? "";
}
