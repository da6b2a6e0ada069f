/** Firewalls of the datacenter and of virtual machines: options, IP sets, aliases, rules, groups (pve-firewall). */
import ipaddr from "ipaddr.js";
import type { Firewall, FirewallOptions, FirewallRule, IpSet } from "../../world/proxmox.ts";
import { assertWritable, type Pve } from "./context.ts";
import { badParameter, failure } from "./errors.ts";

const ACTIONS = ["ACCEPT", "DROP", "REJECT"];
const WITH_PORTS = ["tcp", "udp", "udplite", "sctp", "dccp"];

/** Sets options of the datacenter's firewall. */
export function setFirewallOptions(pve: Pve, options: Partial<FirewallOptions>): void {
  assertWritable(pve);
  pve.datacenter.firewall.options = { ...pve.datacenter.firewall.options, ...options };
  pve.world.changed();
}

/** The firewall of the datacenter, where no other is named. */
type Of = Firewall | undefined;

const ofDatacenter = ({ datacenter }: Pve, firewall: Of): Firewall => firewall ?? datacenter.firewall;

/** PVE keeps a single address without its prefix (Firewall.pm, parse_ip_or_cidr). */
const asKept = (cidr: string): string => cidr.replace(/^([\d.]+)\/32$|^([\da-f:]+)\/128$/i, "$1$2");

/** An IP set by its name. @throws PveError where there is none */
export function ipSetOf(pve: Pve, name: string, firewall?: Of): IpSet {
  const set = ofDatacenter(pve, firewall).ipsets[name];
  if (!set) throw failure(`no such IPSet '${name}'`);
  return set;
}

/** Makes an empty set. @throws PveError */
export function createIpSet(pve: Pve, name: string, comment: string, firewall?: Of): void {
  assertWritable(pve);
  const { ipsets } = ofDatacenter(pve, firewall);
  if (ipsets[name]) throw badParameter({ name: `IPSet '${name}' already exists` });
  ipsets[name] = { comment, entries: [] };
  pve.world.changed();
}

/** Changes the comment, and the name where `newName` is another. */
export function updateIpSet(pve: Pve, name: string, newName: string, comment: string, firewall?: Of): void {
  assertWritable(pve);
  const { ipsets } = ofDatacenter(pve, firewall);
  const set = ipSetOf(pve, name, firewall);
  if (newName !== name && ipsets[newName]) throw badParameter({ name: `IPSet '${newName}' does already exist` });
  delete ipsets[name];
  ipsets[newName] = { ...set, comment };
  pve.world.changed();
}

/** Adds an address or network. @throws PveError */
export function addToIpSet(pve: Pve, name: string, entry: IpSet["entries"][number], firewall?: Of): void {
  assertWritable(pve);
  const set = ipSetOf(pve, name, firewall);
  const cidr = asKept(entry.cidr);
  if (!ipaddr.isValid(cidr) && !ipaddr.isValidCIDR(cidr)) {
    throw badParameter({ cidr: "value does not look like a valid IP address or network" });
  }
  if (cidr.endsWith("/0")) throw badParameter({ cidr: "a zero prefix is not allowed in ipset entries" });
  if (set.entries.some((other) => other.cidr === cidr)) {
    throw badParameter({ cidr: `address '${cidr}' already exists` });
  }
  set.entries = [...set.entries, { ...entry, cidr }];
  pve.world.changed();
}

/** Removes the entry, or puts another in its place. */
export function changeIpSetEntry(
  pve: Pve,
  name: string,
  cidr: string,
  entry: IpSet["entries"][number] | null,
  firewall?: Of,
): void {
  assertWritable(pve);
  const set = ipSetOf(pve, name, firewall);
  const at = set.entries.findIndex((other) => other.cidr === asKept(cidr));
  if (at < 0) throw badParameter({ cidr: "no such IP/Network" });
  set.entries =
    entry === null ? set.entries.toSpliced(at, 1) : set.entries.with(at, { ...entry, cidr: asKept(entry.cidr) });
  pve.world.changed();
}

