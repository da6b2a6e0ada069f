/** What Proxmox VE's firewall says of a packet into a host: `PVEFW-HOST-IN` as pve-firewall 6 makes it. */
import type { Datacenter, FirewallRule } from "../world/proxmox.ts";
import { isAmongPorts, isWithin, type Packet } from "./packet.ts";

/** The set that may reach what the hosts are managed by; PVE adds the host's own network to it by itself. */
const MANAGEMENT = "management";
/** API, consoles, SPICE, SSH and migration. */
const MANAGED_PORTS = "8006,5900:5999,3128,22,60000:60050";
const COROSYNC_PORTS = "5405:5412";

/** Protocol and ports of the macros that a lab's hosts are likely to use. */
const MACROS: Readonly<Record<string, readonly [string, string]>> = {
  BGP: ["tcp", "179"],
  HTTP: ["tcp", "80"],
  HTTPS: ["tcp", "443"],
  SSH: ["tcp", "22"],
};

/** @param localNetwork the network that the host finds itself in */
export function pveAdmits(datacenter: Datacenter, packet: Packet, localNetwork: string): boolean {
  const { options, rules } = datacenter.firewall;
  if (!options.enable) return true;
  const action = verdictOf(datacenter, rules, packet);
  if (action !== null) return action === "ACCEPT";
  return (
    isManagement(datacenter, packet, localNetwork) || isCorosync(datacenter, packet) || options.policy_in === "ACCEPT"
  );
}

/** The first rule that fits decides; null where none does. */
function verdictOf(datacenter: Datacenter, rules: readonly FirewallRule[], packet: Packet): string | null {
  for (const rule of rules.filter(({ enable }) => enable)) {
    if (rule.type === "group") {
      const group = datacenter.firewall.groups?.[rule.action]?.rules ?? [];
      const verdict = fits(datacenter, rule, packet) ? verdictOf(datacenter, group, packet) : null;
      if (verdict !== null) return verdict;
    } else if (rule.type === "in" && fits(datacenter, rule, packet)) return rule.action;
  }
  return null;
}

function fits(datacenter: Datacenter, rule: FirewallRule, packet: Packet): boolean {
  const [proto, dport] = rule.macro === "" ? [rule.proto, rule.dport] : (MACROS[rule.macro] ?? ["none", ""]);
  return (
    (rule.iface === "" || rule.iface === (packet.iface ?? "wire")) &&
    (proto === "" || proto === packet.protocol) &&
    (dport === "" || isAmongPorts(packet.port, dport)) &&
    // The sender's port is any.
    rule.sport === "" &&
    (rule.source === "" || isAmong(datacenter, packet.from, rule.source)) &&
    (rule.dest === "" || isAmong(datacenter, packet.to, rule.dest))
  );
}

/** Whether an address is in a rule's list of networks, ranges, aliases and sets (`+management`). */
function isAmong(datacenter: Datacenter, address: string, list: string): boolean {
  const { ipsets, aliases } = datacenter.firewall;
  return list.split(",").some((part) => {
    const name = part.trim().replace(/^(\+?)(dc\/)?/, "$1");
    if (name.startsWith("+")) return isInSet(ipsets[name.slice(1)], address);
    return isWithin(address, aliases?.[name]?.cidr ?? name);
  });
}

function isInSet(set: Datacenter["firewall"]["ipsets"][string] | undefined, address: string): boolean {
  const entries = (set?.entries ?? []).filter(({ cidr }) => isWithin(address, cidr));
  return entries.length > 0 && entries.every(({ nomatch }) => !nomatch);
}

function isManagement({ firewall }: Datacenter, { from, protocol, port }: Packet, localNetwork: string): boolean {
  if (protocol !== "tcp" || !isAmongPorts(port, MANAGED_PORTS)) return false;
  return isWithin(from, localNetwork) || isInSet(firewall.ipsets[MANAGEMENT], from);
}

/** Between the members of the cluster. */
function isCorosync({ corosync }: Datacenter, { from, protocol, port }: Packet): boolean {
  if (protocol !== "udp" || !isAmongPorts(port, COROSYNC_PORTS)) return false;
  return corosync?.nodes.some(({ link0 }) => link0 === from) ?? false;
}
