import {
  CoreNetworkSecurityGroup,
  type CoreNetworkSecurityGroupConfig,
} from "@cdktf/provider-oci/core-network-security-group";
import {
  CoreNetworkSecurityGroupSecurityRule,
  type CoreNetworkSecurityGroupSecurityRuleConfig,
} from "@cdktf/provider-oci/core-network-security-group-security-rule";
import { Construct } from "constructs";
import type { Peer, SecurityGroup, SecurityRule } from "../../topology/types.ts";
import { found } from "../lab/error.ts";
import { type Transforms, transforming } from "../lab/transform.ts";

/** The inner resources of `SecurityGroups`. */
export interface SecurityGroupsInner {
  /** Each group. */
  readonly groups: CoreNetworkSecurityGroupConfig;
  /** Each rule. */
  readonly rules: CoreNetworkSecurityGroupSecurityRuleConfig;
}

/** What `SecurityGroups` are made from. */
export interface SecurityGroupsProps {
  readonly compartmentId: string;
  /** Name of the lab: prefix of what the groups are called. */
  readonly lab: string;
  readonly vcnId: string;
  readonly rules: readonly SecurityRule[];
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<SecurityGroupsInner> | undefined;
}

/** IANA protocol numbers, as OCI wants them. */
const PROTOCOL = { icmp: "1", tcp: "6", udp: "17", all: "all" } as const;

/**
 * The network security groups of the plan's rules, and those rules: nothing else is allowed.
 *
 * @example
 * const { compartmentId, vcnId } = lab.oci.outputs;
 * const rules = lab.topology.securityRules;
 * const security = new SecurityGroups(stack, "security", { compartmentId, lab: "mine", vcnId, rules });
 * security.id("hosts"); // the OCID of a group
 */
export class SecurityGroups extends Construct {
  readonly nodes: {
    readonly groups: ReadonlyMap<SecurityGroup, CoreNetworkSecurityGroup>;
    /** By group and id: `hosts-ssh-admin-1`. */
    readonly rules: ReadonlyMap<string, CoreNetworkSecurityGroupSecurityRule>;
  };

  constructor(scope: Construct, id: string, props: SecurityGroupsProps) {
    super(scope, id);
    const given = transforming<SecurityGroupsInner>(this, props.transform);
    const { compartmentId, lab, vcnId } = props;
    const groups = new Map(
      [...new Set(props.rules.map((rule) => rule.group))].map((group) => {
        const ours = { compartmentId, vcnId, displayName: `${lab}-${group}` };
        return [group, new CoreNetworkSecurityGroup(this, group, given("groups", ours))];
      }),
    );
    const idOf = (group: SecurityGroup): string => found(this, "group", groups, group).id;
    const rules = new Map(
      props.rules.map((rule) => {
        const name = `${rule.group}-${rule.id}`;
        const ours = given("rules", ruleArguments(rule, idOf));
        return [name, new CoreNetworkSecurityGroupSecurityRule(this, name, ours)];
      }),
    );
    this.nodes = { groups, rules };
  }

  /** OCID of a group. @throws LabError for a group that no rule of the plan belongs to */
  id(group: SecurityGroup): string {
    return found(this, "group", this.nodes.groups, group).id;
  }
}

function ruleArguments(
  rule: SecurityRule,
  idOf: (group: SecurityGroup) => string,
): CoreNetworkSecurityGroupSecurityRuleConfig {
  const { address, type } = peerArguments(rule.peer, idOf);
  const ports = rule.ports && { destinationPortRange: { min: rule.ports.from, max: rule.ports.to } };
  return {
    networkSecurityGroupId: idOf(rule.group),
    direction: rule.direction,
    protocol: PROTOCOL[rule.protocol],
    description: rule.why,
    ...(rule.direction === "INGRESS"
      ? { source: address, sourceType: type }
      : { destination: address, destinationType: type }),
    ...(rule.protocol === "tcp" && ports && { tcpOptions: ports }),
    ...(rule.protocol === "udp" && ports && { udpOptions: ports }),
    // Type 3 code 4, fragmentation needed: without it path MTU discovery fails.
    ...(rule.protocol === "icmp" && { icmpOptions: { type: 3, code: 4 } }),
  };
}

function peerArguments(peer: Peer, idOf: (group: SecurityGroup) => string): { address: string; type: string } {
  return peer.kind === "cidr"
    ? { address: peer.cidr, type: "CIDR_BLOCK" }
    : { address: idOf(peer.group), type: "NETWORK_SECURITY_GROUP" };
}