/** Removes a set with its entries, as bpg's provider does: one call for each entry, then one for the set. */
export function deleteIpSet(pve: Pve, name: string, firewall?: Of): void {
  assertWritable(pve);
  ipSetOf(pve, name, firewall);
  delete ofDatacenter(pve, firewall).ipsets[name];
  pve.world.changed();
}

/** Sets the rules, first to last. A rule names a protocol for its ports, and a group that exists. */
export function setFirewallRules(
  pve: Pve,
  rules: readonly FirewallRule[],
  of: { rules: readonly FirewallRule[] } = pve.datacenter.firewall,
): void {
  assertWritable(pve);
  for (const rule of rules) checkRule(pve, rule);
  of.rules = rules;
  pve.world.changed();
}

function checkRule({ datacenter }: Pve, { type, action, proto, dport, sport }: FirewallRule): void {
  const groups = datacenter.firewall.groups ?? {};
  if (type === "group") {
    if (!groups[action]) throw badParameter({ action: `no such security group '${action}'` });
  } else if (!ACTIONS.includes(action)) {
    throw badParameter({ action: `unknown action '${action}'` });
  }
  const port = dport === "" ? (sport === "" ? null : "sport") : "dport";
  if (port === null || WITH_PORTS.includes(proto)) return;
  if (proto === "") throw badParameter({ proto: `missing property - '${port}' requires this property` });
  throw badParameter({ [port]: `protocol '${proto}' does not support ports` });
}

/** A security group by its name. @throws PveError where there is none */
export function groupRules({ datacenter }: Pve, name: string): { comment: string; rules: readonly FirewallRule[] } {
  const group = datacenter.firewall.groups?.[name];
  if (!group) throw failure(`no such security group '${name}'`);
  return group;
}

/** Creates a group, or with `rename` gives an existing one another name. */
export function createGroup(pve: Pve, name: string, comment: string, rename?: string): void {
  assertWritable(pve);
  const groups = (pve.datacenter.firewall.groups ??= {});
  if (rename !== undefined) {
    const group = groupRules(pve, rename);
    delete groups[rename];
    groups[name] = { ...group, comment };
  } else if (groups[name]) {
    throw badParameter({ group: `Security group '${name}' already exists` });
  } else {
    groups[name] = { comment, rules: [] };
  }
  pve.world.changed();
}

/** Removes an empty group. @throws PveError */
export function deleteGroup(pve: Pve, name: string): void {
  assertWritable(pve);
  if (groupRules(pve, name).rules.length > 0) throw failure(`Security group '${name}' is not empty`);
  delete pve.datacenter.firewall.groups?.[name];
  pve.world.changed();
}

/** An alias by its name. @throws PveError where there is none */
export function aliasOf(pve: Pve, name: string, firewall?: Of): { cidr: string; comment: string } {
  const alias = ofDatacenter(pve, firewall).aliases?.[name];
  if (!alias) throw badParameter({ name: `no such alias '${name}'` });
  return alias;
}

/** Sets an alias; with `before`, in the place of the one of that name. */
export function setAlias(
  pve: Pve,
  name: string,
  alias: { readonly cidr: string; readonly comment: string },
  before: string | null,
  firewall?: Of,
): void {
  assertWritable(pve);
  const all = (ofDatacenter(pve, firewall).aliases ??= {});
  if (before !== null) aliasOf(pve, before, firewall);
  if (all[name] && name !== before) throw badParameter({ name: `alias '${name}' already exists` });
  if (before !== null) delete all[before];
  all[name] = { ...alias };
  pve.world.changed();
}

/** Removes an alias. @throws PveError */
export function deleteAlias(pve: Pve, name: string, firewall?: Of): void {
  assertWritable(pve);
  aliasOf(pve, name, firewall);
  delete ofDatacenter(pve, firewall).aliases?.[name];
  pve.world.changed();
}
