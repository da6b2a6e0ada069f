/** What cloud-init writes to a Proxmox host: its place in the lab. The image's first-boot units read it. */
import type { HostPlan, Topology } from "../../topology/types.ts";

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
