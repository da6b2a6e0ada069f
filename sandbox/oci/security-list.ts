/** Security rules, and a VCN's default security list as `oci_core_default_security_list` takes it over. */
import type { Attributes, Call, ResourceType } from "../plugin/resource.ts";
import type { IcmpOptions, PortRange, SecurityList, SecurityRuleState, TransportOptions } from "../world/oci.ts";
import { block, blocks, maybeFlag, maybeNumber, maybeText, number, text } from "./attributes.ts";
import { requireCidr } from "./ipv4.ts";
import { invalid, referenced } from "./refusals.ts";
import { commonAttributes, defaultName, find, newObject, requireObject, stored, updateCommon } from "./stored.ts";

const SERVICE = "Core Security List";

/** IANA numbers that may have options. */
const ICMP = ["1", "58"];
const TCP = "6";
const UDP = "17";

/** @throws for a range that is none. */
export function portRange(service: string, range: Attributes): PortRange | null {
  const min = maybeNumber(range, "min");
  const max = maybeNumber(range, "max") ?? min;
  if (min === null || max === null) return null;
  if (min < 1 || max > 65_535 || min > max)
    throw invalid(service, `Port range ${min} to ${max} is invalid: 1 to 65535, the smaller one first.`);
  return { min, max };
}

export function icmpOptions(rule: Attributes): IcmpOptions | null {
  const [options] = blocks(rule, "icmp_options");
  return options ? { type: number(options, "type"), code: maybeNumber(options, "code") ?? -1 } : null;
}

/** @throws as the services do for a protocol that does not exist, or options of another one. */
export function requireProtocol(service: string, rule: Attributes): string {
  const protocol = text(rule, "protocol");
  if (protocol !== "all" && (!/^\d{1,3}$/.test(protocol) || Number(protocol) > 255))
    throw invalid(
      service,
      `Protocol ${protocol} is invalid: "all" or an IANA number (1 ICMP, 6 TCP, 17 UDP).`,
      "protocol",
    );
  const allowed = { icmp_options: ICMP, tcp_options: [TCP], udp_options: [UDP] };
  for (const [options, protocols] of Object.entries(allowed)) {
    if (blocks(rule, options).length > 0 && !protocols.includes(protocol))
      throw invalid(service, `${options} go with protocol ${protocols.join(" or ")}, not ${protocol}.`, options);
  }
  return protocol;
}

/** What VCNs are born with: SSH and the ICMP that path discovery needs come in, everything goes out. */
export function openRules(vcnCidrs: readonly string[]): readonly SecurityRuleState[] {
  const rule = { peerType: "CIDR_BLOCK", stateless: false, description: null, tcp: null, udp: null, icmp: null };
  const inward = { ...rule, direction: "INGRESS" } as const;
  return [
    { ...inward, peer: "0.0.0.0/0", protocol: TCP, tcp: { destination: { min: 22, max: 22 }, source: null } },
    { ...inward, peer: "0.0.0.0/0", protocol: "1", icmp: { type: 3, code: 4 } },
    ...vcnCidrs.map((peer) => ({ ...inward, peer, protocol: "1", icmp: { type: 3, code: -1 } })),
    { ...rule, direction: "EGRESS", peer: "0.0.0.0/0", protocol: "all" },
  ];
}

/** In a security list the destination ports stand in the options themselves. */
function transport(rule: Attributes, name: string): TransportOptions | null {
  const [options] = blocks(rule, name);
  if (!options) return null;
  return { destination: portRange(SERVICE, options), source: portRange(SERVICE, block(options, "source_port_range")) };
}

function listRule(direction: SecurityRuleState["direction"], rule: Attributes): SecurityRuleState {
  const end = direction === "INGRESS" ? "source" : "destination";
  const peerType = maybeText(rule, `${end}_type`) ?? "CIDR_BLOCK";
  const peer = text(rule, end);
  if (peerType === "CIDR_BLOCK") requireCidr(SERVICE, peer, `${direction.toLowerCase()}_security_rules`);
  return {
    direction,
    protocol: requireProtocol(SERVICE, rule),
    peer,
    peerType,
    stateless: maybeFlag(rule, "stateless") ?? false,
    description: maybeText(rule, "description"),
    tcp: transport(rule, "tcp_options"),
    udp: transport(rule, "udp_options"),
    icmp: icmpOptions(rule),
  };
}

