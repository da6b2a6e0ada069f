/** Calls about the rules of a firewall or of a security group. */
import type { FirewallRule } from "../../world/proxmox.ts";
import type { Pve } from "../model/context.ts";
import { badParameter } from "../model/errors.ts";
import { setFirewallRules } from "../model/firewall.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, put, remove, type Route } from "./route.ts";
import { bit, number, unlessEmpty } from "./values.ts";

/** Whose rules a call is about. */
export type Rules = (pve: Pve, parameters: Parameters) => { rules: readonly FirewallRule[] };

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
    enable: parameters.enable === undefined ? before?.enable === true : Number(parameters.enable) > 0,
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

function at(rules: readonly FirewallRule[], { pos }: Parameters): number {
  const index = Number(pos);
  if (!rules[index]) throw badParameter({ pos: `no rule at position ${pos ?? ""}` });
  return index;
}

/** Calls about rules below a path. */
export function ruleRoutes(path: string, of: Rules): Route[] {
  return [
    get(path, (pve, parameters) => of(pve, parameters).rules.map(ruleData)),
    post(path, (pve, parameters) => {
      const target = of(pve, parameters);
      // A new rule comes first, wherever it is to be.
      setFirewallRules(pve, [ruleOf(parameters), ...target.rules], target);
    }),
    get(`${path}/{pos}`, (pve, parameters) => {
      const { rules } = of(pve, parameters);
      const rule = rules[at(rules, parameters)];
      return rule ? ruleData(rule, parameters.pos ?? "") : null;
    }),
    put(`${path}/{pos}`, (pve, parameters) => changeRule(pve, of(pve, parameters), parameters)),
    remove(`${path}/{pos}`, (pve, parameters) => {
      const target = of(pve, parameters);
      setFirewallRules(pve, target.rules.toSpliced(at(target.rules, parameters), 1), target);
    }),
  ];
}

function changeRule(pve: Pve, target: { rules: readonly FirewallRule[] }, parameters: Parameters): void {
  const { rules } = target;
  const index = at(rules, parameters);
  const moveTo = number(parameters, "moveto");
  const before = rules[index];
  if (!before) return;
  if (moveTo === undefined) setFirewallRules(pve, rules.with(index, ruleOf(parameters, before)), target);
  else {
    // To before the rule that is there now.
    const rest = rules.toSpliced(index, 1);
    setFirewallRules(pve, rest.toSpliced(moveTo > index ? moveTo - 1 : moveTo, 0, before), target);
  }
}
