/** Limits, quotas and budgets. */
import type { Command } from "./command.ts";

export const LIMITS: readonly Command[] = [
  { run: "limits service list -c $tenancy --query data[?name=='compute'].name", prints: ["compute"] },
  {
    run: "limits value list -c $tenancy --service-name compute --name standard-a1-core-count --limit 2",
    prints: { data: [{ "scope-type": "AD", "availability-domain": "$ad" }, {}], "opc-next-page": expect.any(String) },
  },
  {
    run: "limits value list -c $tenancy --service-name compute --name standard-a1-core-count --all --query data[*].value",
    prints: [80, 80, 80],
  },
  {
    run: "limits value list -c $tenancy --service-name compute --scope-type AD --availability-domain $ad --query data[*].name",
    prints: expect.arrayContaining(["standard-a1-core-count", "standard-a1-memory-count"]),
  },
  {
    run: "limits definition list -c $tenancy --service-name compute --name standard-a1-core-count",
    prints: { data: [{ "scope-type": "AD", "is-resource-availability-supported": true }] },
  },
  {
    run: "limits resource-availability get -c $tenancy --service-name compute --limit-name standard-a1-core-count --availability-domain $ad",
    prints: { data: { used: 0, available: 80 } },
  },
  {
    run: "limits resource-availability get -c $tenancy --service-name compute --limit-name no-such-count",
    refused: { status: 404, code: "NotAuthorizedOrNotFound" },
  },
  {
    run: 'limits quota create -c $tenancy --name none --description d --statements ["zero"]',
    refused: { status: 400, code: "InvalidParameter" },
  },
  {
    run: `limits quota create -c $tenancy --name none --description d --statements '["zero compute quotas in compartment cli"]' --wait-for-state ACTIVE --wait-interval-seconds 1`,
    prints: { data: { name: "none", "lifecycle-state": "ACTIVE" } },
    keep: { quota: "data.id", stale: "etag" },
  },
  { run: "limits quota list -c $tenancy --name none --query data[*].id", prints: ["$quota"] },
  { run: "limits quota list -c $tenancy --lifecycle-state ACTIVE --query length(data)", prints: 1 },
  {
    run: "limits quota update --quota-id $quota --description changed --if-match wrong",
    refused: { status: 412, code: "NoEtagMatch" },
  },
  {
    run: "limits quota update --quota-id $quota --description changed --if-match $stale",
    prints: { data: { description: "changed", statements: ["zero compute quotas in compartment cli"] } },
  },
  { run: "limits quota delete --quota-id $quota --force", prints: null },
  { run: "limits quota get --quota-id $quota", refused: { status: 404, code: "NotAuthorizedOrNotFound" } },
  {
    run: 'budgets budget budget create -c $tenancy --amount 5 --reset-period MONTHLY --target-type COMPARTMENT --targets ["$compartment"] --display-name budget',
    prints: { data: { amount: 5, "reset-period": "MONTHLY", targets: ["$compartment"], "lifecycle-state": "ACTIVE" } },
    keep: { budget: "data.id", stale: "etag" },
  },
  { run: "budgets budget budget list -c $tenancy --display-name budget --query data[*].id", prints: ["$budget"] },
  { run: "budgets budget budget list -c $tenancy --lifecycle-state INACTIVE", prints: null },
  {
    run: "budgets budget alert-rule create --budget-id $budget --threshold 50 --threshold-type PERCENTAGE --type ACTUAL --recipients a@example.com --display-name half",
    prints: { data: { threshold: 50, recipients: "a@example.com", "budget-id": "$budget" } },
    keep: { alert: "data.id" },
  },
  { run: "budgets budget alert-rule list --budget-id $budget --query data[*].id", prints: ["$alert"] },
  { run: "budgets budget budget get --budget-id $budget", prints: { data: { "alert-rule-count": 1, version: 1 } } },
  {
    run: "budgets budget budget update --budget-id $budget --amount 7 --if-match wrong",
    refused: { status: 412, code: "NoEtagMatch" },
  },
  { run: "budgets budget budget update --budget-id $budget --amount 7", prints: { data: { amount: 7 } } },
  { run: "budgets budget alert-rule delete --budget-id $budget --alert-rule-id $alert --force", prints: null },
  { run: "budgets budget budget delete --budget-id $budget --force", prints: null },
];
