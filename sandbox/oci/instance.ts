/** Compute instances: launch, change, terminate. */
import type { Attributes, Call, ResourceType } from "../plugin/resource.ts";
import type { Instance, InstanceSettings, Vnic } from "../world/oci.ts";
import { block, blocks, maybeFlag, maybeTags, maybeText, maybeTexts, text } from "./attributes.ts";
import { firmware } from "./image.ts";
import { instanceAttributes } from "./instance-attributes.ts";
import { requireRoom } from "./limits.ts";
import { platformImages } from "./platform-images.ts";
import { conflict, invalid, notFound } from "./refusals.ts";
import { FAULT_DOMAINS, regionalId, regionOf, requireAvailabilityDomain } from "./regions.ts";
import { requireGroups } from "./security-group.ts";
import { A1_SHAPE, type ShapeSize, shapeSize } from "./shapes.ts";
import { defaultName, find, newObject, type Stored, stored } from "./stored.ts";
import { requireSubnet, takeAddress, takePublicAddress } from "./subnet.ts";

const SERVICE = "Core Instance";

interface BootImage {
  readonly id: string;
  readonly objectName: string | null;
  readonly firmware: string;
}

/** @throws 404 for an image that does not exist, 400 for one that the shape cannot boot. */
function bootImage(call: Call, id: string, shape: string): BootImage {
  const custom = find(call, call.world.state.oci.images, id);
  const platform = platformImages(regionOf(call)).find((image) => image.id === id);
  const fits = custom ? custom.shapes.some(({ name }) => name === shape) : platform?.shape === shape;
  if (!custom && !platform) throw notFound(SERVICE, `image ${id}`, "source_details.source_id");
  // What is imported by hand is taken for an x86 image until a shape is added.
  const assumed = custom !== null && custom.shapes.length === 0 && shape !== A1_SHAPE;
  if (!fits && !assumed)
    throw invalid(SERVICE, `Shape ${shape} is not valid for image ${id}.`, "source_details.source_id");
  return { id, objectName: custom?.objectName ?? null, firmware: custom ? firmware(custom) : "UEFI_64" };
}

function bootVolumeGb(source: Attributes): number {
  const size = Number(maybeText(source, "boot_volume_size_in_gbs") ?? 50);
  if (!Number.isInteger(size) || size < 50 || size > 32_768)
    throw invalid(
      SERVICE,
      `bootVolumeSizeInGBs ${size} is not valid: a boot volume has 50 to 32768 GB.`,
      "source_details.boot_volume_size_in_gbs",
    );
  return size;
}

function faultDomain(call: Call, wanted: string | null, availabilityDomain: string): string {
  if (wanted !== null) {
    const found = FAULT_DOMAINS.find((name) => name === wanted.toUpperCase());
    if (found === undefined)
      throw invalid(SERVICE, `faultDomain ${wanted} is not valid: ${FAULT_DOMAINS.join(", ")}.`, "fault_domain");
    return found;
  }
  const { instances } = call.world.state.oci;
  const load = (name: string): number =>
    instances.filter((other) => other.availabilityDomain === availabilityDomain && other.faultDomain === name).length;
  return FAULT_DOMAINS.toSorted((a, b) => load(a) - load(b))[0] ?? FAULT_DOMAINS[0];
}

/** `user_data` is base64; all metadata together 32,000 bytes at most. */
function userData(metadata: Readonly<Record<string, string>>): string {
  const size = Object.entries(metadata).reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
  if (size > 32_000) throw invalid(SERVICE, `The metadata has ${size} bytes; 32000 are allowed.`, "metadata");
  const encoded = metadata.user_data ?? "";
  const decoded = Buffer.from(encoded, "base64");
  if (decoded.toString("base64").replace(/=+$/, "") !== encoded.replace(/=+$/, ""))
    throw invalid(SERVICE, "metadata user_data must be base64.", "metadata");
  return decoded.toString("utf8");
}

