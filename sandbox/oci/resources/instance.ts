/** Compute instances: launch, change, terminate. */
import { z } from "zod";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { nestedTags } from "../model/fields.ts";
import { isObject, maybeTags } from "../model/attributes.ts";
import { flag, generatedName, kept, maybeText, type Resource, type Stored, tags, text } from "../kernel/resource.ts";
import { detach, publicAddressOf } from "./primary-address.ts";
import { shapeConfig, systemTags } from "../model/shapes.ts";
import { unassign } from "./backup-policy-assignment.ts";
import { imageLaunchOptions } from "./image.ts";
import { launchFields } from "./instance-launch.ts";
import { assignIpv6, ipv6sOf } from "./ipv6.ts";
import type { Vnic } from "./vnic.ts";

const SERVICE = "Core Instance";

const block = z.record(z.string(), z.json()).nullable().default(null);

/** `user_data` and what else is hidden is what a host is made of; the rest is as the API has it. */
const body = z.object({
  displayName: generatedName,
  availabilityDomain: text,
  faultDomain: text,
  state: z.enum(["PROVISIONING", "RUNNING", "STOPPED", "TERMINATED"]),
  shape: text,
  ocpus: z.number(),
  memoryGb: z.number(),
  baselineOcpuUtilization: kept,
  imageId: text,
  /** Name of the bucket object the boot image was imported from; null for a platform image. */
  imageObject: maybeText,
  /** What the image boots with: `UEFI_64` or `BIOS`. */
  firmware: text,
  /** Changes when the boot volume is replaced: then nothing on the host's disk survives. */
  bootVolumeId: text,
  bootVolumeGb: z.number(),
  bootVolumeVpus: z.number(),
  /** RFC 3339; null for an instance that was never started again or reset. */
  startedAt: maybeText,
  metadata: tags,
  /** Decoded from base64: the cloud-config the host booted with. */
  userData: z.string(),
  extendedMetadata: z.record(z.string(), z.json()).default({}),
  ipxeScript: kept,
  isAIEnterpriseEnabled: kept,
  vnic: z.custom<Vnic>(),
  privateIp: text,
  publicIp: maybeText,
  agentConfig: z
    .object({
      areAllPluginsDisabled: flag.default(false),
      isManagementDisabled: flag.default(false),
      isMonitoringDisabled: flag.default(false),
      pluginsConfig: z.array(z.object({ name: text, desiredState: text })).default([]),
    })
    .prefault({}),
  availabilityConfig: z
    .object({
      isLiveMigrationPreferred: flag.nullable().default(null),
      recoveryAction: text.default("RESTORE_INSTANCE"),
    })
    .prefault({}),
  instanceOptions: z.object({ areLegacyImdsEndpointsDisabled: flag.default(false) }).prefault({}),
  /** Those that a launch has said. */
  launchOptions: z.record(z.string(), z.json()).default({}),
  isPvEncryptionInTransitEnabled: flag.default(false),
  platformConfig: block,
  securityAttributes: z.record(z.string(), z.json()).default({}),
  /** What the image was chosen by. */
  imageFilter: block,
});

/** An instance: what the API tells of it, and what its host is made of. */
export type Instance = Stored<z.output<typeof body>>;

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

/** What a host is made of, and the API says otherwise or nowhere. */
const OWN = [
  "state",
  "ocpus",
  "memoryGb",
  "baselineOcpuUtilization",
  "imageObject",
  "imageFilter",
  "firmware",
  "bootVolumeId",
  "bootVolumeGb",
  "bootVolumeVpus",
  "startedAt",
  "userData",
  "vnic",
  "privateIp",
  "publicIp",
];

/** Any JSON in the API, and in the provider a text, which is JSON where it is no string. */
function metadataSent(value: Json): Json {
  try {
    return JSON.parse(String(value));
  } catch {
    return value;
  }
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    instances: Instance[];
  }
}

