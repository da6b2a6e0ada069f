/** Instances, images, volumes, addresses. */
import { isObject } from "../../../../sandbox/oci/model/attributes.ts";
import type { Attributes, Json } from "../../../../sandbox/plugin/resource.ts";
import { type Case, OLDER, OTHER, PROVIDERS, UNREAD } from "./case.ts";
import { CORE, type Made } from "./world.ts";

/** The API has an image's id, where the provider has a source's of any type. */
function apiLaunch({ sourceDetails = null, ...body }: Attributes): Attributes {
  const { sourceId = null, ...source } = isObject(sourceDetails) ? sourceDetails : {};
  return { ...body, extendedMetadata: { deep: { er: "x" } }, sourceDetails: { ...source, imageId: sourceId } };
}

function attachment(type: string, values: (here: Made) => Record<string, Json>, others: readonly string[]): Case {
  return {
    resource: "oci_core_volume_attachment",
    variant: type,
    path: () => `${CORE}/volumeAttachments`,
    said: (here) => ({
      values: {
        attachment_type: type,
        instance_id: here.instance,
        device: "/dev/oracleoci/oraclevdb",
        ...values(here),
      },
      without: Object.fromEntries(others.map((name) => [name, OTHER])),
    }),
    untold: { compartment_id: "the instance's", use_chap: UNREAD },
    body: ({ attachmentType = null, ...body }) => ({ ...body, type: attachmentType, attachmentType }),
  };
}

const CAPABILITY = { descriptorType: "enumstring", source: "IMAGE", values: ["UEFI_64"], defaultValue: "UEFI_64" };

const GOLD = "ocid1.volumebackuppolicy.oc1..aaaaaaaagcremuefit7dpcnjpdrtphjk4bwm3emm55t6cghctt2m6iyyjdva";

