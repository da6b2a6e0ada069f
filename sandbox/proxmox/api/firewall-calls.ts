/** Calls about firewalls: the datacenter's, its security groups, and that of each virtual machine. */
import type { OwnFirewall } from "../../world/proxmox.ts";
import type { Pve } from "../model/context.ts";
import { createGroup, deleteGroup, groupRules } from "../model/firewall.ts";
import { ruleRoutes, type Rules } from "./firewall-rule-calls.ts";
import { aliasRoutes, ipSetRoutes, type Of } from "./firewall-set-calls.ts";
import type { Parameters } from "./http.ts";
import { get, post, remove, type Route } from "./route.ts";
import { digestOf, unlessEmpty } from "./values.ts";

/** The firewall of the datacenter. */
export const datacenterFirewall: Of = ({ datacenter }) => datacenter.firewall;

function ownFirewall({ datacenter }: Pve, of: string): OwnFirewall {
  return ((datacenter.firewalls ??= {})[of] ??= { options: {}, ipsets: {}, rules: [], aliases: {} });
}

/** The firewall of the machine that a call names: a file of its own, that asks for no machine (PVE::Firewall, load_vmfw_conf). */
export const guestFirewall = (pve: Pve, { vmid = "" }: Parameters): OwnFirewall => ownFirewall(pve, vmid);

/** The firewall of the node that a call names. */
export const nodeFirewall = (pve: Pve): OwnFirewall => ownFirewall(pve, pve.host.name);

const groupFirewall: Rules = (pve, { group = "" }) => groupRules(pve, group);

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
    get(`${path}/refs`, references(of)),
  ];
}

/** Calls about security groups. */
export const groupRoutes: readonly Route[] = [
  get("cluster/firewall/groups", ({ datacenter }) =>
    Object.entries(datacenter.firewall.groups ?? {}).map(([group, found]) => ({
      group,
      digest: digestOf(found),
      ...unlessEmpty("comment", found.comment),
    })),
  ),
  post("cluster/firewall/groups", (pve, { group = "", comment = "", rename }) =>
    createGroup(pve, group, comment, rename),
  ),
  ...ruleRoutes("cluster/firewall/groups/{group}", groupFirewall),
  remove("cluster/firewall/groups/{group}", (pve, { group = "" }) => deleteGroup(pve, group)),
];
