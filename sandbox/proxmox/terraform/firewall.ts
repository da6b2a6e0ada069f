/** `firewall_ipset`, `firewall_rules` and `cluster_firewall` (bpg/proxmox 0.111.1), at the level of the datacenter. */
import { crc32 } from "node:zlib";
import { type Attributes, Refusal, type ResourceType } from "../../plugin/resource.ts";
import type { FirewallOptions, FirewallRule, IpSet } from "../../world/proxmox.ts";
import type { Pve } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import {
  addToIpSet,
  createIpSet,
  deleteIpSet,
  setFirewallOptions,
  setFirewallRules,
  updateIpSet,
} from "../model/firewall.ts";
import { atPve } from "./session.ts";
import { block, blocks, flag, number, required, text } from "./values.ts";

/** The sandbox plays the datacenter's firewall, not that of a node or a guest. */
function assertDatacenterLevel(planned: Attributes): void {
  const selector = ["node_name", "vm_id", "container_id"].find((name) => (planned[name] ?? null) !== null);
  if (!selector) return;
  const detail = `The sandbox plays the datacenter's firewall only; leave ${selector} out.`;
  throw new Refusal("Not in the sandbox", detail, selector);
}

function entries(planned: Attributes): IpSet["entries"] {
  return blocks(planned, "cidr").map((entry) => ({
    cidr: required(entry, "name"),
    nomatch: flag(entry, "nomatch") ?? false,
    comment: text(entry, "comment") ?? "",
  }));
}

function ipSetAttributes({ datacenter }: Pve, name: string): Attributes | null {
  const set = datacenter.firewall.ipsets[name];
  if (!set) return null;
  const cidr = set.entries.map(({ cidr: net, nomatch, comment }) => ({ name: net, nomatch, comment }));
  return { id: name, name, comment: set.comment, cidr };
}

function sameInAnyOrder(a: IpSet["entries"], b: IpSet["entries"]): boolean {
  const sorted = (set: IpSet["entries"]): string =>
    JSON.stringify(set.toSorted((x, y) => (x.cidr < y.cidr ? -1 : x.cidr > y.cidr ? 1 : 0)));
  return sorted(a) === sorted(b);
}

export const firewallIpset: ResourceType = {
  forceNew: ["cidr", "cidr.comment", "cidr.name", "cidr.nomatch"],
  defaults: { comment: "", "cidr.comment": "", "cidr.nomatch": false },
  plan(_call, prior, proposed, known) {
    assertDatacenterLevel(proposed);
    const reordered = prior && known("cidr") && sameInAnyOrder(entries(prior), entries(proposed));
    return reordered ? { cidr: prior.cidr ?? [] } : {};
  },
  create: (call, planned) =>
    atPve(call, "Unable to create IPSet", (pve) => {
      const name = required(planned, "name");
      createIpSet(pve, name, text(planned, "comment") ?? "");
      for (const entry of entries(planned)) addToIpSet(pve, name, entry);
      return { id: name };
    }),
  read: (call, state) => atPve(call, "Unable to read IPSet", (pve) => ipSetAttributes(pve, required(state, "id"))),
  update: (call, prior, planned) =>
    atPve(call, "Unable to update IPSet", (pve) => {
      const name = required(planned, "name");
      updateIpSet(pve, required(prior, "id"), name, text(planned, "comment") ?? "");
      return { id: name };
    }),
  delete: (call, state) =>
    atPve(call, "Unable to delete IPSet", (pve) => {
      const name = required(state, "id");
      if (ipSetAttributes(pve, name)) deleteIpSet(pve, name);
    }),
  importState: (call, id) =>
    atPve(call, "Unable to import IPSet", (pve) => {
      const [, name] = /^cluster\/([^/]+)$/.exec(id) ?? [];
      return name === undefined ? null : ipSetAttributes(pve, name);
    }),
};

const RULE_TEXTS = ["source", "dest", "proto", "dport", "sport", "iface", "macro", "log"] as const;
const RULES_ID = `rule-${crc32("cluster/firewall/rules")}`;

function rule(planned: Attributes): FirewallRule {
  const group = text(planned, "security_group") ?? "";
  const [type, action] = group === "" ? [text(planned, "type"), text(planned, "action")] : ["group", group];
  if (!type || !action) {
    throw failure("either 'security_group' OR both 'action' and 'type' must be defined");
  }
  const said = (name: (typeof RULE_TEXTS)[number]): string => text(planned, name) ?? "";
  return {
    type,
    action,
    enable: flag(planned, "enabled") ?? true,
    comment: text(planned, "comment") ?? "",
    source: said("source"),
    dest: said("dest"),
    proto: said("proto"),
    dport: said("dport"),
    sport: said("sport"),
    iface: said("iface"),
    macro: said("macro"),
    log: said("log"),
  };
}

