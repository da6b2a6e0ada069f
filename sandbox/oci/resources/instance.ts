/** Compute instances: launch, change, terminate. */
import type { z } from "zod";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { nestedTags } from "../model/fields.ts";
import { isObject, maybeTags } from "../model/attributes.ts";
import type { Resource, Stored } from "../kernel/resource.ts";
import { detach, publicAddressOf } from "./primary-address.ts";
import { shapeConfig, systemTags } from "../model/shapes.ts";
import { attachBootVolume } from "./boot-volume.ts";
import { unassign } from "./backup-policy-assignment.ts";
import { imageLaunchOptions } from "./image.ts";
import { body } from "./instance-body.ts";
import { launchFields, withConfiguration } from "./instance-launch.ts";
import { sourceDetails } from "./instance-source.ts";
import { assignIpv6, ipv6sOf } from "./ipv6.ts";

const SERVICE = "Core Instance";

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
  "ownBootVolume",
  "startedAt",
  "userData",
  "vnic",
  "privateIp",
  "publicIp",
];

/** Any JSON in the API; in the provider a text. */
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
  slow: { securityAttributes: "securityAttributesState" },
  listedWhenGone: true,
  workBeside: {
    entityType: "instance",
    create: "LaunchInstance",
    update: "UpdateInstance",
    move: "ChangeInstanceCompartment",
    delete: "TerminateInstance",
  },
  body,
  fixed: ["availabilityDomain", "instanceConfigurationId"],
  readOnly: OWN,
  hidden: OWN,
  notPlayed: [
    "capacity_reservation_id",
    "cluster_placement_group_id",
    "compute_cluster_id",
    "dedicated_vm_host_id",
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
  prepare: (given, { call, before }) => launchFields(before ? given : withConfiguration(call, given), call, before),
  made({ vnic, bootVolumeId }, said, call) {
    assignIpv6(call, vnic.id, said);
    attachBootVolume(call, bootVolumeId);
  },
  changed(before, { bootVolumeId }, call) {
    if (bootVolumeId === before.bootVolumeId) return;
    unassign(call.world.state.oci, before.bootVolumeId);
    attachBootVolume(call, bootVolumeId);
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
      sourceDetails: sourceDetails(each),
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
      sourceType: each.ownBootVolume ? "bootVolume" : "image",
      sourceId: each.ownBootVolume ? each.bootVolumeId : each.imageId,
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
