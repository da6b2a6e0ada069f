/** Compute instances: launch, change, terminate. */
import type { Attributes, ResourceType } from "../plugin/resource.ts";
import type { Instance } from "../world/oci.ts";
import { block, maybeTags, maybeText, text } from "./attributes.ts";
import { instanceAttributes } from "./instance-attributes.ts";
import {
  bootImage,
  bootVolumeGb,
  faultDomain,
  launchDomain,
  powerState,
  requireSize,
  settings,
  sourceImageId,
  userData,
} from "./instance-checks.ts";
import { detach } from "./primary-address.ts";
import { invalid } from "./refusals.ts";
import { notFound } from "./refusals.ts";
import { hasShape, regionalId, requireAvailabilityDomain } from "./regions.ts";
import { unassign } from "./resources/backup-policy-assignment.ts";
import { requireVnics } from "./secondary-vnic.ts";
import { shapeSize } from "./shapes.ts";
import { defaultName, newObject, type Stored, stored } from "./stored.ts";
import { attachVnic, changedVnic } from "./vnic.ts";

const SERVICE = "Core Instance";

/** Launches said the subnet and the host name themselves before there were VNIC details; both still may. */
function vnicDetails(planned: Attributes): Attributes {
  const details = block(planned, "create_vnic_details");
  const either = (name: string) => maybeText(details, name) ?? maybeText(planned, name);
  return { ...details, subnet_id: either("subnet_id"), hostname_label: either("hostname_label") };
}

const kind: Stored<Instance> = {
  service: SERVICE,
  all: (tenancy) => tenancy.instances,
  attributes: instanceAttributes,
  create(call, planned) {
    const common = newObject(call, SERVICE, "instance", planned);
    const availabilityDomain = requireAvailabilityDomain(call, SERVICE, text(planned, "availability_domain"));
    const size = shapeSize(maybeText(planned, "shape") ?? "", block(planned, "shape_config"));
    if (!hasShape(call, availabilityDomain, size.shape))
      throw notFound(SERVICE, `shape ${size.shape} in ${availabilityDomain}`, "shape");
    const imageId = sourceImageId(planned);
    const image = bootImage(call, imageId, size.shape);
    const storageGb = bootVolumeGb(block(planned, "source_details"));
    const metadata = maybeTags(planned, "metadata") ?? {};
    const cloudConfig = userData(metadata);
    const displayName = maybeText(planned, "display_name") ?? defaultName(call, "instance");
    requireSize(call, size, storageGb, null);
    const domain = launchDomain(call, maybeText(planned, "fault_domain"), availabilityDomain, size.shape);
    return {
      ...common,
      displayName,
      state: powerState(planned),
      ...size,
      availabilityDomain,
      faultDomain: domain,
      imageId,
      ...image,
      bootVolumeGb: storageGb,
      bootVolumeId: regionalId(call, "bootvolume"),
      bootVolumeVpus: Number(maybeText(block(planned, "source_details"), "boot_volume_vpus_per_gb") ?? 10),
      metadata,
      userData: cloudConfig,
      settings: settings(planned, null),
      ...attachVnic(call, vnicDetails(planned), { ...common, availabilityDomain, displayName }),
    };
  },
  update(call, record, planned) {
    const size = shapeSize(maybeText(planned, "shape") ?? record.shape, block(planned, "shape_config"));
    const imageId = sourceImageId(planned);
    // A running instance does not need its image any more.
    const { imageObject, firmware, bootVolumeId } = record;
    const image =
      imageId === record.imageId
        ? { imageObject, firmware, bootVolumeId }
        : { ...bootImage(call, imageId, size.shape), bootVolumeId: regionalId(call, "bootvolume") };
    const storageGb = bootVolumeGb(block(planned, "source_details"));
    if (storageGb < record.bootVolumeGb)
      throw invalid(
        SERVICE,
        `A boot volume cannot shrink from ${record.bootVolumeGb} to ${storageGb} GB.`,
        "source_details.boot_volume_size_in_gbs",
      );
    const metadata = maybeTags(planned, "metadata") ?? record.metadata;
    const cloudConfig = userData(metadata);
    const domain = faultDomain(
      call,
      maybeText(planned, "fault_domain") ?? record.faultDomain,
      record.availabilityDomain,
    );
    const state = powerState(planned);
    requireSize(call, size, storageGb, record);
    requireVnics(call, record, size, 0);
    const changed = changedVnic(call, record, block(planned, "create_vnic_details"));
    // Another image is another boot volume: what was on the disk is gone, and cloud-init runs again.
    if (image.bootVolumeId !== record.bootVolumeId) unassign(call.world.state.oci, record.bootVolumeId);
    Object.assign(record, size, image, changed, {
      imageId,
      bootVolumeGb: storageGb,
      metadata,
      userData: cloudConfig,
      faultDomain: domain,
      displayName: maybeText(planned, "display_name") ?? record.displayName,
      state,
      settings: settings(planned, record.settings),
    });
  },
  remove(call, record) {
    const tenancy = call.world.state.oci;
    unassign(tenancy, record.bootVolumeId);
    const secondary = tenancy.vnicAttachments.filter(({ instanceId }) => instanceId === record.id);
    for (const { vnic } of [record, ...secondary]) detach(tenancy, vnic.id);
    tenancy.vnicAttachments = tenancy.vnicAttachments.filter(({ instanceId }) => instanceId !== record.id);
    for (const pool of tenancy.instancePools) pool.instanceIds = pool.instanceIds.filter((id) => id !== record.id);
    tenancy.volumeAttachments = tenancy.volumeAttachments.filter(({ instanceId }) => instanceId !== record.id);
  },
};

/** What the service fills in where the config has no such block. */
const COMPUTED_BLOCKS = [
  "agent_config",
  "agent_config.plugins_config",
  "availability_config",
  "create_vnic_details",
  "create_vnic_details.ipv6address_ipv6subnet_cidr_pair_details",
  "instance_options",
  "launch_options",
  "launch_volume_attachments",
  "licensing_configs",
  "platform_config",
  "shape_config",
  "source_details",
];

export const instance: ResourceType = {
  ...stored(kind),
  computedBlocks: COMPUTED_BLOCKS,
  /** The service takes SSH keys and user data at launch only. */
  replaces(prior, planned) {
    const [before, after] = [maybeTags(prior, "metadata") ?? {}, maybeTags(planned, "metadata") ?? {}];
    const changed = ["ssh_authorized_keys", "user_data"].some((key) => before[key] !== after[key]);
    return changed ? ["metadata"] : [];
  },
};
