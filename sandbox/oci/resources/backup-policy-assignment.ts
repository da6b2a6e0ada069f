/** Which volumes have which backup policy. */
import { z } from "zod";
import { text as required } from "../model/attributes.ts";
import { needed } from "../model/query.ts";
import { type Resource, text, type Stored } from "../kernel/resource.ts";
import { notFound } from "../model/refusals.ts";
import type { OciTenancy } from "../../world/oci.ts";
import { requirePolicy } from "./backup-policy.ts";

const SERVICE = "Core Volume Backup Policy Assignment";

const body = z.object({ assetId: text, policyId: text });

/** The compartment of a volume or boot volume. @throws ServiceRefusal 404 where there is none of that id */
function compartmentOf({ volumes, instances }: OciTenancy, id: string): string {
  const volume = volumes.find((each) => each.id === id) ?? instances.find(({ bootVolumeId }) => bootVolumeId === id);
  if (!volume) throw notFound(SERVICE, id, "asset_id");
  return volume.compartmentId;
}

/** A volume has one policy, and none once it is gone. */
export function unassign(tenancy: OciTenancy, volumeId: string, but?: string): void {
  tenancy.backupPolicyAssignments = tenancy.backupPolicyAssignments.filter(
    ({ id, assetId }) => id === but || assetId !== volumeId,
  );
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    backupPolicyAssignments: Stored<z.output<typeof body>>[];
  }
}

/** A volume has one at most; another one takes its place. */
export const backupPolicyAssignment: Resource<z.output<typeof body>> = {
  type: "oci_core_volume_backup_policy_assignment",
  service: SERVICE,
  path: "/20160918/volumeBackupPolicyAssignments",
  idType: "volumebackuppolicyassign",
  body,
  notPlayed: ["xrc_kms_key_id"],
  without: ["move", "update"],
  all: (tenancy) => tenancy.backupPolicyAssignments,
  // At most one (GetVolumeBackupPolicyAssetAssignment).
  selected(query, call) {
    const of = needed(query, "assetId");
    return call.world.state.oci.backupPolicyAssignments.filter(({ assetId }) => assetId === of);
  },
  prepare: (said, { call }) => ({
    ...said,
    compartmentId: compartmentOf(call.world.state.oci, required(said, "assetId")),
  }),
  check({ policyId }, { call }) {
    requirePolicy(call, SERVICE, policyId);
  },
  // "The prior backup policy will be silently unassigned": a volume has one (oracle/oci-go-sdk v65, core).
  made: ({ id, assetId }, _said, call) => unassign(call.world.state.oci, assetId, id),
  computed: () => ({ xrcKmsKeyId: null }),
  inventoryName: ({ assetId }) => assetId,
};