export const computeCases: readonly Case[] = [
  {
    resource: "oci_core_instance",
    path: () => `${CORE}/instances`,
    said: ({ domain, subnet, network6, group, platformImage }) => ({
      values: {
        availability_domain: domain,
        fault_domain: "FAULT-DOMAIN-2",
        shape: "VM.Standard.A1.Flex",
        state: "RUNNING",
        "shape_config.ocpus": 2,
        "shape_config.memory_in_gbs": 13,
        "shape_config.vcpus": 2,
        "shape_config.baseline_ocpu_utilization": "BASELINE_1_2",
        "source_details.source_type": "image",
        "source_details.source_id": platformImage,
        "source_details.boot_volume_size_in_gbs": "51",
        "source_details.boot_volume_vpus_per_gb": "20",
        "availability_config.recovery_action": "STOP_INSTANCE",
        "agent_config.plugins_config.desired_state": "ENABLED",
        "create_vnic_details.subnet_id": subnet,
        "create_vnic_details.nsg_ids": [group],
        "create_vnic_details.private_ip": "10.0.0.50",
        "create_vnic_details.hostname_label": "every",
        "create_vnic_details.assign_public_ip": "true",
        "create_vnic_details.subnet_cidr": "10.0.0.0/24",
        "create_vnic_details.ipv6address_ipv6subnet_cidr_pair_details.ipv6subnet_cidr": network6,
        "create_vnic_details.ipv6address_ipv6subnet_cidr_pair_details.ipv6address": "2001:db8:0:100::50",
        "launch_options.boot_volume_type": "ISCSI",
        "launch_options.firmware": "UEFI_64",
        "launch_options.network_type": "VFIO",
        "launch_options.remote_data_volume_type": "ISCSI",
        update_operation_constraint: "ALLOW_DOWNTIME",
      },
      without: {
        image: OLDER,
        subnet_id: OLDER,
        hostname_label: OLDER,
        platform_config: OTHER,
        "source_details.instance_source_image_filter_details": OTHER,
        "create_vnic_details.ipv6address_ipv6subnet_cidr_pair_details.ipv6id": OTHER,
        instance_configuration_id: OTHER,
      },
    }),
    untold: {
      "create_vnic_details.assign_ipv6ip": UNREAD,
      "create_vnic_details.subnet_cidr": UNREAD,
      async: PROVIDERS,
      preserve_data_volumes_created_at_launch: PROVIDERS,
      update_operation_constraint: PROVIDERS,
      "create_vnic_details.assign_private_dns_record": UNREAD,
    },
    body: ({ state: _state, isPvEncryptionInTransitEnabled: _inLaunchOptions, ...body }) => apiLaunch(body),
  },
  {
    resource: "oci_core_instance_configuration",
    path: () => `${CORE}/instanceConfigurations`,
    said: ({ domain, subnet, group, platformImage }) => ({
      values: {
        source: "NONE",
        instance_details: [
          {
            instance_type: "compute",
            launch_details: [
              {
                availability_domain: domain,
                display_name: "of-a-configuration",
                fault_domain: "FAULT-DOMAIN-3",
                metadata: { role: "worker" },
                shape: "VM.Standard.A1.Flex",
                shape_config: [{ ocpus: 1, memory_in_gbs: 7 }],
                source_details: [{ source_type: "image", image_id: platformImage, boot_volume_size_in_gbs: "60" }],
                create_vnic_details: [{ subnet_id: subnet, nsg_ids: [group], assign_public_ip: true }],
                availability_config: [{ recovery_action: "STOP_INSTANCE" }],
                instance_options: [{ are_legacy_imds_endpoints_disabled: true }],
              },
            ],
          },
        ],
      },
      without: { instance_id: OTHER, gmc_configs: OTHER },
    }),
  },
  {
    resource: "oci_core_instance_pool",
    path: () => `${CORE}/instancePools`,
    said: ({ domain, subnet, network6, configuration }) => ({
      values: {
        instance_configuration_id: configuration,
        size: 1,
        state: "RUNNING",
        instance_display_name_formatter: "worker-${launchCount}",
        instance_hostname_formatter: "worker${launchCount}",
        "placement_configurations.availability_domain": domain,
        "placement_configurations.fault_domains": ["FAULT-DOMAIN-2"],
        "placement_configurations.primary_subnet_id": subnet,
        "placement_configurations.primary_vnic_subnets.subnet_id": subnet,
        "placement_configurations.primary_vnic_subnets.ipv6address_ipv6subnet_cidr_pair_details.ipv6subnet_cidr":
          network6,
      },
      without: { load_balancers: "needs one with a set of backends: instance-pools.test.ts" },
    }),
    untold: { state: PROVIDERS },
  },
  {
    resource: "oci_core_image",
    path: () => `${CORE}/images`,
    said: ({ namespace }) => ({
      values: {
        launch_mode: "NATIVE",
        "image_source_details.source_type": "objectStorageTuple",
        "image_source_details.namespace_name": namespace,
        "image_source_details.bucket_name": "elsewhere",
        "image_source_details.object_name": "another.qcow2",
        "image_source_details.source_image_type": "QCOW2",
        "image_source_details.operating_system": "Debian",
        "image_source_details.operating_system_version": "13",
      },
      without: { instance_id: "an image has one source" },
    }),
    untold: { image_source_details: UNREAD },
    shows: () => ({ operatingSystem: "Debian", operatingSystemVersion: "13" }),
  },
  {
    resource: "oci_core_shape_management",
    said: ({ bareImage }) => ({
      values: { image_id: bareImage, shape_name: "VM.Standard.A1.Flex" },
      without: {},
    }),
  },
  {
    resource: "oci_core_compute_image_capability_schema",
    path: () => `${CORE}/computeImageCapabilitySchemas`,
    said: ({ image, schemaVersion }) => ({
      values: {
        image_id: image,
        compute_global_image_capability_schema_version_name: schemaVersion,
        schema_data: { "Compute.Firmware": JSON.stringify(CAPABILITY) },
      },
      without: {},
    }),
    body: (body) => ({ ...body, schemaData: { "Compute.Firmware": CAPABILITY } }),
  },
  {
    resource: "oci_core_console_history",
    path: () => `${CORE}/instanceConsoleHistories`,
    said: ({ instance }) => ({ values: { instance_id: instance }, without: {} }),
  },
  {
    resource: "oci_core_compute_capacity_report",
    said: ({ domain }) => ({
      values: {
        availability_domain: domain,
        "shape_availabilities.instance_shape": "VM.Standard.A1.Flex",
        "shape_availabilities.fault_domain": "FAULT-DOMAIN-2",
        "shape_availabilities.instance_shape_config.memory_in_gbs": 6,
      },
      without: {},
    }),
  },
  {
    resource: "oci_core_volume",
    path: () => `${CORE}/volumes`,
    said: ({ domain }) => ({
      values: {
        availability_domain: domain,
        size_in_gbs: "60",
        vpus_per_gb: "20",
        backup_policy_id: GOLD,
        "autotune_policies.autotune_type": "PERFORMANCE_BASED",
        "autotune_policies.max_vpus_per_gb": "30",
      },
      without: {
        size_in_mbs: OLDER,
        source_details: "needs a volume or backup: volume-backups.test.ts",
        volume_backup_id: OLDER,
      },
    }),
    untold: { block_volume_replicas_deletion: PROVIDERS, backup_policy_id: "its assignment tells it" },
  },
  {
    resource: "oci_core_volume_backup_policy",
    path: () => `${CORE}/volumeBackupPolicies`,
    said: () => ({
      values: {
        "schedules.backup_type": "INCREMENTAL",
        "schedules.period": "ONE_YEAR",
        "schedules.retention_seconds": 604_800,
        "schedules.offset_type": "STRUCTURED",
        "schedules.day_of_week": "MONDAY",
        "schedules.month": "JUNE",
        "schedules.time_zone": "REGIONAL_DATA_CENTER_TIME",
        "schedules.retention_period.retention_time_unit": "YEARS",
      },
      without: {},
    }),
  },
  {
    resource: "oci_core_volume_backup_policy_assignment",
    path: () => `${CORE}/volumeBackupPolicyAssignments`,
    said: ({ volume }) => ({ values: { asset_id: volume, policy_id: GOLD }, without: {} }),
  },
  attachment("iscsi", ({ volume }) => ({ volume_id: volume, encryption_in_transit_type: "NONE" }), [
    "is_pv_encryption_in_transit_enabled",
  ]),
  attachment("paravirtualized", ({ otherVolume }) => ({ volume_id: otherVolume, device: "/dev/oracleoci/oraclevdc" }), [
    "encryption_in_transit_type",
    "is_agent_auto_iscsi_login_enabled",
    "use_chap",
  ]),
  {
    resource: "oci_core_vnic_attachment",
    path: () => `${CORE}/vnicAttachments`,
    said: ({ instance, subnet, network6, table, group }) => ({
      values: {
        instance_id: instance,
        nic_index: 0,
        "create_vnic_details.subnet_cidr": "10.0.0.0/24",
        "create_vnic_details.route_table_id": table,
        "create_vnic_details.ipv6address_ipv6subnet_cidr_pair_details.ipv6subnet_cidr": network6,
        "create_vnic_details.ipv6address_ipv6subnet_cidr_pair_details.ipv6address": "2001:db8:0:100::51",
        "create_vnic_details.subnet_id": subnet,
        "create_vnic_details.nsg_ids": [group],
        "create_vnic_details.private_ip": "10.0.0.51",
        "create_vnic_details.hostname_label": "beside",
        "create_vnic_details.assign_public_ip": "true",
      },
      without: { "create_vnic_details.ipv6address_ipv6subnet_cidr_pair_details.ipv6id": OTHER },
    }),
  },
  {
    resource: "oci_core_private_ip",
    path: () => `${CORE}/privateIps`,
    said: ({ vnic, subnet, table }) => ({
      values: {
        vnic_id: vnic,
        subnet_id: subnet,
        route_table_id: table,
        cidr_prefix_length: 32,
        ipv4subnet_cidr_at_creation: "10.0.0.0/24",
        ip_address: "10.0.0.77",
        hostname_label: "second",
        lifetime: "RESERVED",
      },
      without: { vlan_id: OTHER },
    }),
  },
  {
    resource: "oci_core_public_ip",
    path: () => `${CORE}/publicIps`,
    said: ({ privateIp }) => ({ values: { lifetime: "RESERVED", private_ip_id: privateIp }, without: {} }),
  },
];
