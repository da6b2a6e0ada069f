import { CoreNetworkSecurityGroup } from "@cdktf/provider-oci/core-network-security-group";
import { CoreNetworkSecurityGroupSecurityRule } from "@cdktf/provider-oci/core-network-security-group-security-rule";
import { Construct } from "constructs";
import type { Peer, SecurityGroup, SecurityRule } from "../../topology/types.ts";

export interface SecurityGroupsProps {
  readonly compartmentId: string;
  readonly lab: string;
  readonly vcnId: string;
  readonly rules: readonly SecurityRule[];
}

/** IANA protocol numbers, as OCI wants them. */
const PROTOCOL = { icmp: "1", tcp: "6", udp: "17", all: "all" } as const;

/** The network security groups that the rules of the plan speak of, and those rules: nothing else passes. */
export class SecurityGroups extends Construct {
  readonly ids: ReadonlyMap<SecurityGroup, string>;

  constructor(scope: Construct, id: string, props: SecurityGroupsProps) {
    super(scope, id);
    const { compartmentId, lab, vcnId, rules } = props;
    this.ids = new Map(
      [...new Set(rules.map((rule) => rule.group))].map((group) => {
        const nsg = new CoreNetworkSecurityGroup(this, group, { compartmentId, vcnId, displayName: `${lab}-${group}` });
        return [group, nsg.id];
      }),
    );
    for (const rule of rules) this.#createRule(rule);
  }

  /** @throws Error for a group that no rule of the plan belongs to. */
  id(group: SecurityGroup): string {
    const found = this.ids.get(group);
    if (found === undefined) throw new Error(`the plan has no security rules for ${group}`);
    return found;
  }

  #createRule(rule: SecurityRule): void {
    const { address, type } = this.#peer(rule.peer);
    const ports = rule.ports && { destinationPortRange: { min: rule.ports.from, max: rule.ports.to } };
    new CoreNetworkSecurityGroupSecurityRule(this, `${rule.group}-${rule.id}`, {
      networkSecurityGroupId: this.id(rule.group),
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
    });
  }

  #peer(peer: Peer): { address: string; type: string } {
    return peer.kind === "cidr"
      ? { address: peer.cidr, type: "CIDR_BLOCK" }
      : { address: this.id(peer.group), type: "NETWORK_SECURITY_GROUP" };
  }
}
