/** Calls about the options of firewalls. */
import type { FirewallOptions, OwnFirewall } from "../../world/proxmox.ts";
import { assertWritable, type Pve } from "../model/context.ts";
import { setFirewallOptions } from "../model/firewall.ts";
import { properties } from "../model/properties.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { get, put, type Route } from "./route.ts";
import { schemaOf } from "./schema.ts";
import { bit, digestOf, flag, given, number } from "./values.ts";

/** `GET cluster/firewall/options` */
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

/** `PUT cluster/firewall/options` */
export function setOptions(pve: Pve, parameters: Parameters): void {
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
}

type Own = (pve: Pve, parameters: Parameters) => OwnFirewall;

/** The calls about the options of a firewall that is not the datacenter's. */
export function ownOptionRoutes(path: string, of: Own): Route[] {
  return [
    get(path, (pve, parameters) => {
      const { options: set } = of(pve, parameters);
      const schema = schemaOf(`PUT ${path}`).parameters ?? {};
      const typed = Object.entries(set).map(([name, value]): [string, Data] => [
        name,
        /boolean|integer/.test(schema[name]?.type ?? "") ? Number(value) : value,
      ]);
      return { ...Object.fromEntries(typed), digest: digestOf(set) };
    }),
    put(path, (pve, parameters) => {
      assertWritable(pve);
      const firewall = of(pve, parameters);
      const { node: _node, vmid: _vmid, delete: gone, digest: _digest, ...set } = parameters;
      const kept = Object.entries(firewall.options).filter(([name]) => !listOf(gone).includes(name));
      firewall.options = { ...Object.fromEntries(kept), ...set };
      pve.world.changed();
    }),
  ];
}
