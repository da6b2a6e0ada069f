/** Loopback ports and VM ids: each follows from the number in a name, so none changes when others are added or removed. */
import { createHash } from "node:crypto";
import { slotOf } from "../config/fields.ts";
import type { LabConfig, NodeRole } from "../config/schema.ts";
import { TALOS_API } from "./firewall.ts";
import type { ClusterPlan, DirectNodePlan, HostPlan, MicroPlan, NodePlan, Tunnel } from "./types.ts";

const PVE_API = 8006;
/** Port of the API server. */
export const KUBERNETES_API = 6443;
const SSH = 22;

const FIRST_PORT: Readonly<Record<NodeRole, number>> = { "control-plane": 100, worker: 200 };
/** PVE ids begin at 100; workers may go up to 8999, where the templates' begin. */
const FIRST_VM_ID: Readonly<Record<NodeRole, number>> = { "control-plane": 100, worker: 200 };
const FIRST_TEMPLATE_ID = 9000;
/** SSH of the hosts, which have numbers up to 99, and of the micro: after the ports of the workers. */
const FIRST_SSH_PORT = 9000;
const MICRO_SSH_PORT = 9100;
/** API servers of control planes, which have numbers up to 99: the last of all. */
const FIRST_API_PORT = 9100;

/** Loopback port of the tunnel to a host's API. */
export const hostPort = (config: LabConfig, name: string): number => config.access.basePort + slotOf(name);
/** Loopback port of the tunnel to a host's SSH. */
export const hostSshPort = (config: LabConfig, name: string): number =>
  config.access.basePort + FIRST_SSH_PORT + slotOf(name);
/** Loopback port of the tunnel to the micro's SSH. */
export const microSshPort = (config: LabConfig): number => config.access.basePort + MICRO_SSH_PORT;
/** VM id of a host's template. */
export const templateVmId = (host: string): number => FIRST_TEMPLATE_ID + slotOf(host);
/** VM id of a node, by its role and the number in its name. */
export const vmId = (name: string, role: NodeRole): number => FIRST_VM_ID[role] + slotOf(name);

/** Control planes first, each kind in the order of its numbers, whatever the order in the config. */
export const byPort = (a: { readonly talosPort: number }, b: { readonly talosPort: number }): number =>
  a.talosPort - b.talosPort;

/** Loopback port of the tunnel to a node's Talos API. */
export function nodePort(config: LabConfig, name: string, role: NodeRole): number {
  return config.access.basePort + FIRST_PORT[role] + slotOf(name);
}

/**
 * A locally administered MAC: three bytes of the lab's name, two of the VM id, so unique in the lab by construction.
 * Not Proxmox's own BC:24:11, which it hands out at random. In capitals, as Proxmox keeps it: another case is a difference.
 */
export function macAddress(lab: string, id: number): string {
  const ofLab = createHash("sha256").update(lab).digest("hex").slice(0, 6);
  const hex = `02${ofLab}${id.toString(16).padStart(4, "0")}`;
  return hex.toUpperCase().replaceAll(/..(?!$)/g, "$&:");
}

/** SSH, for the third vote: of hosts, a lone one too, which may have had one, and of the micro, which only hosts reach. */
function sshTunnels(hosts: readonly HostPlan[], micro: MicroPlan | null): readonly Tunnel[] {
  const [first] = hosts;
  if (first === undefined) return [];
  const machines = hosts.map(({ name, address, sshPort }) => ({ name, address, sshPort, via: name }));
  return [...machines, ...(micro ? [{ ...micro, via: first.name }] : [])].map(({ name, address, sshPort, via }) => ({
    name: `ssh ${name}`,
    localPort: sshPort,
    via,
    target: { address, port: SSH },
  }));
}

const controlPlanes = (nodes: readonly NodePlan[]): readonly NodePlan[] =>
  nodes.filter(({ role }) => role === "control-plane");

/** A host cannot reach guests of other hosts, so with several there is a tunnel to each control plane, through its own host. */
function apiTunnels(config: LabConfig, nodes: readonly NodePlan[]): readonly Tunnel[] {
  const planes = controlPlanes(nodes);
  if (new Set(planes.map(({ host }) => host)).size < 2) return [];
  return planes.map(({ name, slot, host, address }) => ({
    name: `kubernetes ${name}`,
    localPort: config.access.basePort + FIRST_API_PORT + slot,
    via: host,
    target: { address, port: KUBERNETES_API },
  }));
}

/** Where the API server is found, inside and by tunnels. */
export function planCluster(config: LabConfig, vip: string, nodes: readonly NodePlan[]): ClusterPlan {
  const apiPort = config.access.basePort;
  const ports = apiTunnels(config, nodes).map(({ localPort }) => localPort);
  return { vip, endpoint: clusterEndpoint(vip), apiPort, apiPorts: ports.length > 0 ? ports : [apiPort] };
}

/** The API server at its fixed port: at the virtual address, or through any control plane that responds. */
function clusterTunnel({ host: via }: NodePlan, { vip, apiPort }: ClusterPlan, ways: readonly Tunnel[]): Tunnel {
  const through = ways.map(({ localPort }) => localPort);
  const target = { address: vip, port: KUBERNETES_API };
  return { name: "kubernetes", localPort: apiPort, via, target, ...(through.length > 0 && { through }) };
}

/** Every forward from 127.0.0.1: the API server, each host's PVE API, each node's Talos API; SSH where a vote needs it. */
export function planTunnels(
  config: LabConfig,
  hosts: readonly HostPlan[],
  micro: MicroPlan | null,
  nodes: readonly NodePlan[],
  cluster: ClusterPlan,
): readonly Tunnel[] {
  const [first] = controlPlanes(nodes);
  const ways = apiTunnels(config, nodes);
  return [
    ...(first ? [clusterTunnel(first, cluster, ways)] : []),
    ...ways,
    ...hosts.map(({ name, address, apiPort }) => ({
      name: `proxmox ${name}`,
      localPort: apiPort,
      via: name,
      target: { address, port: PVE_API },
    })),
    ...nodes.map(({ name, host, address, talosPort }) => ({
      name: `talos ${name}`,
      localPort: talosPort,
      via: host,
      target: { address, port: TALOS_API },
      // In maintenance mode a machine accepts a configuration from anybody.
      guarded: true as const,
    })),
    ...sshTunnels(hosts, micro),
  ];
}

/** Whose public address the relay to the API server leads to. */
export const API_BALANCER = "api";

/**
 * Relays to machines that have public addresses and no SSH: each one's Talos API, and the API server behind the load balancer. None is
 * guarded: no machine there is ever without its configuration.
 */
export function planRelays(config: LabConfig, nodes: readonly DirectNodePlan[], balancer: string): readonly Tunnel[] {
  const api = { address: balancer, port: KUBERNETES_API };
  return [
    { name: "kubernetes", localPort: config.access.basePort, via: API_BALANCER, target: api, plain: true },
    ...nodes.map(({ name, address, talosPort }): Tunnel => {
      const target = { address, port: TALOS_API };
      return { name: `talos ${name}`, localPort: talosPort, via: name, target, plain: true };
    }),
  ];
}

/** Where machines find it. */
export function clusterEndpoint(vip: string): string {
  return `https://${vip}:${KUBERNETES_API}`;
}
