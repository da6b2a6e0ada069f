/** The plan of a lab on Proxmox VE hosts that were there before it: addresses and VM ids out of the ranges that the user gives. */
import { cidrOf, formatAddress, parseAddress } from "../config/cidr.ts";
import { ConfigError } from "../config/errors.ts";
import { CONTROL_PLANES, nodeNumber } from "../config/existing-checks.ts";
import { slotOf } from "../config/fields.ts";
import type { HomeConfig, NodeConfig } from "../config/schema.ts";
import { originOf } from "../config/where.ts";
import { homeNetworkIssues } from "./addresses.ts";
import { TALOS_API } from "./firewall.ts";
import { planMachine } from "./machine.ts";
import { byPort, clusterEndpoint, KUBERNETES_API, macAddress } from "./ports.ts";
import type { ClusterPlan, ExistingHostPlan, ExistingTopology, HomeNetworkPlan, NodePlan, Tunnel } from "./types.ts";

function planHosts({ proxmox }: HomeConfig): readonly ExistingHostPlan[] {
  return proxmox.nodes.map(({ name, architecture }) => ({
    name,
    architecture,
    templateVmId: proxmox.vmIds.to + 1 - nodeNumber(proxmox, name),
  }));
}

function planNetwork({ network, proxmox }: HomeConfig): HomeNetworkPlan {
  const { bridge, vlan = 0, cidr, gateway, resolvers } = proxmox.network;
  return {
    podCidr: network.pods,
    serviceCidr: network.services,
    guest: { bridge, vlan, cidr, prefixLength: cidrOf(cidr).prefix, gateway, resolvers },
  };
}

/** Address and id follow from the number in its name. With one host a node needs not name it. */
function planNode(config: HomeConfig, node: NodeConfig, hosts: readonly ExistingHostPlan[]): readonly NodePlan[] {
  const host = hosts.find((each) => each.name === node.host) ?? hosts[0];
  if (host === undefined) return [];
  const { vmIds, network } = config.proxmox;
  const place = slotOf(node.name) - 1 + (node.role === "worker" ? CONTROL_PLANES : 0);
  return [
    {
      ...planMachine(config, node, formatAddress((parseAddress(network.addresses.from) ?? 0) + place)),
      host: host.name,
      architecture: host.architecture,
      vmId: vmIds.from + place,
      mac: macAddress(`${config.name} ${network.addresses.from}`, place),
    },
  ];
}

/** One way to the API of Proxmox VE, which is one for all nodes; of each machine its Talos; and Kubernetes at its shared address. */
function planTunnels(config: HomeConfig, nodes: readonly NodePlan[], { vip, apiPort }: ClusterPlan): readonly Tunnel[] {
  const { api, nodes: hosts } = config.proxmox;
  const via = hosts[0]?.name ?? "";
  const { address, port, fingerprint: pin, jump } = api;
  const near = { plain: true, near: true, ...(jump !== undefined && { jump }) } as const;
  return [
    { name: "kubernetes", localPort: apiPort, via, target: { address: vip, port: KUBERNETES_API }, ...near },
    { name: `proxmox ${via}`, localPort: pveApiPort(config), via, target: { address, port }, ...near, pin },
    ...nodes.map(({ name, host, address: at, talosPort }): Tunnel => {
      const target = { address: at, port: TALOS_API };
      return { name: `talos ${name}`, localPort: talosPort, via: host, target, ...near };
    }),
  ];
}

/** Loopback port of the way to Proxmox VE. */
export const pveApiPort = ({ access }: HomeConfig): number => access.basePort + 1;

/**
 * Plans a lab on hosts that were there before it.
 *
 * @throws ConfigError where the networks overlap or are too small
 */
export function planExisting(config: HomeConfig): ExistingTopology {
  const issues = homeNetworkIssues(config);
  if (issues.length > 0) throw new ConfigError(originOf(config), issues);
  const hosts = planHosts(config);
  const nodes = config.kubernetes.nodes.flatMap((node) => planNode(config, node, hosts)).toSorted(byPort);
  const { vip } = config.proxmox.network;
  const { basePort: apiPort } = config.access;
  const cluster: ClusterPlan = { vip, endpoint: clusterEndpoint(vip), apiPort, apiPorts: [apiPort] };
  return {
    placement: "existing",
    config,
    network: planNetwork(config),
    hosts,
    micro: null,
    nodes,
    cluster,
    tunnels: planTunnels(config, nodes, cluster),
    securityRules: [],
  };
}
