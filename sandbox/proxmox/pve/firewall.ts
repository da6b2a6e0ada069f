/** The datacenter's firewall: its options and IP sets (pve-firewall). */
import ipaddr from "ipaddr.js";
import type { Datacenter, FirewallOptions, FirewallRule, IpSet } from "../../world/proxmox.ts";
import { assertQuorum, type Pve } from "./context.ts";
import { badParameter, failure } from "./errors.ts";

/** The set of addresses that may reach SSH and the API once the firewall is on. */
const MANAGEMENT = "management";
const WITH_PORTS = ["tcp", "udp", "udplite", "sctp", "dccp"];

/**
 * Whether the firewall drops whoever comes from outside: on, with nobody in the `management` set. It drops without a word,
 * so a caller sees a time-out. (The hosts' own network is always let in, and so are connections that were there before.)
 */
export function locksOutAdmins({ firewall }: Datacenter): boolean {
  const { enable, policy_in: policy } = firewall.options;
  const admitted = firewall.ipsets[MANAGEMENT]?.entries.some((entry) => !entry.nomatch) ?? false;
  return enable && policy !== "ACCEPT" && !admitted;
}

export function setFirewallOptions(pve: Pve, options: Partial<FirewallOptions>): void {
  assertQuorum(pve);
  pve.datacenter.firewall.options = { ...pve.datacenter.firewall.options, ...options };
  pve.world.changed();
}

export function ipSetOf({ datacenter }: Pve, name: string): IpSet {
  const set = datacenter.firewall.ipsets[name];
  if (!set) throw failure(`no such IPSet '${name}'`);
  return set;
}

export function createIpSet(pve: Pve, name: string, comment: string): void {
  assertQuorum(pve);
  if (!/^[A-Za-z][A-Za-z0-9\-_]+$/.test(name)) {
    throw badParameter({ name: "value does not match the regex pattern" });
  }
  if (pve.datacenter.firewall.ipsets[name]) throw badParameter({ name: `IPSet '${name}' already exists` });
  pve.datacenter.firewall.ipsets[name] = { comment, entries: [] };
  pve.world.changed();
}

/** Changes the comment, and the name where `newName` is another. */
export function updateIpSet(pve: Pve, name: string, newName: string, comment: string): void {
  assertQuorum(pve);
  const { ipsets } = pve.datacenter.firewall;
  const set = ipSetOf(pve, name);
  if (newName !== name && ipsets[newName]) throw badParameter({ name: `IPSet '${newName}' does already exist` });
  delete ipsets[name];
  ipsets[newName] = { ...set, comment };
  pve.world.changed();
}

export function addToIpSet(pve: Pve, name: string, entry: IpSet["entries"][number]): void {
  assertQuorum(pve);
  const set = ipSetOf(pve, name);
  const { cidr } = entry;
  if (!ipaddr.isValid(cidr) && !ipaddr.isValidCIDR(cidr)) {
    throw badParameter({ cidr: "value does not look like a valid IP address or network" });
  }
  if (cidr.endsWith("/0")) throw badParameter({ cidr: "a zero prefix is not allowed in ipset entries" });
  if (set.entries.some((other) => other.cidr === cidr)) {
    throw badParameter({ cidr: `address '${cidr}' already exists` });
  }
  set.entries = [...set.entries, entry];
  pve.world.changed();
}

/** Removes a set with its entries, as bpg's provider does: one call for each entry, then one for the set. */
export function deleteIpSet(pve: Pve, name: string): void {
  assertQuorum(pve);
  ipSetOf(pve, name);
  delete pve.datacenter.firewall.ipsets[name];
  pve.world.changed();
}

/** Sets the rules, first to last. A rule names a protocol for its ports, and a group that exists. */
export function setFirewallRules(pve: Pve, rules: readonly FirewallRule[]): void {
  assertQuorum(pve);
  for (const { type, action, proto, dport, sport } of rules) {
    if (type === "group") throw badParameter({ action: `no such security group '${action}'` });
    const port = dport === "" ? (sport === "" ? null : "sport") : "dport";
    if (port === null || WITH_PORTS.includes(proto)) continue;
    if (proto === "") throw badParameter({ proto: `missing property - '${port}' requires this property` });
    throw badParameter({ [port]: `protocol '${proto}' does not support ports` });
  }
  pve.datacenter.firewall.rules = rules;
  pve.world.changed();
}
