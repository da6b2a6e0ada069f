/** Security lists. Terraform takes over the one that a VCN is born with (`oci_core_default_security_list`). */
import { z } from "zod";
import { text as required } from "../model/attributes.ts";
import { change } from "../kernel/operations.ts";
import { AVAILABLE, generatedName, type Resource, type Stored, text } from "../kernel/resource.ts";
import { referenced } from "../model/refusals.ts";
import { find, requireObject } from "../model/records.ts";
import { egressRule, forProvider, ingressRule, requireRule } from "./security-rule.ts";

const SERVICE = "Core Security List";

const body = z.object({
  vcnId: text,
  displayName: generatedName,
  ingressSecurityRules: z.array(ingressRule).readonly().default([]),
  egressSecurityRules: z.array(egressRule).readonly().default([]),
  /** A resource of Terraform has taken it over. */
  managed: z.boolean().default(false),
});

type ListRule = Pick<z.output<typeof ingressRule>, "icmpOptions" | "tcpOptions" | "udpOptions">;

/** The destination's ports stand in the options themselves. */
function ruleForProvider(rule: ListRule) {
  const ports = (options: ListRule["tcpOptions"]) => options && { ...options, ...options.destinationPortRange };
  return { ...rule, ...forProvider(rule), tcpOptions: ports(rule.tcpOptions), udpOptions: ports(rule.udpOptions) };
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    securityLists: Stored<z.output<typeof body>>[];
  }
}

/** A VCN is born with one; others may be made. */
export const securityList: Resource<z.output<typeof body>> = {
  type: "oci_core_default_security_list",
  service: SERVICE,
  path: "/20160918/securityLists",
  idType: "securitylist",
  ...AVAILABLE,
  inVcn: true,
  body,
  fixed: ["vcnId"],
  readOnly: ["managed"],
  hidden: ["managed"],
  renames: { stateless: "isStateless" },
  all: (tenancy) => tenancy.securityLists,
  check({ ingressSecurityRules, egressSecurityRules }) {
    for (const { source: name, sourceType: type, ...rule } of ingressSecurityRules)
      requireRule(SERVICE, rule, { name, type, attribute: "ingress_security_rules" });
    for (const { destination: name, destinationType: type, ...rule } of egressSecurityRules)
      requireRule(SERVICE, rule, { name, type, attribute: "egress_security_rules" });
  },
  remove({ id }, call) {
    const { subnets, vcns } = call.world.state.oci;
    const subnet = subnets.find(({ securityListIds }) => securityListIds.includes(id));
    if (subnet) throw referenced(SERVICE, `The Security List ${id}`, `Subnet ${subnet.id}`);
    if (vcns.some(({ defaultSecurityListId }) => defaultSecurityListId === id))
      throw referenced(SERVICE, `The Security List ${id}`, "its VCN, whose default it is");
  },
  inventoryName: ({ managed, displayName }) => (managed ? displayName : null),
  forTerraform: ({ ingressSecurityRules, egressSecurityRules }, { id = null }) => ({
    manageDefaultResourceId: id,
    ingressSecurityRules: ingressSecurityRules.map(ruleForProvider),
    egressSecurityRules: egressSecurityRules.map(ruleForProvider),
  }),
  // The list exists as long as its VCN: create takes it over, delete empties it and lets go.
  terraform: (type) => ({
    ...type,
    create(call, planned) {
      const id = required(planned, "manage_default_resource_id");
      const list = requireObject(call, SERVICE, call.world.state.oci.securityLists, id, "manage_default_resource_id");
      const given = type.update(call, { id }, planned);
      list.managed = true;
      return given;
    },
    delete(call, state) {
      const list = find(call, call.world.state.oci.securityLists, required(state, "id"));
      if (list === null) return;
      change(securityList, call, list, { ingressSecurityRules: [], egressSecurityRules: [] });
      list.managed = false;
    },
  }),
};
