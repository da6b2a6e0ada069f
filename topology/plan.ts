/** The whole plan of a lab: the same config gives the same plan, and nothing is read or written. */
import { ConfigError, type ConfigIssue } from "../config/errors.ts";
import type { CloudConfig, LabConfig, NodeConfig } from "../config/schema.ts";
import { isHome } from "../config/existing-checks.ts";
import { inCloud } from "../config/sign-in.ts";
import { originOf } from "../config/where.ts";
import { loadBalancerAddress, networkIssues, nodeAddress, vipAddress } from "./addresses.ts";
import { planExisting } from "./existing.ts";
import { directRules, securityRules } from "./firewall.ts";
import { planGuestNetwork } from "./guest-network.ts";
import { planMachine } from "./machine.ts";
import { planHosts, planMicro, turnOf } from "./hosts.ts";
import { placeNodes } from "./placement.ts";
import { byPort, macAddress, planCluster, planRelays, planTunnels, vmId } from "./ports.ts";
import type { CloudNetworkPlan, DirectNodePlan, DirectTopology, NodePlan, ProxmoxTopology, Topology } from "./types.ts";

function planNetwork(config: LabConfig): CloudNetworkPlan {
  const { vcn, subnet, pods, services } = config.network;
  return {
    vcnCidr: vcn,
    subnetCidr: subnet,
    loadBalancerAddress: loadBalancerAddress(subnet),
    podCidr: pods,
    serviceCidr: services,
  };
}

function planNode(config: LabConfig, node: NodeConfig, host: string): NodePlan {
  const id = vmId(node.name, node.role);
  const machine = planMachine(config, node, nodeAddress(config.network.guests, node.name, node.role));
  return { ...machine, host, architecture: "arm64", vmId: id, mac: macAddress(config.name, id) };
}

function planDirectNode(config: CloudConfig, node: NodeConfig): DirectNodePlan {
  const machine = planMachine(config, node, nodeAddress(config.network.subnet, node.name, node.role));
  return {
    ...machine,
    ocpus: node.vcpus,
    memoryGb: node.memoryMb / 1024,
    bootVolumeGb: node.diskGb,
    faultDomain: config.oci.spreadHosts ? turnOf(machine.slot) : null,
  };
}

/**
 * Plans a lab.
 *
 * @throws ConfigError where the networks overlap or are too small, or a node fits on no host
 */
export function planTopology(config: LabConfig): Topology {
  if (isHome(config)) return planExisting(config);
  return config.kubernetes.placement === "oci" ? planDirect(config) : planOnProxmox(config);
}

function requireNone(config: LabConfig, issues: readonly ConfigIssue[]): void {
  if (issues.length > 0) throw new ConfigError(originOf(config), issues);
}

/** The same for a config whose placement is known. */
export function planDirect(given: LabConfig): DirectTopology {
  const config = inCloud(given);
  requireNone(config, networkIssues(config));
  const { adminCidrs, basePort: apiPort } = config.access;
  const network = planNetwork(config);
  const nodes = config.kubernetes.nodes.map((node) => planDirectNode(config, node)).toSorted(byPort);
  return {
    placement: "oci",
    config,
    network,
    hosts: [],
    micro: null,
    nodes,
    cluster: { apiPort, apiPorts: [apiPort] },
    tunnels: planRelays(config, nodes, network.loadBalancerAddress),
    securityRules: directRules({ adminCidrs, nodeCount: nodes.length, cni: config.kubernetes.cni }),
  };
}

/** The same for a config whose placement is known. */
export function planOnProxmox(given: LabConfig): ProxmoxTopology {
  const config = inCloud(given);
  const { hostOf, issues: unplaced } = placeNodes(config);
  requireNone(config, [...networkIssues(config), ...unplaced]);
  const hosts = planHosts(config);
  const micro = planMicro(config);
  const nodes = config.kubernetes.nodes
    .flatMap((node) => {
      const host = hostOf.get(node.name);
      return host === undefined ? [] : [planNode(config, node, host)];
    })
    .toSorted(byPort);
  const cluster = planCluster(config, vipAddress(config.network.guests), nodes);
  return {
    placement: "proxmox",
    config,
    network: { ...planNetwork(config), guest: planGuestNetwork(config) },
    hosts,
    micro,
    nodes,
    cluster,
    tunnels: planTunnels(config, hosts, micro, nodes, cluster),
    securityRules: securityRules({
      adminCidrs: config.access.adminCidrs,
      hostCount: hosts.length,
      micro: micro !== null,
    }),
  };
}
