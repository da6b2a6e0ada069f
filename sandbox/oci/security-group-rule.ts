/** Rules of network security groups. */
import type { Attributes, Call, ResourceType } from "../plugin/resource.ts";
import type { GroupRule, SecurityRuleState, TransportOptions } from "../world/oci.ts";
import { block, blocks, maybeFlag, maybeText, text } from "./attributes.ts";
import { requireCidr } from "./ipv4.ts";
import { invalid, limitExceeded, notFound } from "./refusals.ts";
import { type NetworkSecurityGroup, requireGroups } from "./resources/security-group.ts";
import { icmpOptions, portRange, requireProtocol } from "./security-list.ts";
import { find, providerTime, requireObject } from "./stored.ts";

const RULE = "Core Network Security Group Security Rule";

function transport(rule: Attributes, name: string): TransportOptions | null {
  const [options] = blocks(rule, name);
  if (!options) return null;
  return {
    destination: portRange(RULE, block(options, "destination_port_range")),
    source: portRange(RULE, block(options, "source_port_range")),
  };
}

function groupRule(call: Call, group: NetworkSecurityGroup, planned: Attributes): SecurityRuleState {
  const direction = text(planned, "direction");
  if (direction !== "INGRESS" && direction !== "EGRESS")
    throw invalid(RULE, `direction ${direction} is invalid: INGRESS or EGRESS.`, "direction");
  const end = direction === "INGRESS" ? "source" : "destination";
  const peer = maybeText(planned, end);
  if (peer === null) throw invalid(RULE, `An ${direction} rule needs a ${end}.`, end);
  const peerType = maybeText(planned, `${end}_type`) ?? "CIDR_BLOCK";
  if (peerType === "CIDR_BLOCK") requireCidr(RULE, peer, end);
  else if (peerType === "NETWORK_SECURITY_GROUP") requireGroups(call, RULE, [peer], group.vcnId, end);
  else if (peerType !== "SERVICE_CIDR_BLOCK")
    throw invalid(
      RULE,
      `${end}Type ${peerType} is invalid: CIDR_BLOCK, SERVICE_CIDR_BLOCK or NETWORK_SECURITY_GROUP.`,
      `${end}_type`,
    );
  return {
    direction,
    protocol: requireProtocol(RULE, planned),
    peer,
    peerType,
    stateless: maybeFlag(planned, "stateless") ?? false,
    description: maybeText(planned, "description"),
    tcp: transport(planned, "tcp_options"),
    udp: transport(planned, "udp_options"),
    icmp: icmpOptions(planned),
  };
}

function transportAttributes(options: TransportOptions | null): Attributes[] {
  if (options === null) return [];
  const { destination, source } = options;
  return [
    {
      destination_port_range: destination ? [{ ...destination }] : [],
      source_port_range: source ? [{ ...source }] : [],
    },
  ];
}

function attributes(call: Call, group: NetworkSecurityGroup, rule: GroupRule): Attributes {
  const { networkSecurityGroups } = call.world.state.oci;
  const ingress = rule.direction === "INGRESS";
  const dangling =
    rule.peerType === "NETWORK_SECURITY_GROUP" && !networkSecurityGroups.some(({ id }) => id === rule.peer);
  return {
    id: rule.id,
    network_security_group_id: group.id,
    description: rule.description,
    direction: rule.direction,
    protocol: rule.protocol,
    source: ingress ? rule.peer : null,
    source_type: ingress ? rule.peerType : null,
    destination: ingress ? null : rule.peer,
    destination_type: ingress ? null : rule.peerType,
    stateless: rule.stateless,
    is_valid: !dangling,
    time_created: providerTime(rule.timeCreated),
    icmp_options: rule.icmp ? [{ ...rule.icmp }] : [],
    tcp_options: transportAttributes(rule.tcp),
    udp_options: transportAttributes(rule.udp),
  };
}

function requireGroup(call: Call, id: string): NetworkSecurityGroup {
  return requireObject(call, RULE, call.world.state.oci.networkSecurityGroups, id, "network_security_group_id");
}

function read(call: Call, groupId: string, ruleId: string): Attributes | null {
  const group = find(call, call.world.state.oci.networkSecurityGroups, groupId);
  const rule = group?.rules.find(({ id }) => id === ruleId);
  return group && rule ? attributes(call, group, rule) : null;
}

/** Rule ids are six hexadecimal digits, unique in their group. */
function ruleId(call: Call, group: NetworkSecurityGroup): string {
  const id = (parseInt(call.world.random(8), 36) % 0x1000000).toString(16).padStart(6, "0").toUpperCase();
  return group.rules.some((rule) => rule.id === id) ? ruleId(call, group) : id;
}

export const networkSecurityGroupRule: ResourceType = {
  create(call, planned) {
    const group = requireGroup(call, text(planned, "network_security_group_id"));
    if (group.rules.length >= 120)
      throw limitExceeded(RULE, ["security-rules-per-network-security-group-count (limit 120)"]);
    const rule = { ...groupRule(call, group, planned), id: ruleId(call, group), timeCreated: call.world.now() };
    group.rules.push(rule);
    call.world.changed();
    return attributes(call, group, rule);
  },
  read: (call, state) => read(call, text(state, "network_security_group_id"), text(state, "id")),
  update(call, prior, planned) {
    const group = requireGroup(call, text(prior, "network_security_group_id"));
    const at = group.rules.findIndex(({ id }) => id === text(prior, "id"));
    const old = group.rules[at];
    if (!old) throw notFound(RULE, text(prior, "id"), "id");
    const rule = { ...groupRule(call, group, planned), id: old.id, timeCreated: old.timeCreated };
    group.rules.splice(at, 1, rule);
    call.world.changed();
    return attributes(call, group, rule);
  },
  delete(call, state) {
    const group = find(call, call.world.state.oci.networkSecurityGroups, text(state, "network_security_group_id"));
    if (group === null) return;
    group.rules = group.rules.filter(({ id }) => id !== text(state, "id"));
    call.world.changed();
  },
  importState(call, id) {
    const [, groupId, rule] = /^networkSecurityGroups\/([^/]+)\/securityRules\/([^/]+)$/.exec(id) ?? [];
    return groupId === undefined || rule === undefined ? null : read(call, groupId, rule);
  },
};
