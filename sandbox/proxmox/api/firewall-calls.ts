/** Calls about firewalls: the datacenter's, its security groups, and that of each virtual machine. */
import type { Firewall, FirewallOptions, FirewallRule, IpSet } from "../../world/proxmox.ts";
import { assertQuorum, type Pve } from "../pve/context.ts";
import { badParameter, failure } from "../pve/errors.ts";
import {
  addToIpSet,
  aliasOf,
  changeIpSetEntry,
  createGroup,
  createIpSet,
  deleteAlias,
  deleteGroup,
  deleteIpSet,
  groupRules,
  ipSetOf,
  setAlias,
  setFirewallOptions,
  setFirewallRules,
  updateIpSet,
} from "../pve/firewall.ts";
import { properties } from "../pve/properties.ts";
import { vmOf } from "../pve/vm-config.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import type { Route } from "./routes.ts";
import { bit, digestOf, flag, given, number, unlessEmpty } from "./values.ts";

/** Which firewall a call is about. */
type Of = (pve: Pve, parameters: Parameters) => Firewall;
type Rules = (pve: Pve, parameters: Parameters) => { rules: readonly FirewallRule[] };

export const datacenterFirewall: Of = ({ datacenter }) => datacenter.firewall;

export const vmFirewall = (pve: Pve, { node = "", vmid }: Parameters) => {
  const vm = vmOf(pve, Number(vmid), node);
  vm.firewall ??= { options: {}, ipsets: {}, rules: [], aliases: {} };
  return vm.firewall;
};

export const groupFirewall: Rules = (pve, { group = "" }) => groupRules(pve, group);

const TEXTS = ["source", "dest", "proto", "dport", "sport", "iface", "macro", "log", "comment"] as const;

function ruleData(rule: FirewallRule, pos: number | string): Data {
  const { type, action, enable } = rule;
  const texts = TEXTS.map((name) => unlessEmpty(name, rule[name]));
  return { pos, type, action, enable: bit(enable), ...Object.assign({}, ...texts) };
}

