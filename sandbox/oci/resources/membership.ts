/** Who is in which group. */
import { z } from "zod";
import { needed } from "../model/query.ts";
import { domainRefusal } from "../model/identity-domain.ts";
import { OF_IDENTITY, type Resource, text, type Stored } from "../kernel/resource.ts";
import { notFound, ServiceRefusal } from "../model/refusals.ts";
import { requireCompartment, requireObject } from "../model/records.ts";
import { ownUser } from "./user.ts";

const SERVICE = "Identity User Group Membership";

const body = z.object({ userId: text, groupId: text });

function nameOf(list: readonly { readonly id: string; readonly name: string }[], id: string): string {
  return list.find((each) => each.id === id)?.name ?? id;
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    memberships: Stored<z.output<typeof body>>[];
  }
}

/** Of a user in a group. */
export const membership: Resource<z.output<typeof body>> = {
  type: "oci_identity_user_group_membership",
  service: SERVICE,
  path: "/20160918/userGroupMemberships",
  idType: "groupmembership",
  home: true,
  ...OF_IDENTITY,
  body,
  without: ["move", "update"],
  all: (tenancy) => tenancy.memberships,
  // Of a user, of a group, or whether one is in the other (ListUserGroupMemberships).
  selected(query, call) {
    requireCompartment(call, SERVICE, needed(query, "compartmentId"));
    const [userId, groupId] = [query.get("userId"), query.get("groupId")];
    if (!userId && !groupId)
      throw new ServiceRefusal(400, "MissingParameter", "The query parameter userId or groupId is required.", "");
    return call.world.state.oci.memberships.filter(
      (each) => (!userId || each.userId === userId) && (!groupId || each.groupId === groupId),
    );
  },
  prepare: (said, { call }) => ({ ...said, compartmentId: call.world.state.oci.tenancyId, definedTags: {} }),
  check({ userId, groupId }, { call }) {
    const { groups, memberships, users } = call.world.state.oci;
    if (![...users, ...ownUser(call)].some(({ id }) => id === userId)) throw notFound(SERVICE, userId, "user_id");
    requireObject(call, SERVICE, groups, groupId, "group_id");
    if (memberships.some((other) => other.userId === userId && other.groupId === groupId))
      throw domainRefusal(
        409,
        "PATCH",
        "Group create/replace failed due to attempting to add the same members more than once. You cannot create a " +
          "Group with duplicate members.",
        "error.common.exception.duplicateMultivaluedResource",
        "user_id",
      );
  },
  computed: () => ({ inactiveStatus: null }),
  inventoryName: ({ userId, groupId }, { users, groups }) => `${nameOf(users, userId)} in ${nameOf(groups, groupId)}`,
};
