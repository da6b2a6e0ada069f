/** Policies, groups, users, and who may come to a bucket's objects. */
import { type Case, OLDER } from "./case.ts";
import { CORE } from "./world.ts";

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
  {
    resource: "oci_objectstorage_preauthrequest",
    path: ({ namespace, bucket }) => `/n/${namespace}/b/${bucket}/p`,
    said: ({ namespace, bucket }) => ({
      values: {
        namespace,
        bucket,
        access_type: "AnyObjectRead",
        bucket_listing_action: "ListObjects",
        time_expires: "2036-12-01T00:00:00.000Z",
      },
      without: { object: OLDER },
    }),
    untold: { namespace: "in the path", bucket: "in the path" },
  },
  {
    resource: "oci_objectstorage_object_lifecycle_policy",
    said: ({ namespace, bucket }) => ({
      values: {
        namespace,
        bucket,
        "rules.action": "DELETE",
        "rules.target": "objects",
        "rules.time_amount": 30,
        "rules.time_unit": "DAYS",
      },
      without: {},
    }),
    untold: { namespace: "in the path", bucket: "in the path" },
    body: ({ rules = null, ...body }) => ({ ...body, items: rules }),
  },
];
