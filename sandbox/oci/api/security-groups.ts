/** The rules of network security groups, which are changed by actions. */
import type { Attributes, Json } from "../../plugin/resource.ts";
import type { GroupRule, SecurityRuleState, TransportOptions } from "../../world/oci.ts";
import { attachedVnics } from "../primary-address.ts";
import { invalid } from "../refusals.ts";
import { type NetworkSecurityGroup, networkSecurityGroup } from "../resources/security-group.ts";
import { networkSecurityGroupRule } from "../security-group-rule.ts";
import { declared, record } from "./collection.ts";
import { attributesOf, isObject } from "./fields.ts";
import { listed } from "./lists.ts";
import type { Asked, Route } from "./route.ts";

const PATH = networkSecurityGroup.path;
const RULE = "oci_core_network_security_group_security_rule";

const groups = declared(networkSecurityGroup);

function transport(options: TransportOptions | null): Json {
  if (options === null) return null;
  const { destination, source } = options;
  return {
    destinationPortRange: destination && { ...destination },
    sourcePortRange: source && { ...source },
  };
}

/** A rule of a list or of a group. */
export function ruleFields(rule: SecurityRuleState): Attributes {
  const end = rule.direction === "INGRESS" ? "source" : "destination";
  return {
    protocol: rule.protocol,
    [end]: rule.peer,
    [`${end}Type`]: rule.peerType,
    isStateless: rule.stateless,
    description: rule.description,
    icmpOptions: rule.icmp && { type: rule.icmp.type, ...(rule.icmp.code >= 0 && { code: rule.icmp.code }) },
    tcpOptions: transport(rule.tcp),
    udpOptions: transport(rule.udp),
  };
}

function groupRuleFields(asked: Asked, rule: GroupRule): Attributes {
  const { networkSecurityGroups } = asked.call.world.state.oci;
  const dangling =
    rule.peerType === "NETWORK_SECURITY_GROUP" && !networkSecurityGroups.some(({ id }) => id === rule.peer);
  return {
    id: rule.id,
    direction: rule.direction,
    ...ruleFields(rule),
    isValid: !dangling,
    timeCreated: rule.timeCreated,
  };
}

function list({ body }: Asked, field: string): readonly Json[] {
  const items = body[field];
  if (Array.isArray(items) && items.length > 0) return items;
  throw invalid(groups.service, `${field} is required: a list with at least one.`);
}

/** All of them, or none. */
function allOrNone(group: NetworkSecurityGroup, act: () => void): void {
  const before = group.rules;
  group.rules = [...before];
  try {
    act();
  } catch (error) {
    group.rules = before;
    throw error;
  }
}

/** @param change what is done with each rule of the body; returns the id of the rule */
function changeRules(asked: Asked, change: (planned: Attributes, rule: Attributes) => Json | undefined) {
  const group = record(asked, groups);
  const ids: (Json | undefined)[] = [];
  allOrNone(group, () => {
    for (const rule of list(asked, "securityRules")) {
      if (!isObject(rule)) throw invalid(groups.service, "A security rule is an object.");
      const planned = { ...attributesOf(RULE, rule), network_security_group_id: group.id };
      ids.push(change(planned, rule));
    }
  });
  const changed = group.rules.filter(({ id }) => ids.includes(id));
  return { body: { securityRules: changed.map((rule) => groupRuleFields(asked, rule)) } };
}

export const securityGroupRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${PATH}/{id}/securityRules`,
    run(asked) {
      const direction = asked.query.get("direction");
      const rules = record(asked, groups).rules.filter((rule) => !direction || rule.direction === direction);
      return listed(
        asked,
        rules.map((rule) => groupRuleFields(asked, rule)),
      );
    },
  },
  {
    method: "POST",
    path: `${PATH}/{id}/actions/addSecurityRules`,
    run: (asked) =>
      changeRules(asked, (planned) => {
        const made = networkSecurityGroupRule.create(asked.call, planned);
        return "id" in made && typeof made.id === "string" ? made.id : undefined;
      }),
  },
  {
    method: "POST",
    path: `${PATH}/{id}/actions/updateSecurityRules`,
    run: (asked) =>
      changeRules(asked, (planned, { id }) => {
        if (typeof id !== "string") throw invalid(groups.service, "A rule that is to be changed needs its id.");
        void networkSecurityGroupRule.update?.(asked.call, { ...planned, id }, planned);
        return id;
      }),
  },
  {
    method: "POST",
    path: `${PATH}/{id}/actions/removeSecurityRules`,
    run(asked) {
      const group = record(asked, groups);
      for (const id of list(asked, "securityRuleIds")) {
        void networkSecurityGroupRule.delete(asked.call, { network_security_group_id: group.id, id });
      }
      return { status: 204 };
    },
  },
  {
    method: "GET",
    path: `${PATH}/{id}/vnics`,
    run(asked) {
      const group = record(asked, groups);
      const members = attachedVnics(asked.call.world.state.oci).filter(({ vnic }) => vnic.nsgIds.includes(group.id));
      return listed(
        asked,
        members.map(({ vnic }) => ({ vnicId: vnic.id, resourceId: null, timeAssociated: null })),
      );
    },
  },
];
