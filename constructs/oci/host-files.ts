/**
 * What cloud-init writes to a Proxmox host. It is written once, at the first boot, and never again: so
 * nothing in it may depend on what can change in a deployed lab (other hosts, nodes, the admins' networks).
 */
import { BETWEEN_HOSTS } from "../../topology/firewall.ts";
import type { HostPlan, SecurityRule, ProxmoxTopology } from "../../topology/types.ts";
import { jsonOf } from "../lab/literal.ts";
import type { CloudConfigProps } from "./cloud-config.ts";

/** `/etc/ampere-lab/host.json`, for the image's first-boot units. */
export function hostFacts({ config }: ProxmoxTopology, { name, fqdn, address }: HostPlan) {
  return { lab: config.name, name, fqdn, address };
}

/** All that cloud-init writes to a host. */
export function hostFiles(topology: ProxmoxTopology, plan: HostPlan): NonNullable<CloudConfigProps["files"]> {
  return [
    { path: "/etc/ampere-lab/host.json", content: jsonOf(hostFacts(topology, plan)) },
    { path: "/etc/nftables.d/ampere-lab-api.nft", content: dnatRules(topology, plan) },
    { path: "/etc/nftables.d/ampere-lab-hosts.nft", content: hostRules(topology) },
    { path: "/etc/nftables.d/ampere-lab-guests.nft", content: guestRules(topology) },
  ];
}

/** The table is created and deleted first, so that loading the rules again does not duplicate them. */
function ownTable(family: string, name: string, chains: readonly string[]): string {
  return [
    `table ${family} ${name}`,
    `delete table ${family} ${name}`,
    `table ${family} ${name} {`,
    ...chains,
    "}",
    "",
  ].join("\n");
}

/** nftables: what the load balancer sends to this host's 6443 goes on to the API server's virtual address. */
export function dnatRules({ cluster: { vip } }: ProxmoxTopology, { address }: HostPlan): string {
  return ownTable("ip", "ampere-lab", [
    "  chain prerouting {",
    "    type nat hook prerouting priority dstnat;",
    `    ip daddr ${address} tcp dport 6443 dnat to ${vip}:6443`,
    "  }",
  ]);
}

function matches({ protocol, ports }: SecurityRule): string {
  if (ports === undefined) return `meta l4proto ${protocol}`;
  return `${protocol} dport ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`;
}

/**
 * Adds to a chain of the image's own table, which drops what no rule accepts. nft can do without
 * quotation marks, here and in the rules.
 */
function inputRules(rules: readonly string[]): string {
  return ["table inet lab-filter {", "  chain input {", ...rules.map((rule) => `    ${rule}`), "  }", "}", ""].join(
    "\n",
  );
}

/** The image's own table accepts SSH from everywhere. */
const isSsh = ({ ports }: SecurityRule): boolean => ports?.from === 22;

/**
 * nftables: a host accepts the traffic between hosts, from the subnet, also where it is the only one: another may be added
 * later. The security group decides which machines of the subnet may send it, and who may use SSH, as only that
 * changes with the lab.
 */
export function hostRules({ network: { subnetCidr } }: ProxmoxTopology): string {
  const rules = BETWEEN_HOSTS.filter((rule) => !isSsh(rule));
  return inputRules(rules.map((rule) => `ip saddr ${subnetCidr} ${matches(rule)} accept comment ${rule.id}`));
}

/**
 * nftables: guests cannot reach the subnet, where SNAT would give them the address of a host. Replies to connections from
 * there pass.
 */
export function guestRules({ network: { guest, subnetCidr } }: ProxmoxTopology): string {
  return ownTable("inet", "ampere-lab-guests", [
    "  chain forward {",
    "    type filter hook forward priority filter - 10;",
    `    ip saddr ${guest.cidr} ip daddr ${subnetCidr} ct direction original drop`,
    "  }",
  ]);
}
