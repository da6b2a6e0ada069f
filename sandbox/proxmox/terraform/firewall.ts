/** `firewall_ipset`, `firewall_rules` and `cluster_firewall` (bpg/proxmox 0.112.0), at the level of the datacenter. */
import { crc32 } from "node:zlib";
import { type Attributes, Refusal, type ResourceType } from "../../plugin/resource.ts";
import type { FirewallRule, IpSet } from "../../world/proxmox.ts";
import { callApi } from "../api/operation.ts";
import type { Pve } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import { apiObject, unableTo } from "./object.ts";
import { atPve, shown } from "./session.ts";
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

const IPSETS = "cluster/firewall/ipset";

const ipSetPath = (name: string): string => `${IPSETS}/${encodeURIComponent(name)}`;

function sameInAnyOrder(a: IpSet["entries"], b: IpSet["entries"]): boolean {
  const sorted = (set: IpSet["entries"]): string =>
    JSON.stringify(set.toSorted((x, y) => (x.cidr < y.cidr ? -1 : x.cidr > y.cidr ? 1 : 0)));
  return sorted(a) === sorted(b);
}

/** `proxmox_virtual_environment_firewall_ipset` */
export const firewallIpset: ResourceType = {
  forceNew: ["cidr", "cidr.comment", "cidr.name", "cidr.nomatch"],
  defaults: { comment: "", "cidr.comment": "", "cidr.nomatch": false },
  plan(_call, prior, proposed, known) {
    assertDatacenterLevel(proposed);
    const reordered = prior && known("cidr") && sameInAnyOrder(entries(prior), entries(proposed));
    return reordered ? { cidr: prior.cidr ?? [] } : {};
  },
  ...apiObject({
    summary: unableTo("IPSet"),
    path: ipSetPath,
    attributes: ipSetAttributes,
    deletion: { force: true },
    create(pve, planned) {
      const name = required(planned, "name");
      callApi(pve, "POST", IPSETS, { name, comment: text(planned, "comment") });
      for (const entry of entries(planned)) callApi(pve, "POST", ipSetPath(name), entry);
      return { id: name };
    },
    update(pve, id, planned) {
      const name = required(planned, "name");
      callApi(pve, "POST", IPSETS, { name, rename: id, comment: text(planned, "comment") ?? "" });
      return { id: name };
    },
    imported(id) {
      const [, name] = /^cluster\/([^/]+)$/.exec(id) ?? [];
      return name === undefined ? null : { id: name };
    },
  }),
};

const RULE_TEXTS = ["source", "dest", "proto", "dport", "sport", "iface", "macro", "log"] as const;
const RULES_ID = `rule-${crc32("cluster/firewall/rules")}`;

function rule(planned: Attributes): Readonly<Record<string, string | boolean>> {
  const group = text(planned, "security_group") ?? "";
  const [type, action] = group === "" ? [text(planned, "type"), text(planned, "action")] : ["group", group];
  if (!type || !action) {
    throw failure("either 'security_group' OR both 'action' and 'type' must be defined");
  }
  const texts = ["comment", ...RULE_TEXTS].map((name) => [name, text(planned, name) ?? ""] as const);
  return {
    type,
    action,
    enable: flag(planned, "enabled") ?? true,
    ...Object.fromEntries(texts.filter(([, value]) => value !== "")),
  };
}

const RULES = "cluster/firewall/rules";

/** Puts these in the place of the rules that there are. PVE inserts each before the first. */
function setRules(pve: Pve, planned: readonly Attributes[]): void {
  for (let left = pve.datacenter.firewall.rules.length; left > 0; left -= 1) callApi(pve, "DELETE", `${RULES}/0`);
  for (const each of planned.toReversed()) callApi(pve, "POST", RULES, rule(each));
}

const readRules = (pve: Pve): Attributes | null => shown(pve, RULES, rulesAttributes(pve));

function ruleAttributes(found: FirewallRule, pos: number): Attributes {
  const { type, action, enable, ...texts } = found;
  return { ...texts, pos, type, action, enabled: enable, security_group: "" };
}

function rulesAttributes({ datacenter }: Pve): Attributes {
  return { id: RULES_ID, rule: datacenter.firewall.rules.map(ruleAttributes) };
}

/** `proxmox_virtual_environment_firewall_rules` */
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
      setRules(pve, blocks(planned, "rule"));
      return rulesAttributes(pve);
    }),
  read: (call) => atPve(call, "Unable to read firewall rules", readRules),
  update: (call, _prior, planned) =>
    atPve(call, "Unable to update firewall rules", (pve) => {
      setRules(pve, blocks(planned, "rule"));
      return rulesAttributes(pve);
    }),
  delete: (call) => atPve(call, "Unable to delete firewall rules", (pve) => setRules(pve, [])),
  importState: (call, id) =>
    atPve(call, "Unable to import firewall rules", (pve) => (id === "cluster" ? readRules(pve) : null)),
};

const OPTIONS = "cluster/firewall/options";

function options(planned: Attributes) {
  const limit = block(planned, "log_ratelimit");
  const bit = (value: boolean): number => (value ? 1 : 0);
  return {
    enable: flag(planned, "enabled") ?? false,
    ebtables: flag(planned, "ebtables") ?? false,
    policy_in: text(planned, "input_policy"),
    policy_out: text(planned, "output_policy"),
    policy_forward: text(planned, "forward_policy"),
    ...(limit
      ? {
          log_ratelimit: [
            `enable=${bit(flag(limit, "enabled") ?? true)}`,
            `burst=${number(limit, "burst") ?? 5}`,
            `rate=${text(limit, "rate") ?? "1/second"}`,
          ],
        }
      : { delete: "log_ratelimit" }),
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
    callApi(pve, "PUT", OPTIONS, options(planned));
    return { id: "cluster-firewall" };
  });
}

/** `proxmox_virtual_environment_cluster_firewall` */
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
  read: (call, state) =>
    atPve(call, "Unable to read firewall options", (pve) => shown(pve, OPTIONS, optionsAttributes(pve, state))),
  update: (call, _prior, planned) => setOptions(call, planned),
  // The provider forgets the options and leaves the firewall as it is: on.
  delete: () => undefined,
  importState: (call) =>
    atPve(call, "Unable to read firewall options", (pve) => shown(pve, OPTIONS, optionsAttributes(pve, {}))),
};
