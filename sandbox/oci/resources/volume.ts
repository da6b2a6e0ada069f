/** Block volumes. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { isObject } from "../model/attributes.ts";
import { systemTags } from "../model/shapes.ts";
import { create } from "../kernel/operations.ts";
import { AVAILABLE, generatedName, kept, type Resource, text, type Stored } from "../kernel/resource.ts";
import { nestedTags } from "../model/fields.ts";
import { requireRoom } from "../model/limits.ts";
import { requireObject } from "../model/records.ts";
import { requireBackup } from "./volume-backup.ts";
import { invalid, notPlayed, referenced } from "../model/refusals.ts";
import { backupPolicyAssignment, unassign } from "./backup-policy-assignment.ts";
import { requirePolicy } from "./backup-policy.ts";

const SERVICE = "Core Volume";

const body = z.object({
  displayName: generatedName,
  availabilityDomain: text,
  // oracle/oci 8.28.0, its acceptance tests of volumes without a size
  sizeInGBs: z.number().default(50),
  vpusPerGB: z.number().default(10),
  autotunePolicies: kept,
  isAutoTuneEnabled: z.boolean().default(false),
  isReservationsEnabled: kept,
  sourceDetails: kept,
});

/** One that is made of another volume, or of a backup, is as large. @throws ServiceRefusal */
function sourceSize(call: ProviderContext, { sourceDetails = null }: Attributes): Attributes {
  if (!isObject(sourceDetails)) return {};
  const { type, id } = sourceDetails;
  if (type === "volumeBackup")
    return { sizeInGBs: requireBackup(call, SERVICE, "volumeBackups", String(id)).sizeInGBs };
  // What changed between two backups.
  if (type === "volumeBackupDelta") {
    const [, second] = ["firstBackupId", "secondBackupId"].map((field) =>
      requireBackup(call, SERVICE, "volumeBackups", String(sourceDetails[field])),
    );
    return { sizeInGBs: second?.sizeInGBs ?? null };
  }
  if (type !== "volume") throw notPlayed(`source_details.type ${String(type)} of a volume`, "source_details");
  const { volumes } = call.world.state.oci;
  return { sizeInGBs: requireObject(call, SERVICE, volumes, String(id), "source_details").sizeInGBs };
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    volumes: Stored<z.output<typeof body>>[];
  }
}

/** Grows, and never shrinks. */
export const volume: Resource<z.output<typeof body>> = {
  type: "oci_core_volume",
  service: SERVICE,
  path: "/20160918/volumes",
  idType: "volume",
  ...AVAILABLE,
  states: { ...AVAILABLE.states, deleted: "TERMINATED" },
  body,
  fixed: ["availabilityDomain", "sourceDetails"],
  notPlayed: ["block_volume_replicas", "cluster_placement_group_id", "kms_key_id", "xrc_kms_key_id"],
  all: (tenancy) => tenancy.volumes,
  prepare: ({ sizeInMBs, backupPolicyId = null, volumeBackupId = null, ...said }, { call, before }) => {
    if (typeof backupPolicyId === "string") requirePolicy(call, SERVICE, backupPolicyId);
    const older = volumeBackupId === null ? {} : { sourceDetails: { type: "volumeBackup", id: volumeBackupId } };
    return {
      ...older,
      ...(!before && sourceSize(call, { ...older, ...said })),
      ...(typeof sizeInMBs === "number" && { sizeInGBs: sizeInMBs / 1024 }),
      ...said,
    };
  },
  check({ sizeInGBs: size, vpusPerGB: vpus }, { call, before }) {
    // Oracle's page on block volumes: 50 GB to 32 TB.
    if (!Number.isInteger(size) || size < 50 || size > 32_768)
      throw invalid(SERVICE, `sizeInGBs ${size} is not valid: a volume has 50 to 32768 GB.`, "size_in_gbs");
    if (!Number.isInteger(vpus / 10) || vpus < 0 || vpus > 120)
      throw invalid(SERVICE, `vpusPerGB ${vpus} is not valid: 0 to 120, in tens.`, "vpus_per_gb");
    if (before && size < before.sizeInGBs)
      throw invalid(SERVICE, `A volume cannot shrink from ${before.sizeInGBs} to ${size} GB.`, "size_in_gbs");
    requireRoom(call.world.state.oci, { storageGb: size - (before?.sizeInGBs ?? 0) });
  },
  // A backup policy that is named at the creation is assigned; only the assignment shows it.
  made({ id }, { backupPolicyId = null }, call) {
    if (typeof backupPolicyId === "string")
      create(backupPolicyAssignment, call, { assetId: id, policyId: backupPolicyId });
  },
  remove({ id }, { world }) {
    const attached = world.state.oci.volumeAttachments.find(({ volumeId }) => volumeId === id);
    if (attached) throw referenced(SERVICE, `The volume ${id}`, `the volume attachment ${attached.id}`);
    unassign(world.state.oci, id);
  },
  inventoryName: () => null,
  computed: ({ sizeInGBs, vpusPerGB }, tenancy) => ({
    sizeInMBs: sizeInGBs * 1024,
    autoTunedVpusPerGB: vpusPerGB,
    isHydrated: true,
    systemTags: nestedTags(systemTags(tenancy)),
  }),
};
