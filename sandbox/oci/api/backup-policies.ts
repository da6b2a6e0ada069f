/** Volume backup policies and their assignments. */
import type { Attributes } from "../../plugin/resource.ts";
import type { BackupPolicyAssignment, VolumeBackupPolicy } from "../../world/oci-backups.ts";
import { assignments, backupPolicy, backupPolicyAssignment, ORACLES } from "../backup-policy.ts";
import { regionOf } from "../regions.ts";
import { requireCompartment } from "../stored.ts";
import type { Answer } from "./answer.ts";
import { byRules, collection, common, shown, viewOf } from "./collection.ts";
import { listed } from "./lists.ts";
import { type Asked, needed, type Route } from "./route.ts";

const BASE = "/20160918";

function fields({ displayName, destinationRegion, schedules }: VolumeBackupPolicy): Attributes {
  return { displayName, destinationRegion, schedules };
}

const policies = byRules<VolumeBackupPolicy>({
  path: `${BASE}/volumeBackupPolicies`,
  service: "Core Volume Backup Policy",
  resource: "oci_core_volume_backup_policy",
  type: backupPolicy,
  all: (tenancy) => tenancy.volumeBackupPolicies,
  view: fields,
});

const assigned = byRules<BackupPolicyAssignment>({
  path: `${BASE}/volumeBackupPolicyAssignments`,
  service: "Core Volume Backup Policy Assignment",
  resource: "oci_core_volume_backup_policy_assignment",
  type: backupPolicyAssignment,
  all: assignments,
  view: ({ assetId, policyId }) => ({ assetId, policyId, xrcKmsKeyId: null }),
});

/** Without a compartment Oracle's own are listed (ListVolumeBackupPolicies). */
function listPolicies(asked: Asked): Answer {
  const compartmentId = asked.query.get("compartmentId");
  if (!compartmentId) return listed(asked, ORACLES.map(oraclesView));
  requireCompartment(asked.call, policies.service, compartmentId);
  const region = regionOf(asked.call);
  const here = asked.call.world.state.oci.volumeBackupPolicies.filter(
    (each) => each.compartmentId === compartmentId && each.region === region,
  );
  return listed(
    asked,
    here.map((each) => viewOf(asked, policies, each)),
  );
}

/** They are in no compartment, and nobody can change them. */
function oraclesView(each: VolumeBackupPolicy): Attributes {
  return { ...common(each), ...fields(each), compartmentId: null };
}

function oracles({ params }: Asked): Answer | null {
  const found = ORACLES.find(({ id }) => id === params.id);
  return found ? shown(oraclesView(found)) : null;
}

/** At most one (GetVolumeBackupPolicyAssetAssignment). */
function listAssignments(asked: Asked): Answer {
  const of = needed(asked.query, "assetId");
  const found = assignments(asked.call.world.state.oci).filter(({ assetId }) => assetId === of);
  return listed(
    asked,
    found.map((each) => viewOf(asked, assigned, each)),
  );
}

const isCall = ({ path }: Route): boolean => !path.endsWith("/changeCompartment");

export const backupPolicyRoutes: readonly Route[] = [
  { method: "GET", path: policies.path, run: listPolicies },
  ...collection(policies)
    .filter(isCall)
    .map((route): Route => ({
      ...route,
      run: (asked) => (route.method === "GET" ? oracles(asked) : null) ?? route.run(asked),
    })),
  { method: "GET", path: assigned.path, run: listAssignments },
  ...collection(assigned).filter((route) => isCall(route) && route.method !== "PUT"),
];
