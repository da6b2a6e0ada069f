/** Compartments, budgets, quotas, buckets. */
import { type Case, OLDER, OTHER, PROVIDERS } from "./case.ts";
import { BUDGETS, CORE } from "./world.ts";

export const accountCases: readonly Case[] = [
  {
    resource: "oci_identity_compartment",
    path: () => `${CORE}/compartments`,
    said: () => ({ values: {}, without: {} }),
    untold: { enable_delete: PROVIDERS },
  },
  {
    resource: "oci_limits_quota",
    path: () => "/20181025/quotas",
    said: () => ({
      values: { statements: ["zero compute-core quotas in tenancy"], "locks.type": "DELETE" },
      without: {},
    }),
  },
  {
    resource: "oci_budget_budget",
    path: () => BUDGETS,
    said: ({ root }) => ({
      values: {
        reset_period: "MONTHLY",
        processing_period_type: "MONTH",
        target_type: "COMPARTMENT",
        targets: [root],
        amount: 3,
        budget_processing_period_start_offset: 5,
        start_date: "2026-12-01T00:00:00.000Z",
        end_date: "2027-12-01T23:59:59.999Z",
      },
      without: { system_tags: "the service's", target_compartment_id: OLDER },
    }),
  },
  {
    resource: "oci_budget_alert_rule",
    path: ({ budget }) => `${BUDGETS}/${budget}/alertRules`,
    said: ({ budget }) => ({
      values: { budget_id: budget, type: "FORECAST", threshold: 90.5, threshold_type: "PERCENTAGE" },
      without: {},
    }),
  },
  {
    resource: "oci_objectstorage_bucket",
    path: ({ namespace }) => `/n/${namespace}/b`,
    named: "name",
    said: ({ namespace }) => ({
      values: {
        namespace,
        access_type: "ObjectRead",
        storage_tier: "Archive",
        versioning: "Enabled",
        auto_tiering: "InfrequentAccess",
        bucket_scope: "NAMESPACE",
      },
      without: { retention_rules: "have calls of their own, and no bucket with versions has them" },
    }),
    body: ({ accessType = null, ...body }) => ({ ...body, publicAccessType: accessType }),
  },
  {
    resource: "oci_objectstorage_object",
    said: ({ namespace, bucket }) => ({
      values: {
        namespace,
        bucket,
        object: "by-terraform",
        content: "hello",
        content_md5: "XUFAKrxLKna5cZ2REBfFkg==",
        content_type: "text/plain",
        content_language: "de",
        content_encoding: "identity",
        cache_control: "no-store",
        storage_tier: "InfrequentAccess",
        metadata: { team: "lab" },
      },
      without: {
        source: OTHER,
        source_uri_details: OTHER,
        delete_all_object_versions: PROVIDERS,
        opc_sse_kms_key_id: "not played",
      },
    }),
  },
];
