/** Every network and address rule of the lab, in one place. Numbers count from a network's first address. */
import { addressAt, cidrOf, contains, overlaps } from "../config/cidr.ts";
import type { ConfigIssue } from "../config/errors.ts";
import { slotOf } from "../config/fields.ts";
import type { HomeConfig, LabConfig, NodeRole } from "../config/schema.ts";

/** In the subnet. OCI itself takes numbers 0, 1 and the last (VCN documentation). */
const LOAD_BALANCER = 4;
const MICRO = 5;
const FIRST_HOST = 10;

/** In the guest network. */
const GATEWAY = 1;
const VIP = 5;
const FIRST_NODE: Readonly<Record<NodeRole, number>> = { "control-plane": 10, worker: 20 };

/** Kubernetes gives each node a /24 of the pod network (kube-controller-manager, node-cidr-mask-size). */
const PODS_PER_NODE = 256;

const hostNumber = (name: string): number => FIRST_HOST + slotOf(name);
const nodeNumber = (name: string, role: NodeRole): number => FIRST_NODE[role] + slotOf(name);

/** A host's private address, by the number in its name. */
export const hostAddress = (subnet: string, name: string): string => addressAt(cidrOf(subnet), hostNumber(name));
/** The micro's private address. */
export const microAddress = (subnet: string): string => addressAt(cidrOf(subnet), MICRO);
/** The load balancer's private address. */
export const loadBalancerAddress = (subnet: string): string => addressAt(cidrOf(subnet), LOAD_BALANCER);
/** The guests' gateway: the first address of their network. */
export const guestGateway = (guests: string): string => addressAt(cidrOf(guests), GATEWAY);
/** The virtual address of the API server among the guests. */
export const vipAddress = (guests: string): string => addressAt(cidrOf(guests), VIP);

/** A node's address among the guests, or in the subnet of the instances, by its role and the number in its name. */
export function nodeAddress(network: string, name: string, role: NodeRole): string {
  return addressAt(cidrOf(network), nodeNumber(name, role));
}

interface Claim {
  readonly name: string;
  readonly number: number;
}

const last = (claims: readonly Claim[]): Claim =>
  claims.reduce((a, b) => (b.number > a.number ? b : a), { name: "", number: 0 });

function subnetRoom({ network, hosts, kubernetes }: LabConfig): readonly ConfigIssue[] {
  const nodes = kubernetes.placement === "oci" ? kubernetes.nodes : [];
  const { name, number } = last([
    ...hosts.map((host) => ({ name: host.name, number: hostNumber(host.name) })),
    ...nodes.map((node) => ({ name: node.name, number: nodeNumber(node.name, node.role) })),
  ]);
  const usable = cidrOf(network.subnet).size - 2;
  if (number <= usable) return [];
  const allowed = `a larger network: address pool too small (${name} takes number ${number} of it, ${usable} is its last)`;
  return [{ path: ["network", "subnet"], got: `"${network.subnet}"`, allowed }];
}

function guestRoom({ network, kubernetes }: LabConfig): readonly ConfigIssue[] {
  if (kubernetes.placement === "oci") return [];
  const claims = kubernetes.nodes.map(({ name, role }) => ({ name, number: nodeNumber(name, role) }));
  const { name, number } = last(claims);
  const usable = cidrOf(network.guests).size - 2;
  if (number <= usable) return [];
  const allowed = `a larger network: address pool too small (${name} takes number ${number} of it, ${usable} is its last)`;
  return [{ path: ["network", "guests"], got: `"${network.guests}"`, allowed }];
}

function podRoom({ network, kubernetes }: LabConfig): readonly ConfigIssue[] {
  const room = cidrOf(network.pods).size / PODS_PER_NODE;
  const count = kubernetes.nodes.length;
  if (count <= room) return [];
  const allowed = `a larger network: address pool too small (it has a /24 for ${room} nodes, there are ${count})`;
  return [{ path: ["network", "pods"], got: `"${network.pods}"`, allowed }];
}

function subnetInside({ network }: LabConfig): readonly ConfigIssue[] {
  if (contains(cidrOf(network.vcn), cidrOf(network.subnet))) return [];
  const allowed = `a network inside network.vcn (${network.vcn})`;
  return [{ path: ["network", "subnet"], got: `"${network.subnet}"`, allowed }];
}

/** The error names the later of two overlapping networks. @param networks by the name of the field */
function apart(networks: Readonly<Record<string, string>>): readonly ConfigIssue[] {
  const all = Object.entries(networks);
  return all.flatMap(([name, cidr], index) => {
    const rival = all.slice(0, index).find(([, other]) => overlaps(cidrOf(other), cidrOf(cidr)));
    if (rival === undefined) return [];
    const allowed = `a network that does not overlap ${rival[0]} (${rival[1]})`;
    return [{ path: name.split("."), got: `"${cidr}"`, allowed }];
  });
}

/** The same of a lab in the network of a house, which has neither VCN nor a network of the guests' own. */
export function homeNetworkIssues(config: HomeConfig): readonly ConfigIssue[] {
  const { pods, services } = config.network;
  const { cidr } = config.proxmox.network;
  const networks = { "proxmox.network.cidr": cidr, "network.pods": pods, "network.services": services };
  return [...apart(networks), ...podRoom(config)];
}

/** Every error in the networks of a config. */
export function networkIssues(config: LabConfig): readonly ConfigIssue[] {
  const { vcn, guests, pods, services } = config.network;
  const networks = {
    "network.vcn": vcn,
    "network.guests": guests,
    "network.pods": pods,
    "network.services": services,
  };
  return [...apart(networks), ...[subnetInside, subnetRoom, guestRoom, podRoom].flatMap((rule) => rule(config))];
}