/** Launched with its boot volume and its primary VNIC, which go with it. */
export const instance: Resource<z.output<typeof body>> = {
  type: "oci_core_instance",
  service: SERVICE,
  path: "/20160918/instances",
  idType: "instance",
  states: { creating: "PROVISIONING", deleting: "TERMINATING", deleted: "TERMINATED" },
  listedWhenGone: true,
  workBeside: {
    entityType: "instance",
    create: "LaunchInstance",
    update: "UpdateInstance",
    move: "ChangeInstanceCompartment",
    delete: "TerminateInstance",
  },
  body,
  fixed: ["availabilityDomain"],
  readOnly: OWN,
  hidden: OWN,
  notPlayed: [
    "capacity_reservation_id",
    "cluster_placement_group_id",
    "compute_cluster_id",
    "dedicated_vm_host_id",
    "instance_configuration_id",
    "launch_volume_attachments",
    "licensing_configs",
    "placement_constraint_details",
    "preemptible_instance_config",
    "preserve_boot_volume",
    "create_vnic_details.private_ip_id",
    "create_vnic_details.vlan_id",
    "shape_config.local_volume_size_in_gbs",
    "shape_config.nvmes",
    "shape_config.resource_management",
    "source_details.is_preserve_boot_volume_enabled",
    "source_details.kms_key_id",
  ],
  // The provider's argument is what is to be; the API's field is what is.
  renames: { state: "powerState" },
  all: (tenancy) => tenancy.instances,
  prepare: (given, { call, before }) => launchFields(given, call, before),
  made: ({ vnic }, said, call) => assignIpv6(call, vnic.id, said),
  changed(before, { bootVolumeId }, { world }) {
    if (bootVolumeId !== before.bootVolumeId) unassign(world.state.oci, before.bootVolumeId);
  },
  remove({ id, vnic, bootVolumeId }, { world }) {
    const { oci } = world.state;
    unassign(oci, bootVolumeId);
    const secondary = oci.vnicAttachments.filter(({ instanceId }) => instanceId === id);
    for (const each of [vnic, ...secondary.map((one) => one.vnic)]) detach(oci, each.id);
    oci.vnicAttachments = oci.vnicAttachments.filter(({ instanceId }) => instanceId !== id);
    for (const pool of oci.instancePools) pool.instanceIds = pool.instanceIds.filter((each) => each !== id);
    oci.volumeAttachments = oci.volumeAttachments.filter(({ instanceId }) => instanceId !== id);
  },
  // What a pool has launched is the pool's.
  inventoryName: ({ id, displayName }, { instancePools }) =>
    instancePools.some(({ instanceIds }) => instanceIds.includes(id)) ? null : displayName,
  computed(each, tenancy) {
    const { isPvEncryptionInTransitEnabled, baselineOcpuUtilization } = each;
    return {
      lifecycleState: each.state,
      region: each.region,
      shapeConfig: { ...shapeConfig(each), ...(baselineOcpuUtilization !== null && { baselineOcpuUtilization }) },
      launchMode: each.imageObject === null ? "NATIVE" : "CUSTOM",
      launchOptions: {
        ...imageLaunchOptions(each.firmware),
        ...each.launchOptions,
        isPvEncryptionInTransitEnabled,
      },
      sourceDetails: {
        sourceType: "image",
        imageId: each.imageId,
        bootVolumeSizeInGBs: each.bootVolumeGb,
        bootVolumeVpusPerGB: each.bootVolumeVpus,
        ...(each.imageFilter && { instanceSourceImageFilterDetails: each.imageFilter }),
      },
      securityAttributesState: "STABLE",
      isCrossNumaNode: false,
      systemTags: nestedTags(systemTags(tenancy)),
    };
  },
  fromTerraform({ extendedMetadata = null, ...given }): Attributes {
    if (!isObject(extendedMetadata)) return given;
    const entries = Object.entries(extendedMetadata).map(([key, value]) => [key, metadataSent(value)]);
    return { ...given, extendedMetadata: Object.fromEntries(entries) };
  },
  forTerraform: (each, _view, tenancy) => ({
    powerState: each.state,
    bootVolumeId: each.bootVolumeId,
    image: each.imageId,
    sourceDetails: {
      sourceType: "image",
      sourceId: each.imageId,
      bootVolumeSizeInGBs: each.bootVolumeGb,
      bootVolumeVpusPerGB: each.bootVolumeVpus,
    },
    createVnicDetails: {
      ...each.vnic,
      assignPublicIp: String(each.publicIp !== null),
      privateIp: each.privateIp,
      assignIpv6Ip: ipv6sOf(tenancy, each.vnic.id).length > 0,
      ipv6AddressIpv6SubnetCidrPairDetails: ipv6sOf(tenancy, each.vnic.id).map(
        ({ id: ipv6Id, ipAddress: ipv6Address, ipv6SubnetCidr }) => ({ ipv6Id, ipv6Address, ipv6SubnetCidr }),
      ),
    },
    subnetId: each.vnic.subnetId,
    hostnameLabel: each.vnic.hostnameLabel,
    privateIp: each.privateIp,
    publicIp: publicAddressOf(tenancy, each) ?? "",
    timeMaintenanceRebootDue: "",
  }),
  terraform: (type) => ({
    ...type,
    computedBlocks: COMPUTED_BLOCKS,
    /** The service takes SSH keys and user data at launch only. */
    replaces(prior, planned) {
      const [before, after] = [maybeTags(prior, "metadata") ?? {}, maybeTags(planned, "metadata") ?? {}];
      return ["ssh_authorized_keys", "user_data"].some((key) => before[key] !== after[key]) ? ["metadata"] : [];
    },
  }),
};