function ruleAttributes(found: FirewallRule, pos: number): Attributes {
  const { type, action, enable, ...texts } = found;
  return { ...texts, pos, type, action, enabled: enable, security_group: "" };
}

function rulesAttributes({ datacenter }: Pve): Attributes {
  return { id: RULES_ID, rule: datacenter.firewall.rules.map(ruleAttributes) };
}

export const firewallRules: ResourceType = {
  defaults: {
    "rule.comment": "",
    "rule.enabled": true,
    "rule.security_group": "",
    ...Object.fromEntries(RULE_TEXTS.map((name) => [`rule.${name}`, ""])),
  },
  plan(_call, _prior, proposed) {
    assertDatacenterLevel(proposed);
    return {};
  },
  create: (call, planned) =>
    atPve(call, "Unable to create firewall rules", (pve) => {
      if (pve.datacenter.firewall.rules.length > 0) throw failure("Existing rules detected. Aborting...");
      setFirewallRules(pve, blocks(planned, "rule").map(rule));
      return rulesAttributes(pve);
    }),
  read: (call) => atPve(call, "Unable to read firewall rules", rulesAttributes),
  update: (call, _prior, planned) =>
    atPve(call, "Unable to update firewall rules", (pve) => {
      setFirewallRules(pve, blocks(planned, "rule").map(rule));
      return rulesAttributes(pve);
    }),
  delete: (call) => atPve(call, "Unable to delete firewall rules", (pve) => setFirewallRules(pve, [])),
  importState: (call, id) =>
    atPve(call, "Unable to import firewall rules", (pve) => (id === "cluster" ? rulesAttributes(pve) : null)),
};

function options(planned: Attributes): FirewallOptions {
  const limit = block(planned, "log_ratelimit");
  return {
    enable: flag(planned, "enabled") ?? false,
    ebtables: flag(planned, "ebtables") ?? false,
    policy_in: text(planned, "input_policy") ?? "DROP",
    policy_out: text(planned, "output_policy") ?? "ACCEPT",
    policy_forward: text(planned, "forward_policy") ?? "ACCEPT",
    log_ratelimit: limit
      ? {
          enable: flag(limit, "enabled") ?? true,
          burst: number(limit, "burst") ?? 5,
          rate: text(limit, "rate") ?? "1/second",
        }
      : null,
  };
}

/** What is unset in the config stays unset in the state where PVE has what an unset attribute sends. */
function optionsAttributes({ datacenter }: Pve, state: Attributes): Attributes {
  const { enable, ebtables, policy_in, policy_out, policy_forward, log_ratelimit: limit } = datacenter.firewall.options;
  const unlessUnset = (name: string, value: boolean): boolean | null =>
    value || flag(state, name) !== undefined ? value : null;
  return {
    id: "cluster-firewall",
    enabled: unlessUnset("enabled", enable),
    ebtables: unlessUnset("ebtables", ebtables),
    input_policy: policy_in,
    output_policy: policy_out,
    forward_policy: policy_forward,
    log_ratelimit: limit ? [{ enabled: limit.enable, burst: limit.burst, rate: limit.rate }] : [],
  };
}

function setOptions(call: Parameters<ResourceType["create"]>[0], planned: Attributes): Attributes {
  return atPve(call, "Unable to set firewall options", (pve) => {
    setFirewallOptions(pve, options(planned));
    return { id: "cluster-firewall" };
  });
}

export const clusterFirewall: ResourceType = {
  defaults: {
    input_policy: "DROP",
    output_policy: "ACCEPT",
    forward_policy: "ACCEPT",
    "log_ratelimit.enabled": true,
    "log_ratelimit.burst": 5,
    "log_ratelimit.rate": "1/second",
  },
  // An unset flag and a false one are the same to the provider, and its state has either.
  plan: (_call, prior, proposed) =>
    Object.fromEntries(
      ["enabled", "ebtables"]
        .filter((name) => proposed[name] === null && prior && flag(prior, name) === false)
        .map((name) => [name, false]),
    ),
  create: setOptions,
  read: (call, state) => atPve(call, "Unable to read firewall options", (pve) => optionsAttributes(pve, state)),
  update: (call, _prior, planned) => setOptions(call, planned),
  // The provider forgets the options and leaves the firewall as it is: on.
  delete: () => undefined,
  importState: (call) => atPve(call, "Unable to read firewall options", (pve) => optionsAttributes(pve, {})),
};
