/**
 * The rules of the network security groups: all that may pass, and why. OCI's groups are stateful, and a connection
 * needs an egress rule at its sender as well as an ingress rule at its receiver.
 */
import type { LabConfig } from "../config/schema.ts";
import { PLUGIN_PORTS } from "./network-plugin.ts";
import type { Peer, SecurityGroup, SecurityRule } from "./types.ts";

/** Talos's own API. */
export const TALOS_API = 50_000;

/** What decides which security rules a lab has. */
interface SecurityRulesProps {
  readonly adminCidrs: readonly string[];
  readonly hostCount: number;
  readonly micro: boolean;
}

type Ports = NonNullable<SecurityRule["ports"]>;

const ANYWHERE: Peer = { kind: "cidr", cidr: "0.0.0.0/0", name: "anywhere" };
const HOSTS: Peer = { kind: "group", group: "hosts" };
const LOAD_BALANCER: Peer = { kind: "group", group: "nlb" };
const NODES: Peer = { kind: "group", group: "nodes" };

const port = (number: number): Ports => ({ from: number, to: number });
const admin = (cidr: string): Peer => (cidr === "0.0.0.0/0" ? ANYWHERE : { kind: "cidr", cidr, name: "admin" });
/** RFC 5881 (control and echo) and RFC 5883: PVE's EVPN controller has FRR watch every peer by BFD. */
export const BFD = { direct: { from: 3784, to: 3785 }, multihop: port(4784) } as const;
/** The network is in the id, not its place in the list: reordering the list then changes nothing. */
const slug = (cidr: string): string => cidr.replaceAll(/[./]/g, "-");

function ingress(group: SecurityGroup, id: string, peer: Peer, why: string, ports: Ports, udp = false): SecurityRule {
  return { id, group, direction: "INGRESS", protocol: udp ? "udp" : "tcp", ports, peer, why };
}

function egressAnywhere(group: SecurityGroup): SecurityRule {
  const why = "packages, images and time come from anywhere; also the sending side of the rules between groups";
  return { id: "to-anywhere", group, direction: "EGRESS", protocol: "all", peer: ANYWHERE, why };
}

function pathMtu(group: SecurityGroup): SecurityRule {
  return {
    id: "path-mtu",
    group,
    direction: "INGRESS",
    protocol: "icmp",
    icmp: { type: 3, code: 4 },
    peer: ANYWHERE,
    why: "fragmentation needed: without it connections over smaller paths hang",
  };
}

/** Traffic between the hosts of a cluster; a single host has none. */
export const BETWEEN_HOSTS: readonly SecurityRule[] = [
  ingress("hosts", "pve-api-from-hosts", HOSTS, "joining the cluster, and the web interface's proxying", port(8006)),
  ingress("hosts", "ssh-from-hosts", HOSTS, "Proxmox VE runs commands on other nodes by SSH", port(22)),
  ingress("hosts", "corosync-from-hosts", HOSTS, "cluster membership", { from: 5405, to: 5412 }, true),
  ingress("hosts", "vxlan-from-hosts", HOSTS, "the guest network between hosts", port(4789), true),
  ingress("hosts", "bgp-from-hosts", HOSTS, "routes of the guest network (EVPN)", port(179)),
  ingress("hosts", "bfd-from-hosts", HOSTS, "BGP finds out at once that a neighbour is gone", BFD.direct, true),
  ingress("hosts", "bfd-multihop-from-hosts", HOSTS, "the same over more than one hop", BFD.multihop, true),
  ingress("hosts", "migration-from-hosts", HOSTS, "live migration of guests", { from: 60000, to: 60050 }),
];

const MICRO: readonly SecurityRule[] = [
  ingress("micro", "ssh-from-hosts", HOSTS, "a host sets the QDevice up, and admins reach it through a host", port(22)),
  ingress("micro", "qnetd-from-hosts", HOSTS, "the third vote", port(5403)),
  pathMtu("micro"),
  egressAnywhere("micro"),
];

/** Exactly the rules the lab needs; everything else is closed. */
export function securityRules({ adminCidrs, hostCount, micro }: SecurityRulesProps): readonly SecurityRule[] {
  return [
    ...adminCidrs.map((cidr) =>
      ingress("hosts", `ssh-from-${slug(cidr)}`, admin(cidr), "the one admin port: tunnels carry the rest", port(22)),
    ),
    ingress("hosts", "kubernetes-from-nlb", LOAD_BALANCER, "the API server, passed on to its VIP", port(6443)),
    ...(hostCount > 1 ? BETWEEN_HOSTS : []),
    pathMtu("hosts"),
    egressAnywhere("hosts"),
    ...(micro ? MICRO : []),
    ...loadBalancerRules(adminCidrs, "hosts"),
  ];
}

/** The load balancer, in front of those that the API is behind. */
function loadBalancerRules(adminCidrs: readonly string[], behind: "hosts" | "nodes"): readonly SecurityRule[] {
  return [
    ...adminCidrs.map((cidr) =>
      ingress("nlb", `kubernetes-from-${slug(cidr)}`, admin(cidr), "the API server, for admins only", port(6443)),
    ),
    pathMtu("nlb"),
    {
      id: `kubernetes-to-${behind}`,
      group: "nlb",
      direction: "EGRESS",
      protocol: "tcp",
      ports: port(6443),
      peer: { kind: "group", group: behind },
      why: "passing API connections on, and health checks",
    },
  ];
}

/**
 * Traffic between instances that run Talos; a single one has none. Kubernetes' API is among it: pods and, by KubePrism, kubelets of
 * other machines ask a control plane itself and not the load balancer, which lets admins in only.
 */
const BETWEEN_NODES: readonly SecurityRule[] = [
  ingress("nodes", "apid-from-nodes", NODES, "control planes pass calls of Talos's API on", port(TALOS_API)),
  ingress("nodes", "trustd-from-nodes", NODES, "workers have their certificates signed", port(50_001)),
  ingress("nodes", "kubernetes-from-nodes", NODES, "the API server, without a way around outside", port(6443)),
  ingress("nodes", "etcd-from-nodes", NODES, "clients and peers of etcd", { from: 2379, to: 2380 }),
  ingress("nodes", "kubelet-from-nodes", NODES, "logs, and commands in pods", port(10_250)),
];

function pluginRules(cni: LabConfig["kubernetes"]["cni"]): readonly SecurityRule[] {
  return PLUGIN_PORTS[cni].map(({ name, port: number, protocol, why }) =>
    ingress("nodes", `${name}-from-nodes`, NODES, why, port(number), protocol === "udp"),
  );
}

/** What decides which rules a lab has whose instances run Talos. */
interface DirectRulesProps extends Pick<SecurityRulesProps, "adminCidrs"> {
  readonly nodeCount: number;
  readonly cni: LabConfig["kubernetes"]["cni"];
}

/** The rules of a lab whose instances run Talos: exactly what it needs; everything else is closed. */
export function directRules({ adminCidrs, nodeCount, cni }: DirectRulesProps): readonly SecurityRule[] {
  return [
    ...adminCidrs.map((cidr) =>
      ingress(
        "nodes",
        `talos-from-${slug(cidr)}`,
        admin(cidr),
        "Talos's API: certificates on both sides",
        port(TALOS_API),
      ),
    ),
    ingress("nodes", "kubernetes-from-nlb", LOAD_BALANCER, "the API server", port(6443)),
    ...(nodeCount > 1 ? [...BETWEEN_NODES, ...pluginRules(cni)] : []),
    pathMtu("nodes"),
    egressAnywhere("nodes"),
    ...loadBalancerRules(adminCidrs, "nodes"),
  ];
}
