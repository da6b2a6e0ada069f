/** Network security groups. */
import { z } from "zod";
import type { ProviderContext } from "../../plugin/resource.ts";
import { AVAILABLE, generatedName, type Resource, type Stored, text } from "../kernel/resource.ts";
import type { GroupRule } from "./security-group-rule.ts";
import { attachedVnics } from "./primary-address.ts";
import { invalid, referenced } from "../model/refusals.ts";
import { requireObject } from "../model/records.ts";

const SERVICE = "Core Network Security Group";

const body = z.object({
  vcnId: text,
  displayName: generatedName,
  // Changed by actions of their own.
  rules: z.array(z.custom<GroupRule>()).default([]),
});

/** What a group has of its own. */
export type NetworkGroupBody = z.output<typeof body>;

/** A group, with its rules. */
export type NetworkSecurityGroup = Stored<NetworkGroupBody>;

/** Groups that a VNIC or a load balancer of this VCN may join: five at most. */
export function requireGroups(
  call: ProviderContext,
  service: string,
  ids: readonly string[],
  vcnId: string,
  attribute: string,
) {
  if (ids.length > 5) throw invalid(service, `${ids.length} network security groups; a VNIC can be in 5.`, attribute);
  for (const id of ids) {
    const group = requireObject(call, service, call.world.state.oci.networkSecurityGroups, id, attribute);
    if (group.vcnId !== vcnId)
      throw invalid(service, `Network security group ${id} belongs to another VCN.`, attribute);
  }
  return ids;
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    networkSecurityGroups: NetworkSecurityGroup[];
  }
}

/** Goes when no VNIC and no load balancer is in it. */
export const networkSecurityGroup: Resource<NetworkGroupBody> = {
  type: "oci_core_network_security_group",
  service: SERVICE,
  path: "/20160918/networkSecurityGroups",
  idType: "networksecuritygroup",
  ...AVAILABLE,
  inVcn: true,
  body,
  fixed: ["vcnId"],
  readOnly: ["rules"],
  hidden: ["rules"],
  all: (tenancy) => tenancy.networkSecurityGroups,
  remove({ id }, call) {
    const { networkLoadBalancers, loadBalancers } = call.world.state.oci;
    const member = attachedVnics(call.world.state.oci).find(({ vnic }) => vnic.nsgIds.includes(id))?.vnic;
    if (member) throw referenced(SERVICE, `The group ${id}`, `the VNIC ${member.id} of ${member.displayName}`);
    const balancers = [...networkLoadBalancers, ...loadBalancers];
    const balancer = balancers.find(({ networkSecurityGroupIds }) => networkSecurityGroupIds.includes(id));
    if (balancer) throw referenced(SERVICE, `The group ${id}`, `the load balancer ${balancer.id}`);
  },
};
