/** Groups of instances by a rule. */
import { z } from "zod";
import { nameTaken, sameName } from "../model/identity-domain.ts";
import { OF_IDENTITY, type Resource, text, type Stored } from "../kernel/resource.ts";
import { isMatchingRule } from "../model/matching-rule.ts";
import { invalid } from "../model/refusals.ts";

const SERVICE = "Identity Dynamic Group";

const body = z.object({ name: text, description: z.string(), matchingRule: text });

declare module "../../world/oci.ts" {
  interface OciTenancy {
    dynamicGroups: Stored<z.output<typeof body>>[];
  }
}

/** Kept with its rule: nobody is matched by it. */
export const dynamicGroup: Resource<z.output<typeof body>> = {
  type: "oci_identity_dynamic_group",
  service: SERVICE,
  path: "/20160918/dynamicGroups",
  idType: "dynamicgroup",
  home: true,
  ...OF_IDENTITY,
  body,
  fixed: ["name"],
  without: ["move"],
  all: (tenancy) => tenancy.dynamicGroups,
  check({ name, compartmentId, matchingRule }, { call, before }) {
    const { tenancyId, dynamicGroups, groups } = call.world.state.oci;
    // In the service's words (oracle/terraform-provider-oci#2484).
    if (compartmentId !== tenancyId)
      throw invalid(SERVICE, "Dynamic group can only be created in the tenancy compartment", "compartment_id");
    // Its name is unique among groups of both kinds (oracle/oci-go-sdk v65, identity).
    const others = [...dynamicGroups, ...groups].filter((other) => other.id !== before?.id);
    if (others.some((other) => sameName(other.name, name))) throw nameTaken("DynamicResourceGroup", "displayName");
    if (!isMatchingRule(matchingRule))
      throw invalid(
        SERVICE,
        `Unable to parse matching rule ${matchingRule}: it is such as ANY {instance.compartment.id = '<OCID>'}.`,
        "matching_rule",
      );
  },
  computed: () => ({ inactiveStatus: null }),
};
