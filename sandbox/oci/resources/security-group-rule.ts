/** Rules of network security groups, which the API changes by actions. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import type { Part, PartContext } from "../kernel/part.ts";
import { maybeText, text } from "../kernel/resource.ts";
import { text as required } from "../model/attributes.ts";
import { invalid, limitExceeded } from "../model/refusals.ts";
import {
  type NetworkGroupBody,
  type NetworkSecurityGroup,
  networkSecurityGroup,
  requireGroups,
} from "./security-group.ts";
import { forProvider, requireRule, ruleBody } from "./security-rule.ts";

const SERVICE = "Core Network Security Group Security Rule";
const MOST = 120;

const body = z.object({
  id: text,
  timeCreated: text,
  direction: z.enum(["INGRESS", "EGRESS"]),
  ...ruleBody,
  source: maybeText,
  sourceType: maybeText,
  destination: maybeText,
  destinationType: maybeText,
});

/** A rule, as its group keeps it. */
export type GroupRule = z.output<typeof body>;

/** Rule ids are six hexadecimal digits, unique in their group. */
function newId(call: ProviderContext, group: NetworkSecurityGroup): string {
  const id = (parseInt(call.world.random(8), 36) % 0x1000000).toString(16).padStart(6, "0").toUpperCase();
  return group.rules.some((rule) => rule.id === id) ? newId(call, group) : id;
}

/** The end that a rule of its direction has. */
function peerOf({ direction, source, sourceType, destination, destinationType }: GroupRule) {
  const inward = direction === "INGRESS";
  return {
    end: inward ? "source" : "destination",
    name: inward ? source : destination,
    type: (inward ? sourceType : destinationType) ?? "",
  };
}

/** Of the end that a rule of its direction has, what is said; of the other one nothing. */
function endsOf(said: Attributes): Attributes {
  const direction = required(said, "direction");
  if (direction !== "INGRESS" && direction !== "EGRESS")
    throw invalid(SERVICE, `direction ${direction} is invalid: INGRESS or EGRESS.`, "direction");
  const { source = null, sourceType, destination = null, destinationType } = said;
  return direction === "INGRESS"
    ? { source, sourceType: sourceType ?? "CIDR_BLOCK", destination: null, destinationType: null }
    : { destination, destinationType: destinationType ?? "CIDR_BLOCK", source: null, sourceType: null };
}

function check(rule: GroupRule, { call, parent, before }: PartContext<NetworkGroupBody, GroupRule>): void {
  if (before === null && parent.rules.length >= MOST)
    throw limitExceeded(SERVICE, [`security-rules-per-network-security-group-count (limit ${MOST})`]);
  const { end, name, type } = peerOf(rule);
  if (name === null) throw invalid(SERVICE, `An ${rule.direction} rule needs a ${end}.`, end);
  if (type === "NETWORK_SECURITY_GROUP") requireGroups(call, SERVICE, [name], parent.vcnId, end);
  else if (type !== "CIDR_BLOCK" && type !== "SERVICE_CIDR_BLOCK")
    throw invalid(
      SERVICE,
      `${end}Type ${type} is invalid: CIDR_BLOCK, SERVICE_CIDR_BLOCK or NETWORK_SECURITY_GROUP.`,
      `${end}_type`,
    );
  requireRule(SERVICE, rule, { name, type, attribute: end });
}

/** 120 a group. */
export const networkSecurityGroupRule: Part<NetworkGroupBody, GroupRule> = {
  type: "oci_core_network_security_group_security_rule",
  service: SERVICE,
  idType: "securityrule",
  parent: networkSecurityGroup,
  path: "securityRules",
  place: { id: "network_security_group_id" },
  key: "id",
  without: ["create", "get", "update", "delete"],
  body,
  whole: true,
  readOnly: ["id", "timeCreated"],
  renames: { stateless: "isStateless" },
  all: ({ rules }) => rules,
  prepare: (said, { call, parent, before }) => ({
    ...(!before && { id: newId(call, parent), timeCreated: call.world.now() }),
    ...said,
    ...endsOf(said),
  }),
  check,
  inventoryName(rule, { displayName }) {
    return rule.description ?? `${displayName} ${rule.direction} ${peerOf(rule).name}`;
  },
  // A rule of a group that is gone stays, and lets nobody in.
  computed: (rule, _parent, { networkSecurityGroups }) => ({
    isValid:
      peerOf(rule).type !== "NETWORK_SECURITY_GROUP" ||
      networkSecurityGroups.some(({ id }) => id === peerOf(rule).name),
  }),
  forTerraform: forProvider,
};