function ruleOf(parameters: Parameters, before?: FirewallRule): FirewallRule {
  const cleared = listOf(parameters.delete);
  const said = (name: (typeof TEXTS)[number]): string =>
    parameters[name] ?? (cleared.includes(name) ? "" : (before?.[name] ?? ""));
  return {
    type: parameters.type ?? before?.type ?? "in",
    action: parameters.action ?? before?.action ?? "",
    enable:
      flag({ enable: enabled(parameters.enable) ?? "" }, "enable") ||
      (parameters.enable === undefined && before?.enable === true),
    comment: said("comment"),
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

/** PVE's flag of a rule is a number. */
function enabled(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Number(text) > 0 ? "1" : "0";
}

function at(rules: readonly FirewallRule[], { pos }: Parameters): number {
  const index = Number(pos);
  if (!rules[index]) throw badParameter({ pos: `no rule at position ${pos ?? ""}` });
  return index;
}

function ruleRoutes(path: string, of: Rules): Route[] {
  return [
    { method: "GET", path, run: (pve, parameters) => of(pve, parameters).rules.map(ruleData) },
    {
      method: "POST",
      path,
      run(pve, parameters) {
        const target = of(pve, parameters);
        // A new rule comes first, wherever it is to be.
        setFirewallRules(pve, [ruleOf(parameters), ...target.rules], target);
        return null;
      },
    },
    {
      method: "GET",
      path: `${path}/{pos}`,
      run(pve, parameters) {
        const { rules } = of(pve, parameters);
        const rule = rules[at(rules, parameters)];
        return rule ? ruleData(rule, parameters.pos ?? "") : null;
      },
    },
    {
      method: "PUT",
      path: `${path}/{pos}`,
      run: (pve, parameters) => changeRule(pve, of(pve, parameters), parameters),
    },
    {
      method: "DELETE",
      path: `${path}/{pos}`,
      run(pve, parameters) {
        const target = of(pve, parameters);
        setFirewallRules(pve, target.rules.toSpliced(at(target.rules, parameters), 1), target);
        return null;
      },
    },
  ];
}

function changeRule(pve: Pve, target: { rules: readonly FirewallRule[] }, parameters: Parameters): Data {
  const { rules } = target;
  const index = at(rules, parameters);
  const moveTo = number(parameters, "moveto");
  const before = rules[index];
  if (!before) return null;
  if (moveTo === undefined) setFirewallRules(pve, rules.with(index, ruleOf(parameters, before)), target);
  else {
    // To before the rule that is there now.
    const rest = rules.toSpliced(index, 1);
    setFirewallRules(pve, rest.toSpliced(moveTo > index ? moveTo - 1 : moveTo, 0, before), target);
  }
  return null;
}

function entryData({ cidr, nomatch, comment }: IpSet["entries"][number], digest: string): Data {
  return { cidr, digest, ...(nomatch && { nomatch: 1 }), ...unlessEmpty("comment", comment) };
}

function entryOf(parameters: Parameters, cidr: string): IpSet["entries"][number] {
  return { cidr, nomatch: flag(parameters, "nomatch") ?? false, comment: parameters.comment ?? "" };
}

function ipSetRoutes(path: string, of: Of): Route[] {
  const one = `${path}/{name}`;
  return [
    {
      method: "GET",
      path,
      run: (pve, parameters) =>
        Object.entries(of(pve, parameters).ipsets).map(([name, set]) => ({
          name,
          digest: digestOf(set),
          ...unlessEmpty("comment", set.comment),
        })),
    },
    {
      method: "POST",
      path,
      run(pve, parameters) {
        const { name = "", comment = "", rename } = parameters;
        if (rename === undefined) createIpSet(pve, name, comment, of(pve, parameters));
        else updateIpSet(pve, rename, name, comment, of(pve, parameters));
        return null;
      },
    },
    {
      method: "GET",
      path: one,
      run(pve, parameters) {
        const set = ipSetOf(pve, parameters.name ?? "", of(pve, parameters));
        return set.entries.map((entry) => entryData(entry, digestOf(set)));
      },
    },
    {
      method: "POST",
      path: one,
      run(pve, parameters) {
        const { name = "", cidr = "" } = parameters;
        addToIpSet(pve, name, entryOf(parameters, cidr), of(pve, parameters));
        return null;
      },
    },
    {
      method: "DELETE",
      path: one,
      run(pve, parameters) {
        const { name = "", force } = parameters;
        const set = ipSetOf(pve, name, of(pve, parameters));
        if (set.entries.length > 0 && force !== "1") throw failure(`IPSet '${name}' is not empty`);
        deleteIpSet(pve, name, of(pve, parameters));
        return null;
      },
    },
    {
      method: "GET",
      path: `${one}/{cidr}`,
      run(pve, parameters) {
        const set = ipSetOf(pve, parameters.name ?? "", of(pve, parameters));
        const entry = set.entries.find(({ cidr }) => cidr === parameters.cidr);
        if (!entry) throw badParameter({ cidr: "no such IP/Network" });
        return entryData(entry, digestOf(set));
      },
    },
    {
      method: "PUT",
      path: `${one}/{cidr}`,
      run(pve, parameters) {
        const { name = "", cidr = "" } = parameters;
        changeIpSetEntry(pve, name, cidr, entryOf(parameters, cidr), of(pve, parameters));
        return null;
      },
    },
    {
      method: "DELETE",
      path: `${one}/{cidr}`,
      run(pve, parameters) {
        changeIpSetEntry(pve, parameters.name ?? "", parameters.cidr ?? "", null, of(pve, parameters));
        return null;
      },
    },
  ];
}

function aliasRoutes(path: string, of: Of): Route[] {
  const one = `${path}/{name}`;
  const data = (name: string, { cidr, comment }: { cidr: string; comment: string }): Data => ({
    name,
    cidr,
    digest: digestOf({ cidr, comment }),
    ...unlessEmpty("comment", comment),
  });
  return [
    {
      method: "GET",
      path,
      run: (pve, parameters) =>
        Object.entries(of(pve, parameters).aliases ?? {}).map(([name, alias]) => data(name, alias)),
    },
    {
      method: "POST",
      path,
      run(pve, parameters) {
        const { name = "", cidr = "", comment = "" } = parameters;
        setAlias(pve, name, { cidr, comment }, null, of(pve, parameters));
        return null;
      },
    },
    {
      method: "GET",
      path: one,
      run: (pve, parameters) => data(parameters.name ?? "", aliasOf(pve, parameters.name ?? "", of(pve, parameters))),
    },
    {
      method: "PUT",
      path: one,
      run(pve, parameters) {
        const { name = "", cidr = "", rename } = parameters;
        const before = aliasOf(pve, name, of(pve, parameters));
        setAlias(
          pve,
          rename ?? name,
          { cidr, comment: parameters.comment ?? before.comment },
          name,
          of(pve, parameters),
        );
        return null;
      },
    },
    {
      method: "DELETE",
      path: one,
      run(pve, parameters) {
        deleteAlias(pve, parameters.name ?? "", of(pve, parameters));
        return null;
      },
    },
  ];
}

/** What a rule of this firewall may name as its source or destination. */
function references(of: Of): Route["run"] {
  return (pve, parameters) => {
    const own = of(pve, parameters);
    const levels = own === pve.datacenter.firewall ? [own] : [pve.datacenter.firewall, own];
    return levels.flatMap((level) => {
      const scope = level === pve.datacenter.firewall ? "dc" : "guest";
      const aliases = Object.entries(level.aliases ?? {}).map(([name, { comment }]) => ({
        type: "alias",
        name,
        ref: `${scope}/${name}`,
        scope,
        ...unlessEmpty("comment", comment),
      }));
      const sets = Object.entries(level.ipsets).map(([name, { comment }]) => ({
        type: "ipset",
        name,
        ref: `+${scope}/${name}`,
        scope,
        ...unlessEmpty("comment", comment),
      }));
      return [...aliases, ...sets].filter(({ type }) => parameters.type === undefined || type === parameters.type);
    });
  };
}

/** Everything that a firewall has beside its options. */
export function firewallRoutes(path: string, of: Of): Route[] {
  return [
    ...ruleRoutes(`${path}/rules`, of),
    ...ipSetRoutes(`${path}/ipset`, of),
    ...aliasRoutes(`${path}/aliases`, of),
    { method: "GET", path: `${path}/refs`, run: references(of) },
  ];
}

export const groupRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "cluster/firewall/groups",
    run: ({ datacenter }) =>
      Object.entries(datacenter.firewall.groups ?? {}).map(([group, found]) => ({
        group,
        digest: digestOf(found),
        ...unlessEmpty("comment", found.comment),
      })),
  },
  {
    method: "POST",
    path: "cluster/firewall/groups",
    run(pve, { group = "", comment = "", rename }) {
      createGroup(pve, group, comment, rename);
      return null;
    },
  },
  ...ruleRoutes("cluster/firewall/groups/{group}", groupFirewall),
  {
    method: "DELETE",
    path: "cluster/firewall/groups/{group}",
    run(pve, { group = "" }) {
      deleteGroup(pve, group);
      return null;
    },
  },
];