/** Settings keep what they were where the plan says nothing. */
function settings(planned: Attributes, before: InstanceSettings | null): InstanceSettings {
  const [agent, options] = [block(planned, "agent_config"), block(planned, "instance_options")];
  const availability = block(planned, "availability_config");
  const plugins = blocks(agent, "plugins_config").map((plugin) => ({
    name: text(plugin, "name"),
    desiredState: text(plugin, "desired_state"),
  }));
  return {
    agentManagementDisabled: maybeFlag(agent, "is_management_disabled") ?? before?.agentManagementDisabled ?? false,
    agentMonitoringDisabled: maybeFlag(agent, "is_monitoring_disabled") ?? before?.agentMonitoringDisabled ?? false,
    agentPluginsDisabled: maybeFlag(agent, "are_all_plugins_disabled") ?? before?.agentPluginsDisabled ?? false,
    agentPlugins: plugins,
    legacyImdsDisabled: maybeFlag(options, "are_legacy_imds_endpoints_disabled") ?? before?.legacyImdsDisabled ?? false,
    liveMigrationPreferred: maybeFlag(availability, "is_live_migration_preferred"),
    recoveryAction: maybeText(availability, "recovery_action") ?? before?.recoveryAction ?? "RESTORE_INSTANCE",
    pvEncryptionInTransit:
      maybeFlag(planned, "is_pv_encryption_in_transit_enabled") ?? before?.pvEncryptionInTransit ?? false,
  };
}

/** Terraform waits until an instance runs, so that is where it begins here; `state` may ask for a stopped one. */
function powerState(planned: Attributes): Instance["state"] {
  const wanted = maybeText(planned, "state") ?? "RUNNING";
  if (wanted !== "RUNNING" && wanted !== "STOPPED")
    throw invalid(SERVICE, `state ${wanted} is not valid: RUNNING or STOPPED.`, "state");
  return wanted;
}

interface Launched {
  readonly vnic: Vnic;
  readonly privateIp: string;
  readonly publicIp: string | null;
}

function hostnameLabel(call: Call, subnetId: string, details: Attributes, self: string | null): string | null {
  const label = maybeText(details, "hostname_label");
  if (label === null) return null;
  const subnet = requireSubnet(call, SERVICE, subnetId, "create_vnic_details.subnet_id");
  const attribute = "create_vnic_details.hostname_label";
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label))
    throw invalid(SERVICE, `hostnameLabel ${label} is not a host name of RFC 952 and 1123.`, attribute);
  if (subnet.dnsLabel === null)
    throw invalid(SERVICE, `Subnet ${subnet.id} has no dnsLabel, so hostnameLabel cannot be used.`, attribute);
  const used = call.world.state.oci.instances.some(
    ({ id, vnic }) => id !== self && vnic.subnetId === subnetId && vnic.hostnameLabel === label,
  );
  if (used) throw conflict(SERVICE, `hostnameLabel ${label} is already used in subnet ${subnetId}.`, attribute);
  return label;
}

function attachVnic(
  call: Call,
  details: Attributes,
  {
    availabilityDomain,
    displayName,
    definedTags,
  }: Pick<Instance, "availabilityDomain" | "displayName" | "definedTags">,
): Launched {
  const at = "create_vnic_details";
  const subnetId = maybeText(details, "subnet_id");
  if (subnetId === null) throw invalid(SERVICE, "createVnicDetails.subnetId is required.", `${at}.subnet_id`);
  const subnet = requireSubnet(call, SERVICE, subnetId, `${at}.subnet_id`);
  if (subnet.availabilityDomain !== null && subnet.availabilityDomain !== availabilityDomain)
    throw invalid(SERVICE, `Subnet ${subnetId} is in ${subnet.availabilityDomain}.`, `${at}.subnet_id`);
  const nsgIds = requireGroups(call, SERVICE, maybeTexts(details, "nsg_ids") ?? [], subnet.vcnId, `${at}.nsg_ids`);
  const wantsPublic = maybeText(details, "assign_public_ip") !== "false";
  if (wantsPublic && subnet.prohibitPublicIpOnVnic)
    throw invalid(SERVICE, `Subnet ${subnetId} prohibits public IP addresses.`, `${at}.assign_public_ip`);
  const label = hostnameLabel(call, subnetId, details, null);
  return {
    privateIp: takeAddress(call, SERVICE, subnet, maybeText(details, "private_ip"), `${at}.private_ip`),
    publicIp: wantsPublic ? takePublicAddress(call, SERVICE) : null,
    vnic: {
      id: regionalId(call, "vnic"),
      subnetId,
      displayName: maybeText(details, "display_name") ?? displayName,
      hostnameLabel: label,
      nsgIds,
      skipSourceDestCheck: maybeFlag(details, "skip_source_dest_check") ?? false,
      freeformTags: maybeTags(details, "freeform_tags") ?? {},
      definedTags: maybeTags(details, "defined_tags") ?? definedTags,
    },
  };
}

