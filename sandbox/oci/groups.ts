/** Groups, who is in them, and groups of instances by a rule. */
import type { Call } from "../plugin/resource.ts";
import type { DynamicGroup, Group, Membership } from "../world/oci-iam.ts";
import { text } from "./attributes.ts";
import { requireHomeRegion, requireRoot } from "./home-region.ts";
import { described, domainRefusal, nameTaken, sameName } from "./identity-domain.ts";
import { isMatchingRule } from "./matching-rule.ts";
import { conflict, invalid, notFound } from "./refusals.ts";
import { newObject, requireObject, stored } from "./stored.ts";
import { userNamed } from "./users.ts";

const GROUP = "Identity Group";
const DYNAMIC_GROUP = "Identity Dynamic Group";
const MEMBERSHIP = "Identity User Group Membership";

export const group = stored<Group>({
  service: GROUP,
  all: (tenancy) => tenancy.groups,
  attributes: ({ description, name }) => ({ description, inactive_state: null, name, state: "ACTIVE" }),
  create(call, planned) {
    requireHomeRegion(call, GROUP);
    requireRoot(call, GROUP, planned);
    const name = text(planned, "name");
    if (call.world.state.oci.groups.some((other) => sameName(other.name, name)))
      throw nameTaken("Group", "displayName");
    return { ...newObject(call, GROUP, "group", planned, "global"), name, description: described(planned) };
  },
  update(call, record, planned) {
    requireHomeRegion(call, GROUP);
    record.description = described(planned);
  },
  remove(call, record) {
    requireHomeRegion(call, GROUP);
    const members = call.world.state.oci.memberships.filter(({ groupId }) => groupId === record.id).length;
    if (members > 0) throw conflict(GROUP, `The group ${record.name} is not empty: it has ${members} user(s).`);
  },
});

function requireRule(rule: string): string {
  if (isMatchingRule(rule)) return rule;
  throw invalid(
    DYNAMIC_GROUP,
    `The matching rule cannot be parsed: ${rule}. It is such as ANY {instance.compartment.id = '<OCID>'}.`,
    "matching_rule",
  );
}

export const dynamicGroup = stored<DynamicGroup>({
  service: DYNAMIC_GROUP,
  all: (tenancy) => tenancy.dynamicGroups,
  attributes: (each) => ({
    description: each.description,
    inactive_state: null,
    matching_rule: each.matchingRule,
    name: each.name,
    state: "ACTIVE",
  }),
  create(call, planned) {
    requireHomeRegion(call, DYNAMIC_GROUP);
    const { tenancyId, dynamicGroups, groups } = call.world.state.oci;
    // In the service's words (oracle/terraform-provider-oci#2484).
    if (text(planned, "compartment_id") !== tenancyId)
      throw invalid(DYNAMIC_GROUP, "Dynamic group can only be created in the tenancy compartment", "compartment_id");
    const name = text(planned, "name");
    // Its name is unique among groups of both kinds (oracle/oci-go-sdk v65, identity).
    if ([...dynamicGroups, ...groups].some((other) => sameName(other.name, name)))
      throw nameTaken("DynamicResourceGroup", "displayName");
    return {
      ...newObject(call, DYNAMIC_GROUP, "dynamicgroup", planned, "global"),
      name,
      description: described(planned),
      matchingRule: requireRule(text(planned, "matching_rule")),
    };
  },
  update(call, record, planned) {
    requireHomeRegion(call, DYNAMIC_GROUP);
    record.matchingRule = requireRule(text(planned, "matching_rule"));
    record.description = described(planned);
  },
  remove: (call) => requireHomeRegion(call, DYNAMIC_GROUP),
});

function requireUser(call: Call, id: string): string {
  if (userNamed(call, id) === null) throw notFound(MEMBERSHIP, id, "user_id");
  return id;
}

export const membership = stored<Membership>({
  service: MEMBERSHIP,
  all: (tenancy) => tenancy.memberships,
  attributes: ({ groupId, userId }) => ({
    group_id: groupId,
    inactive_state: null,
    state: "ACTIVE",
    user_id: userId,
  }),
  create(call, planned) {
    requireHomeRegion(call, MEMBERSHIP);
    const { tenancyId, groups, memberships } = call.world.state.oci;
    const userId = requireUser(call, text(planned, "user_id"));
    const groupId = requireObject(call, MEMBERSHIP, groups, text(planned, "group_id"), "group_id").id;
    if (memberships.some((other) => other.userId === userId && other.groupId === groupId))
      throw domainRefusal(
        409,
        "PATCH",
        "Group create/replace failed due to attempting to add the same members more than once. You cannot create a " +
          "Group with duplicate members.",
        "error.common.exception.duplicateMultivaluedResource",
        "user_id",
      );
    const common = newObject(call, MEMBERSHIP, "groupmembership", { compartment_id: tenancyId }, "global");
    return { ...common, definedTags: {}, userId, groupId };
  },
  update: () => undefined,
  remove: (call) => requireHomeRegion(call, MEMBERSHIP),
});
