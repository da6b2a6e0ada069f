/** Identity: the tenancy, compartments, groups, users, policies, tags. Leaves a compartment, `$compartment`. */
import type { Command } from "./command.ts";

const WAIT = "--wait-interval-seconds 1";

export const IDENTITY: readonly Command[] = [
  { run: "iam tenancy get --tenancy-id $tenancy", prints: { data: { id: "$tenancy", "home-region-key": "FRA" } } },
  { run: "iam region list --query data[?name=='eu-frankfurt-1'].key", prints: ["FRA"] },
  {
    run: "iam region-subscription list",
    prints: { data: [{ "region-name": "eu-frankfurt-1", "is-home-region": true }] },
  },
  {
    run: "iam availability-domain list",
    prints: { data: [1, 2, 3].map((each) => ({ name: expect.stringMatching(`:EU-FRANKFURT-1-AD-${each}$`) })) },
    keep: { ad: "data.0.name" },
  },
  {
    run: "iam fault-domain list -c $tenancy --availability-domain $ad --query data[*].name",
    prints: ["FAULT-DOMAIN-1", "FAULT-DOMAIN-2", "FAULT-DOMAIN-3"],
  },
  {
    run: `iam compartment create -c $tenancy --name cli --description for-the-cli --wait-for-state ACTIVE ${WAIT}`,
    prints: { data: { name: "cli", "lifecycle-state": "ACTIVE", "compartment-id": "$tenancy", "freeform-tags": {} } },
    keep: { compartment: "data.id", stale: "etag" },
  },
  {
    run: "iam compartment create -c $tenancy --name cli --description again",
    refused: { status: 409, code: "CompartmentAlreadyExists" },
  },
  { run: "iam compartment list --name cli --query data[*].id", prints: ["$compartment"] },
  { run: "iam compartment list --lifecycle-state DELETED", prints: null },
  { run: "iam compartment list --include-root --query data[*].name", prints: ["sandbox", "cli"] },
  {
    run: "iam compartment update --compartment-id $compartment --description changed --if-match $stale",
    prints: { data: { description: "changed", name: "cli" } },
  },
  {
    run: "iam compartment update --compartment-id $compartment --description twice --if-match $stale",
    refused: { status: 412, code: "NoEtagMatch" },
  },
  { run: "iam compartment get --compartment-id $compartment --query data.description", prints: "changed" },
  {
    run: `iam group create --name operators --description d --wait-for-state ACTIVE ${WAIT}`,
    prints: { data: { name: "operators", "lifecycle-state": "ACTIVE" } },
    keep: { group: "data.id" },
  },
  {
    run: "iam user create --name ada --description d --email ada@example.com",
    prints: { data: { name: "ada", email: "ada@example.com" } },
    keep: { user: "data.id" },
  },
  {
    run: "iam group add-user --group-id $group --user-id $user",
    prints: { data: { "user-id": "$user", "group-id": "$group" } },
  },
  { run: "iam group list-users --group-id $group --query data[*].name", prints: ["ada"] },
  { run: "iam user list-groups --user-id $user --query data[*].name", prints: ["operators"] },
  { run: "iam group delete --group-id $group --force", refused: { status: 409, code: "Conflict" } },
  { run: "iam group remove-user --group-id $group --user-id $user --force", prints: null },
  { run: "iam user list --name ada --query data[*].id", prints: ["$user"] },
  { run: "iam user delete --user-id $user --force", prints: null },
  {
    run: `iam policy create -c $compartment --name read --description d --statements '["Allow group operators"]'`,
    refused: { status: 400, code: "InvalidParameter" },
  },
  {
    run: `iam policy create -c $tenancy --name read --description d --statements '["Allow group operators to read buckets in tenancy"]' --wait-for-state ACTIVE ${WAIT}`,
    prints: { data: { statements: ["Allow group operators to read buckets in tenancy"], "lifecycle-state": "ACTIVE" } },
    keep: { policy: "data.id" },
  },
  { run: "iam policy list -c $tenancy --name read --query data[*].id", prints: ["$policy"] },
  { run: `iam policy delete --policy-id $policy --force --wait-for-state DELETED ${WAIT}`, prints: null },
  { run: "iam group delete --group-id $group --force", prints: null },
  {
    run: "iam tag-namespace create -c $compartment --name cli --description d",
    prints: { data: { name: "cli", "is-retired": false } },
    keep: { namespace: "data.id" },
  },
  {
    run: "iam tag create --tag-namespace-id $namespace --name owner --description d",
    prints: { data: { name: "owner", "tag-namespace-name": "cli" } },
  },
  { run: "iam tag list --tag-namespace-id $namespace --query data[*].name", prints: ["owner"] },
  { run: "iam tag retire --tag-namespace-id $namespace --tag-name owner", prints: { data: { "is-retired": true } } },
];
