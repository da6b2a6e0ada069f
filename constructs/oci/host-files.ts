/** What cloud-init writes to a Proxmox host: its place in the lab. The image's first-boot units read it. */
import type { HostPlan, Peer, SecurityRule, Topology } from "../../topology/types.ts";

/** `/etc/ampere-lab/host.json` */
export function hostFacts(topology: Topology, host: HostPlan) {
  return {
    lab: topology.config.name,
    name: host.name,
    fqdn: host.fqdn,
    address: host.address,
    virtualization: topology.config.virtualization,
    hosts: topology.hosts.map(({ name, fqdn, address }) => ({ name, fqdn, address })),
    guestNetwork: { cidr: topology.network.guest.cidr, gateway: topology.network.guest.gateway },
  };
}

/** nftables: what the load balancer sends to a host's 6443 goes on to the API server's virtual address, and back. */
export function dnatRules(topology: Topology): string {
  const { vip } = topology.cluster;
  return [
    // Made and deleted first, so that reading the rules again does not double them.
    "table ip ampere-lab",
    "delete table ip ampere-lab",
    "table ip ampere-lab {",
    "  chain prerouting {",
    "    type nat hook prerouting priority dstnat;",
    `    ip daddr { ${topology.hosts.map((host) => host.address).join(", ")} } tcp dport 6443 dnat to ${vip}:6443`,
    "  }",
    "  chain postrouting {",
    "    type nat hook postrouting priority srcnat;",
    `    ip daddr ${vip} tcp dport 6443 masquerade`,
    "  }",
    "}",
    "",
  ].join("\n");
}

/** Addresses that a peer stands for; none means every address. */
function sources({ hosts, micro, network }: Topology, peer: Peer): readonly string[] {
  if (peer.kind === "cidr") return peer.cidr === "0.0.0.0/0" ? [] : [peer.cidr];
  const members = {
    hosts: hosts.map((host) => host.address),
    micro: micro === null ? [] : [micro.address],
    nlb: [network.loadBalancerAddress],
  };
  return members[peer.group];
}

function matches({ protocol, ports, icmp }: SecurityRule): string {
  if (icmp !== undefined) return `icmp type ${icmp.type} icmp code ${icmp.code}`;
  if (ports === undefined) return protocol === "all" ? "" : `meta l4proto ${protocol}`;
  return `${protocol} dport ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`;
}

/**
 * Adds to a chain of the image's own table, which drops what nobody lets in. Without quotation marks, here and in the rules:
 * nft can do without, and cdktf does not escape them inside `jsonencode` (tried, 0.24.0).
 */
function inputRules(rules: readonly string[]): string {
  return ["table inet lab-filter {", "  chain input {", ...rules.map((rule) => `    ${rule}`), "  }", "}", ""].join(
    "\n",
  );
}

/**
 * nftables: a host lets in what its security group lets in, under the group. The image lets in SSH from everywhere besides,
 * and has to: admin networks change in the group alone, as cloud-init writes this once, and a host that still had the old
 * ones would lock its admins out.
 */
export function hostRules(topology: Topology): string {
  const ingress = topology.securityRules.filter(({ group, direction }) => group === "hosts" && direction === "INGRESS");
  return inputRules(
    ingress.map((rule) => {
      const from = sources(topology, rule.peer);
      const source = from.length === 0 ? "" : `ip saddr { ${from.join(", ")} }`;
      return [source, matches(rule), `accept comment ${rule.id}`].filter((part) => part !== "").join(" ");
    }),
  );
}

/** nftables: in a Simple zone it is the host that answers the guests' DHCP. Their resolvers are outside (guest.ts). */
export function guestRules({ network: { guest } }: Topology): string {
  return inputRules(
    guest.kind === "simple" ? [`iifname ${guest.vnet} udp dport 67 accept comment dhcp-from-guests`] : [],
  );
}