export function options({ datacenter }: Pve): Data {
  const { options: set } = datacenter.firewall;
  const { enable, ebtables, policy_in, policy_out, policy_forward, log_ratelimit: limit } = set;
  return {
    enable: bit(enable),
    ebtables: bit(ebtables),
    policy_in,
    policy_out,
    policy_forward,
    digest: digestOf(set),
    ...(limit && { log_ratelimit: `enable=${bit(limit.enable)},burst=${limit.burst},rate=${limit.rate}` }),
  };
}

const DEFAULTS: FirewallOptions = {
  enable: false,
  ebtables: true,
  policy_in: "DROP",
  policy_out: "ACCEPT",
  policy_forward: "ACCEPT",
  log_ratelimit: null,
};

export function setOptions(pve: Pve, parameters: Parameters): Data {
  const { policy_in, policy_out, policy_forward, log_ratelimit } = parameters;
  const [enable, ebtables] = [number(parameters, "enable"), flag(parameters, "ebtables")];
  const cleared = listOf(parameters.delete);
  const defaults = Object.entries(DEFAULTS).filter(([name]) => cleared.includes(name));
  const limit = log_ratelimit === undefined ? undefined : properties(log_ratelimit, "enable");
  setFirewallOptions(pve, {
    ...Object.fromEntries(defaults),
    ...given("ebtables", ebtables),
    ...(enable !== undefined && { enable: enable > 0 }),
    ...given("policy_in", policy_in),
    ...given("policy_out", policy_out),
    ...given("policy_forward", policy_forward),
    ...(limit && {
      log_ratelimit: {
        enable: limit.get("enable") !== "0",
        burst: Number(limit.get("burst") ?? 5),
        rate: limit.get("rate") ?? "1/second",
      },
    }),
  });
  return null;
}

const NUMERIC_OPTIONS = /^(enable|dhcp|ipfilter|macfilter|ndp|radv)$/;

export function vmOptions(pve: Pve, parameters: Parameters): Data {
  const { options: set } = vmFirewall(pve, parameters);
  const typed = Object.entries(set).map(([name, value]): [string, Data] => [
    name,
    NUMERIC_OPTIONS.test(name) ? Number(value) : value,
  ]);
  return { ...Object.fromEntries(typed), digest: digestOf(set) };
}

export function setVmOptions(pve: Pve, parameters: Parameters): Data {
  assertQuorum(pve);
  const firewall = vmFirewall(pve, parameters);
  const { node: _node, vmid: _vmid, delete: gone, digest: _digest, ...set } = parameters;
  const kept = Object.entries(firewall.options).filter(([name]) => !listOf(gone).includes(name));
  firewall.options = { ...Object.fromEntries(kept), ...set };
  pve.world.changed();
  return null;
}
