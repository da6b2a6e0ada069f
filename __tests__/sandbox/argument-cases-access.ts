/** Policies, groups, users. */
import type { Case } from "./argument-case.ts";
import { CORE } from "./argument-world.ts";

export const accessCases: readonly Case[] = [
  {
    resource: "oci_identity_policy",
    path: () => `${CORE}/policies`,
    said: () => ({
      values: { statements: ["Allow group Admins to manage all-resources in tenancy"], version_date: "2026-11-29" },
      without: {},
    }),
  },
  { resource: "oci_identity_group", path: () => `${CORE}/groups`, said: () => ({ values: {}, without: {} }) },
  {
    resource: "oci_identity_user",
    path: () => `${CORE}/users`,
    said: () => ({ values: { email: "lab@example.com" }, without: {} }),
  },
  {
    resource: "oci_identity_dynamic_group",
    path: () => `${CORE}/dynamicGroups`,
    said: () => ({ values: { name: "a-dynamic-group", matching_rule: "ANY {instance.id = 'x'}" }, without: {} }),
  },
  {
    resource: "oci_identity_user_group_membership",
    path: () => `${CORE}/userGroupMemberships`,
    said: ({ userGroup, user }) => ({ values: { group_id: userGroup, user_id: user }, without: {} }),
  },
];
