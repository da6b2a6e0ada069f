/** Block volumes and what they are attached to. */
import type { Attributes, ResourceType } from "../plugin/resource.ts";
import type { BlockVolume, VolumeAttachment } from "../world/oci.ts";
import { maybeFlag, maybeNumber, maybeText, text } from "./attributes.ts";
import { backupPolicyAssignment, requirePolicy } from "./backup-policy.ts";
import { requireRoom } from "./limits.ts";
import { conflict, invalid, referenced } from "./refusals.ts";
import { requireAvailabilityDomain } from "./regions.ts";
import { defaultName, newObject, requireObject, stored } from "./stored.ts";

const VOLUME = "Core Volume";
const ATTACHMENT = "Core Volume Attachment";

/** Volumes of Oracle's page on block volumes: 50 GB to 32 TB. */
function sizeOf(planned: Attributes): number {
  const megabytes = maybeNumber(planned, "size_in_mbs");
  const size = Number(maybeNumber(planned, "size_in_gbs") ?? (megabytes === null ? 1024 : megabytes / 1024));
  if (Number.isInteger(size) && size >= 50 && size <= 32_768) return size;
  throw invalid(VOLUME, `sizeInGBs ${size} is not valid: a volume has 50 to 32768 GB.`, "size_in_gbs");
}

function vpusOf(planned: Attributes): number {
  const vpus = maybeNumber(planned, "vpus_per_gb") ?? 10;
  if (Number.isInteger(vpus / 10) && vpus >= 0 && vpus <= 120) return vpus;
  throw invalid(VOLUME, `vpusPerGB ${vpus} is not valid: 0 to 120, in tens.`, "vpus_per_gb");
}

const volumeKind = stored<BlockVolume>({
  service: VOLUME,
  all: (tenancy) => tenancy.volumes,
  attributes: (each) => ({
    availability_domain: each.availabilityDomain,
    display_name: each.displayName,
    size_in_gbs: each.sizeInGBs,
    vpus_per_gb: each.vpusPerGB,
  }),
  create(call, planned) {
    const domain = requireAvailabilityDomain(call, VOLUME, text(planned, "availability_domain"));
    const sizeInGBs = sizeOf(planned);
    requireRoom(call.world.state.oci, { storageGb: sizeInGBs });
    return {
      ...newObject(call, VOLUME, "volume", planned),
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "volume"),
      availabilityDomain: domain,
      sizeInGBs,
      vpusPerGB: vpusOf(planned),
    };
  },
  update(call, record, planned) {
    const [size, vpus] = [sizeOf(planned), vpusOf(planned)];
    if (size < record.sizeInGBs)
      throw invalid(VOLUME, `A volume cannot shrink from ${record.sizeInGBs} to ${size} GB.`, "size_in_gbs");
    requireRoom(call.world.state.oci, { storageGb: size - record.sizeInGBs });
    record.sizeInGBs = size;
    record.vpusPerGB = vpus;
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
  },
  remove(call, record) {
    const attached = call.world.state.oci.volumeAttachments.find(({ volumeId }) => volumeId === record.id);
    if (attached) throw referenced(VOLUME, `The volume ${record.id}`, `the volume attachment ${attached.id}`);
  },
});

/** A backup policy that is named at the creation is assigned; it is told of by its assignment only. */
export const volume: ResourceType = {
  ...volumeKind,
  async create(call, planned) {
    const policyId = maybeText(planned, "backup_policy_id");
    if (policyId !== null) requirePolicy(call, VOLUME, policyId);
    const made = await volumeKind.create(call, planned);
    if (policyId !== null)
      await backupPolicyAssignment.create(call, { asset_id: made.id ?? null, policy_id: policyId });
    return made;
  },
};

export const volumeAttachment = stored<VolumeAttachment>({
  service: ATTACHMENT,
  all: (tenancy) => tenancy.volumeAttachments,
  attributes: (each) => ({ display_name: each.displayName, instance_id: each.instanceId, volume_id: each.volumeId }),
  create(call, planned) {
    const { instances, volumes, volumeAttachments } = call.world.state.oci;
    const host = requireObject(call, ATTACHMENT, instances, text(planned, "instance_id"), "instance_id");
    const disk = requireObject(call, ATTACHMENT, volumes, text(planned, "volume_id"), "volume_id");
    if (disk.availabilityDomain !== host.availabilityDomain)
      throw invalid(ATTACHMENT, `Volume ${disk.id} is in ${disk.availabilityDomain}.`, "volume_id");
    const other = volumeAttachments.find(({ volumeId }) => volumeId === disk.id);
    if (other) throw conflict(ATTACHMENT, `Volume ${disk.id} is attached to ${other.instanceId}.`, "volume_id");
    const type = text(planned, "type");
    if (type !== "paravirtualized" && type !== "iscsi")
      throw invalid(ATTACHMENT, `type ${type} is not valid: paravirtualized or iscsi.`, "type");
    return {
      ...newObject(call, ATTACHMENT, "volumeattachment", { ...planned, compartment_id: host.compartmentId }),
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "volumeattachment"),
      availabilityDomain: host.availabilityDomain,
      instanceId: host.id,
      volumeId: disk.id,
      attachmentType: type,
      isReadOnly: maybeFlag(planned, "is_read_only") ?? false,
    };
  },
  update(_call, record, planned) {
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
  },
});
