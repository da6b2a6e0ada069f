/** The whole plan of a lab: the same config gives the same plan, and nothing is read or written. */
import { ConfigError } from "../config/errors.ts";
import { slotOf } from "../config/fields.ts";
import type { LabConfig, NodeConfig } from "../config/schema.ts";
import { originOf } from "../config/where.ts";
import { loadBalancerAddress, networkIssues, nodeAddress, vipAddress } from "./addresses.ts";
import { securityRules } from "./firewall.ts";
import { planGuestNetwork } from "./guest-network.ts";
import { planHosts, planMicro } from "./hosts.ts";
import { placeNodes } from "./placement.ts";
import { macAddress, nodePort, planCluster, planTunnels, vmId } from "./ports.ts";
import type { NetworkPlan, NodePlan, Topology } from "./types.ts";

function planNetwork(config: LabConfig): NetworkPlan {
  const { vcn, subnet, pods, services } = config.network;
  return {
    vcnCidr: vcn,
    subnetCidr: subnet,
    loadBalancerAddress: loadBalancerAddress(subnet),
    guest: planGuestNetwork(config),
    podCidr: pods,
    serviceCidr: services,
  };
}

function planNode(config: LabConfig, node: NodeConfig, host: string): NodePlan {
  const id = vmId(node.name, node.role);
  return {
    name: node.name,
    role: node.role,
    slot: slotOf(node.name),
    host,
    vmId: id,
    mac: macAddress(config.name, id),
    address: nodeAddress(config.network.guests, node.name, node.role),
    vcpus: node.vcpus,
    memoryMb: node.memoryMb,
    diskGb: node.diskGb,
    talosPort: nodePort(config, node.name, node.role),
  };
}

/** Control planes first, each kind in the order of its numbers, whatever the order in the config. */
const byVmId = (a: NodePlan, b: NodePlan): number => a.vmId - b.vmId;

/**
 * Plans a lab.
 *
 * @throws ConfigError where the networks overlap or are too small, or a node fits on no host
 */
export function planTopology(config: LabConfig): Topology {
  const { hostOf, issues: unplaced } = placeNodes(config);
  const issues = [...networkIssues(config), ...unplaced];
  if (issues.length > 0) throw new ConfigError(originOf(config), issues);
  const hosts = planHosts(config);
  const micro = planMicro(config);
  const nodes = config.kubernetes.nodes
    .flatMap((node) => {
      const host = hostOf.get(node.name);
      return host === undefined ? [] : [planNode(config, node, host)];
    })
    .toSorted(byVmId);
  const cluster = planCluster(config, vipAddress(config.network.guests), nodes);
  return {
    config,
    network: planNetwork(config),
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
