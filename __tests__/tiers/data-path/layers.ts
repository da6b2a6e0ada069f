/** What stands between two machines of a lab, rendered for nft: OCI's rules, a host's own, and Proxmox VE's firewall. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { dnatRules, guestRules, hostRules } from "../../../constructs/oci/host-files.ts";
import { ingressDocuments } from "../../../constructs/talos/ingress.ts";
import type { HostPlan, NodePlan, Peer, SecurityRule, ProxmoxTopology } from "../../../topology/types.ts";
import type { Stack } from "../../stacks/synthesize.ts";

const PACKER = join(__dirname, "..", "..", "..", "packer");

/** A text whose lines between braces are rules; `at` finds one of them again in the text of another host. */
export interface Rules {
  /** For people: file and rule. */
  readonly names: readonly string[];
  /** For one host, without the rule of this number. */
  text(host: HostPlan, without?: number): string;
}

const isRule = (line: string): boolean =>
  /^\s+\S/.test(line) && !/[{}]\s*$|^\s*(type|#)/.test(line.replaceAll(/\{[^{}]*\}/g, "set")) && line.trim() !== "}";

function withoutRule(text: string, number: number | undefined): string {
  let seen = -1;
  return text
    .split("\n")
    .filter((line) => !isRule(line) || (seen += 1) !== number)
    .join("\n");
}

const rulesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .filter(isRule)
    .map((line) => line.trim());

/** The files of the image: the base table first, then the folder that it includes. */
export function imageRules(): Rules {
  const base = readFileSync(join(PACKER, "base/files/etc/nftables.conf"), "utf8").replace(/^include .*$/m, "");
  const folder = join(PACKER, "proxmox-ampere/files/etc/nftables.d");
  const files = readdirSync(folder).filter((name) => name.endsWith(".nft"));
  const text = [base, ...files.toSorted().map((name) => readFileSync(join(folder, name), "utf8"))].join("\n");
  return { names: rulesOf(text), text: (_host, without) => withoutRule(text, without) };
}

/** What cloud-init writes beside them. */
export function writtenRules(topology: ProxmoxTopology): Rules {
  const text = (host: HostPlan): string =>
    [dnatRules(topology, host), guestRules(topology), hostRules(topology)].join("\n");
  const [first] = topology.hosts;
  if (!first) throw new Error("no host");
  return { names: rulesOf(text(first)), text: (host, without) => withoutRule(text(host), without) };
}

const firewallRule = z.object({
  type: z.literal("in"),
  action: z.enum(["ACCEPT", "DROP"]),
  proto: z.string(),
  dport: z.string(),
  source: z.string().optional(),
  iface: z.string().optional(),
  comment: z.string(),
});

/**
 * Proxmox VE's firewall, of the resources of stack proxmox: PVEFW-HOST-IN and PVEFW-FORWARD as pve-firewall makes them. The
 * network that PVE finds itself in, and adds to `management`, is not counted on.
 */
export function pveRules({ resource }: Stack, members: readonly string[], wire: string) {
  const [{ rule: rules } = {}] = Object.values(resource["proxmox_virtual_environment_firewall_rules"] ?? {});
  const [{ cidr: entries } = {}] = Object.values(resource["proxmox_virtual_environment_firewall_ipset"] ?? {});
  const lines = [
    ...z
      .array(firewallRule)
      .parse(rules)
      .map(({ action, proto, dport, source, iface, comment }) => ({
        name: comment,
        line: [
          ...(iface === undefined ? [] : [`iifname ${iface}`]),
          ...(source === undefined ? [] : [`ip saddr ${source}`]),
          `${proto} dport ${dport.replace(":", "-")} ${action.toLowerCase()}`,
        ].join(" "),
      })),
    ...z
      .array(z.object({ name: z.string() }))
      .parse(entries)
      .map(({ name }) => ({
        name: `management ${name}`,
        line: `ip saddr ${name} tcp dport { 8006, 5900-5999, 3128, 22, 60000-60050 } accept`,
      })),
  ];
  return {
    names: lines.map(({ name }) => name),
    text: (without?: number): string => `
table inet pve-firewall
delete table inet pve-firewall
table inet pve-firewall {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname lo accept
    ct state invalid drop
    ct state established,related accept
    ${lines
      .filter((_each, index) => index !== without)
      .map(({ line }) => line)
      .join("\n    ")}
    iifname ${wire} ip saddr { ${members.join(", ")} } udp dport 5405-5412 accept
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    ct state invalid drop
  }
}
`,
  };
}

const opening = z.object({
  kind: z.literal("NetworkRuleConfig"),
  name: z.string(),
  portSelector: z.object({ ports: z.array(z.union([z.number(), z.string()])), protocol: z.string() }),
  ingress: z.array(z.object({ subnet: z.string() })),
});

/** Talos's own firewall in a guest, as it makes it of a configuration that blocks (`buildIngressChain`); its prerouting chain has the same rules. */
export function talosRules({ nodes, network }: ProxmoxTopology) {
  const controlPlanes = nodes.filter(({ role }) => role === "control-plane").map(({ address }) => address);
  const openingsOf = ({ role }: NodePlan) =>
    ingressDocuments({
      role,
      cni: "flannel",
      controlPlanes,
      guestCidr: network.guest.cidr,
      podCidr: network.podCidr,
    }).flatMap((document) => opening.safeParse(document).data ?? []);
  return {
    names: [...new Set(nodes.flatMap(openingsOf).map(({ name }) => name))],
    text: (node: NodePlan, without?: string): string => `
table inet talos
delete table inet talos
table inet talos {
  chain ingress {
    type filter hook input priority mangle + 10; policy drop;
    iifname lo accept
    ct state { established, related } accept
    ct state invalid drop
    icmp type { timestamp-request, timestamp-reply, address-mask-request, address-mask-reply } drop
    meta l4proto icmp limit rate 5/second accept
    ip saddr { ${network.podCidr}, ${network.serviceCidr} } ip daddr { ${network.podCidr}, ${network.serviceCidr} } accept
    ${openingsOf(node)
      .filter(({ name }) => name !== without)
      .map(
        ({ portSelector: { ports, protocol }, ingress }) =>
          `ip saddr { ${ingress.map(({ subnet }) => subnet).join(", ")} } ${protocol} dport { ${ports.join(", ")} } accept`,
      )
      .join("\n    ")}
  }
}
`,
  };
}

/** Where the virtual network cards are, by security group. */
export type Groups = Readonly<
  Record<SecurityRule["group"], readonly { readonly link: string; readonly address: string }[]>
>;

/**
 * OCI's side of the network: cards that send with their own MAC and address alone, and security groups, where a connection
 * needs a rule at its sender and one at its receiver; answers pass, errors that belong to it do not.
 */
export function cloudRules(
  rules: readonly SecurityRule[],
  groups: Groups,
  macs: Readonly<Record<string, string>>,
): string {
  const peers = (peer: Peer): string =>
    peer.kind === "cidr" ? peer.cidr : groups[peer.group].map(({ address }) => address).join(", ");
  const line = ({ direction, protocol, ports, icmp, peer }: SecurityRule): string => {
    const side = direction === "INGRESS" ? "saddr" : "daddr";
    const what = icmp
      ? `icmp type ${icmp.type} icmp code ${icmp.code}`
      : ports
        ? `${protocol} dport ${ports.from}-${ports.to}`
        : "";
    const from = peers(peer);
    return from === "" ? "" : `    ip ${side} { ${from} } ${what} accept`;
  };
  const chain = (direction: SecurityRule["direction"], interfaceOf: string): string =>
    Object.entries(groups)
      .filter(([, cards]) => cards.length > 0)
      .map(
        ([group, cards]) => `
  chain ${direction.toLowerCase()}-${group} {
${rules
  .filter((rule) => rule.group === group && rule.direction === direction)
  .map(line)
  .join("\n")}
    drop
  }
  chain ${direction.toLowerCase()}-of-${group} {
    type filter hook forward priority filter; policy accept;
    ct state established accept
    ${interfaceOf} { ${cards.map(({ link }) => link).join(", ")} } jump ${direction.toLowerCase()}-${group}
  }`,
      )
      .join("");
  const cards = Object.values(groups).flat();
  return `
table inet oci
delete table inet oci
table inet oci {
  chain cards {
    type filter hook prerouting priority raw; policy accept;
${cards
  .map(
    ({ link, address }) =>
      `    iifname ${link} ether saddr != ${macs[link]} drop\n    iifname ${link} ip saddr != ${address} drop`,
  )
  .join("\n")}
  }
${chain("EGRESS", "iifname")}
${chain("INGRESS", "oifname")}
}
`;
}