function rulesOf(planned: Attributes): readonly SecurityRuleState[] {
  return [
    ...blocks(planned, "ingress_security_rules").map((rule) => listRule("INGRESS", rule)),
    ...blocks(planned, "egress_security_rules").map((rule) => listRule("EGRESS", rule)),
  ];
}

function transportAttributes(options: TransportOptions | null): Attributes[] {
  if (options === null) return [];
  const { destination, source } = options;
  return [
    {
      min: destination?.min ?? null,
      max: destination?.max ?? null,
      source_port_range: source ? [{ ...source }] : [],
    },
  ];
}

function ruleAttributes(rule: SecurityRuleState): Attributes {
  const end = rule.direction === "INGRESS" ? "source" : "destination";
  return {
    description: rule.description,
    protocol: rule.protocol,
    [end]: rule.peer,
    [`${end}_type`]: rule.peerType,
    stateless: rule.stateless,
    icmp_options: rule.icmp ? [{ ...rule.icmp }] : [],
    tcp_options: transportAttributes(rule.tcp),
    udp_options: transportAttributes(rule.udp),
  };
}

function attributes(list: SecurityList): Attributes {
  const of = (direction: string): Attributes[] =>
    list.rules.filter((rule) => rule.direction === direction).map(ruleAttributes);
  return {
    ...commonAttributes(list),
    manage_default_resource_id: list.id,
    display_name: list.displayName,
    state: "AVAILABLE",
    ingress_security_rules: of("INGRESS"),
    egress_security_rules: of("EGRESS"),
  };
}

function update(call: Call, id: string, planned: Attributes): Attributes {
  const list = requireObject(call, SERVICE, call.world.state.oci.securityLists, id, "manage_default_resource_id");
  const rules = rulesOf(planned);
  updateCommon(call, SERVICE, list, planned);
  list.displayName = maybeText(planned, "display_name") ?? list.displayName;
  list.rules = rules;
  list.managed = true;
  call.world.changed();
  return attributes(list);
}

function read(call: Call, id: string): Attributes | null {
  const list = find(call, call.world.state.oci.securityLists, id);
  return list && attributes(list);
}

/** The list exists as long as its VCN: create takes it over, delete empties it and lets go. */
export const defaultSecurityList: ResourceType = {
  create: (call, planned) => update(call, text(planned, "manage_default_resource_id"), planned),
  read: (call, state) => read(call, text(state, "id")),
  update: (call, prior, planned) => update(call, text(prior, "id"), planned),
  delete(call, state) {
    const list = find(call, call.world.state.oci.securityLists, text(state, "id"));
    if (list === null) return;
    list.rules = [];
    list.managed = false;
    call.world.changed();
  },
  importState: read,
};

/** Lists as the REST API has them: those that somebody made, and the VCNs' own. No stand-in makes any. */
export const securityList = stored<SecurityList>({
  service: SERVICE,
  all: (tenancy) => tenancy.securityLists,
  attributes,
  create(call, planned) {
    const vcnId = text(planned, "vcn_id");
    requireObject(call, SERVICE, call.world.state.oci.vcns, vcnId, "vcn_id");
    return {
      ...newObject(call, SERVICE, "securitylist", planned),
      vcnId,
      managed: false,
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "securitylist"),
      rules: rulesOf(planned),
    };
  },
  update(_call, record, planned) {
    record.rules = rulesOf(planned);
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
  },
  remove(call, record) {
    const { subnets, vcns } = call.world.state.oci;
    const subnet = subnets.find(({ securityListIds }) => securityListIds.includes(record.id));
    if (subnet) throw referenced(SERVICE, `The Security List ${record.id}`, `Subnet ${subnet.id}`);
    if (vcns.some(({ defaultSecurityListId }) => defaultSecurityListId === record.id))
      throw referenced(SERVICE, `The Security List ${record.id}`, "its VCN, whose default it is");
  },
});