/** The room that a size takes; `before` is what it already has. */
function requireSize(call: Call, size: ShapeSize, storageGb: number, before: Instance | null): void {
  const same = before?.shape === size.shape;
  const arm = size.shape === A1_SHAPE;
  requireRoom(call.world.state.oci, {
    a1Cores: arm ? size.ocpus - (same ? before.ocpus : 0) : 0,
    a1Memory: arm ? size.memoryGb - (same ? before.memoryGb : 0) : 0,
    micros: arm || same ? 0 : 1,
    storageGb: storageGb - (before?.bootVolumeGb ?? 0),
  });
}

function sourceImageId(planned: Attributes): string {
  const source = block(planned, "source_details");
  const type = maybeText(source, "source_type") ?? "image";
  if (type !== "image")
    throw invalid(SERVICE, `The sandbox boots from source type image, not ${type}.`, "source_details.source_type");
  const id = maybeText(source, "source_id") ?? maybeText(planned, "image");
  if (id === null) throw invalid(SERVICE, "sourceDetails.sourceId is required.", "source_details.source_id");
  return id;
}

const kind: Stored<Instance> = {
  service: SERVICE,
  all: (tenancy) => tenancy.instances,
  attributes: instanceAttributes,
  create(call, planned) {
    const common = newObject(call, SERVICE, "instance", planned);
    const availabilityDomain = requireAvailabilityDomain(call, SERVICE, text(planned, "availability_domain"));
    const size = shapeSize(maybeText(planned, "shape") ?? "", block(planned, "shape_config"));
    const image = bootImage(call, sourceImageId(planned), size.shape);
    const storageGb = bootVolumeGb(block(planned, "source_details"));
    const metadata = maybeTags(planned, "metadata") ?? {};
    const cloudConfig = userData(metadata);
    const domain = faultDomain(call, maybeText(planned, "fault_domain"), availabilityDomain);
    const displayName = maybeText(planned, "display_name") ?? defaultName(call, "instance");
    requireSize(call, size, storageGb, null);
    return {
      ...common,
      displayName,
      state: powerState(planned),
      ...size,
      availabilityDomain,
      faultDomain: domain,
      imageId: image.id,
      imageObject: image.objectName,
      firmware: image.firmware,
      bootVolumeGb: storageGb,
      bootVolumeId: regionalId(call, "bootvolume"),
      bootVolumeVpus: Number(maybeText(block(planned, "source_details"), "boot_volume_vpus_per_gb") ?? 10),
      metadata,
      userData: cloudConfig,
      settings: settings(planned, null),
      ...attachVnic(call, block(planned, "create_vnic_details"), { ...common, availabilityDomain, displayName }),
    };
  },
  update(call, record, planned) {
    const size = shapeSize(maybeText(planned, "shape") ?? record.shape, block(planned, "shape_config"));
    const image = bootImage(call, sourceImageId(planned), size.shape);
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
    const details = block(planned, "create_vnic_details");
    const { vnic } = record;
    const subnet = requireSubnet(call, SERVICE, vnic.subnetId, "create_vnic_details.subnet_id");
    const nsgIds = maybeTexts(details, "nsg_ids") ?? vnic.nsgIds;
    requireGroups(call, SERVICE, nsgIds, subnet.vcnId, "create_vnic_details.nsg_ids");
    const label = hostnameLabel(call, vnic.subnetId, details, record.id) ?? vnic.hostnameLabel;
    requireSize(call, size, storageGb, record);
    const wantsPublic = maybeText(details, "assign_public_ip") !== "false";
    record.publicIp = wantsPublic ? (record.publicIp ?? takePublicAddress(call, SERVICE)) : null;
    record.vnic = {
      ...vnic,
      nsgIds,
      hostnameLabel: label,
      displayName: maybeText(details, "display_name") ?? vnic.displayName,
      skipSourceDestCheck: maybeFlag(details, "skip_source_dest_check") ?? vnic.skipSourceDestCheck,
      freeformTags: maybeTags(details, "freeform_tags") ?? vnic.freeformTags,
      definedTags: maybeTags(details, "defined_tags") ?? vnic.definedTags,
    };
    // Another image is another boot volume: what was on the disk is gone, and cloud-init runs again.
    if (image.id !== record.imageId) record.bootVolumeId = regionalId(call, "bootvolume");
    Object.assign(record, size, {
      imageId: image.id,
      imageObject: image.objectName,
      firmware: image.firmware,
      bootVolumeGb: storageGb,
      metadata,
      userData: cloudConfig,
      faultDomain: domain,
      displayName: maybeText(planned, "display_name") ?? record.displayName,
      state,
      settings: settings(planned, record.settings),
    });
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
