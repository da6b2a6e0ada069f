/** Who may do what: policies, groups, dynamic groups, users, and who is in which group. */
import type { Attributes } from "../../plugin/resource.ts";
import type { DynamicGroup, Group, Membership, Policy, User } from "../../world/oci-iam.ts";
import { dynamicGroup, group, membership } from "../groups.ts";
import { policy } from "../policy.ts";
import { ServiceRefusal } from "../refusals.ts";
import { requireCompartment } from "../stored.ts";
import { ownUser, user } from "../users.ts";
import type { Answer } from "./answer.ts";
import { byRules, collection, common, shown, viewOf } from "./collection.ts";
import { listed } from "./lists.ts";
import { type Asked, needed, type Route } from "./route.ts";

const BASE = "/20160918";
const states = { creating: "CREATING", deleting: "DELETING", deleted: null } as const;
const ACTIVE = { lifecycleState: "ACTIVE", inactiveStatus: null };

const policies = byRules<Policy>({
  path: `${BASE}/policies`,
  service: "Identity Policy",
  resource: "oci_identity_policy",
  type: policy,
  states,
  all: (tenancy) => tenancy.policies,
  view: ({ name, description, statements, versionDate }) => ({
    name,
    description,
    statements,
    versionDate,
    ...ACTIVE,
  }),
});

const groups = byRules<Group>({
  path: `${BASE}/groups`,
  service: "Identity Group",
  resource: "oci_identity_group",
  type: group,
  states,
  all: (tenancy) => tenancy.groups,
  view: ({ name, description }) => ({ name, description, ...ACTIVE }),
});

const dynamicGroups = byRules<DynamicGroup>({
  path: `${BASE}/dynamicGroups`,
  service: "Identity Dynamic Group",
  resource: "oci_identity_dynamic_group",
  type: dynamicGroup,
  states,
  all: (tenancy) => tenancy.dynamicGroups,
  view: ({ name, description, matchingRule }) => ({ name, description, matchingRule, ...ACTIVE }),
});

function userFields({ name, description, email }: User): Attributes {
  return { name, description, email, emailVerified: false, isMfaActivated: false, ...ACTIVE };
}

const users = byRules<User>({
  path: `${BASE}/users`,
  service: "Identity User",
  resource: "oci_identity_user",
  type: user,
  states,
  all: (tenancy) => tenancy.users,
  view: userFields,
});

const memberships = byRules<Membership>({
  path: `${BASE}/userGroupMemberships`,
  service: "Identity User Group Membership",
  resource: "oci_identity_user_group_membership",
  type: membership,
  states,
  all: (tenancy) => tenancy.memberships,
  view: ({ userId, groupId }) => ({ userId, groupId, ...ACTIVE }),
});

/** The account's own user is told of like others, and cannot be changed. */
function ownUserShown({ call, params }: Asked): Answer | null {
  const own = ownUser(call);
  return own && params.id === own.id ? shown({ ...common(own), ...userFields(own) }) : null;
}

function listUsers(asked: Asked): Answer {
  requireCompartment(asked.call, users.service, needed(asked.query, "compartmentId"));
  const own = ownUser(asked.call);
  const made = asked.call.world.state.oci.users.map((each) => viewOf(asked, users, each));
  return listed(asked, own ? [{ ...common(own), ...userFields(own) }, ...made] : made);
}

/** Of a user, of a group, or whether one is in the other (ListUserGroupMemberships). */
function listMemberships(asked: Asked): Answer {
  requireCompartment(asked.call, memberships.service, needed(asked.query, "compartmentId"));
  const [userId, groupId] = [asked.query.get("userId"), asked.query.get("groupId")];
  if (!userId && !groupId)
    throw new ServiceRefusal(400, "MissingParameter", "The query parameter userId or groupId is required.", "");
  const of = asked.call.world.state.oci.memberships.filter(
    (each) => (!userId || each.userId === userId) && (!groupId || each.groupId === groupId),
  );
  return listed(
    asked,
    of.map((each) => viewOf(asked, memberships, each)),
  );
}

/** None of them can be moved. */
const stays = ({ path }: Route): boolean => !path.endsWith("/changeCompartment");

export const accessRoutes: readonly Route[] = [
  ...collection(policies).filter(stays),
  ...collection(groups).filter(stays),
  ...collection(dynamicGroups).filter(stays),
  { method: "GET", path: users.path, run: listUsers },
  ...collection(users)
    .filter(stays)
    .map((route): Route => ({
      ...route,
      run: (asked) => (route.method === "GET" ? ownUserShown(asked) : null) ?? route.run(asked),
    })),
  { method: "GET", path: memberships.path, run: listMemberships },
  ...collection(memberships).filter((route) => stays(route) && route.method !== "PUT"),
];
