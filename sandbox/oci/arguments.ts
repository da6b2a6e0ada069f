/**
 * Arguments of resources that the rules know nothing of. Either they are remembered, and read back as they were set, or
 * they are refused: an argument that is taken and lost would be a difference in every later plan. Paths are the provider's.
 */
export interface Arguments {
  /** Nothing in the sandbox depends on them. */
  readonly remembered?: readonly string[];
  /** They lead to what the sandbox has not: vaults, IPv6, dedicated hosts, … */
  readonly notPlayed?: readonly string[];
}

const LAUNCH_OPTIONS = [
  "boot_volume_type",
  "firmware",
  "is_consistent_volume_naming_enabled",
  "network_type",
  "remote_data_volume_type",
];

export const ARGUMENTS: Readonly<Record<string, Arguments>> = {
  oci_core_instance: {
    remembered: [
      "extended_metadata",
      "ipxe_script",
      "is_ai_enterprise_enabled",
      "shape_config.baseline_ocpu_utilization",
      ...LAUNCH_OPTIONS.map((name) => `launch_options.${name}`),
    ],
    notPlayed: [
      "capacity_reservation_id",
      "cluster_placement_group_id",
      "compute_cluster_id",
      "dedicated_vm_host_id",
      "instance_configuration_id",
      "launch_volume_attachments",
      "licensing_configs",
      "placement_constraint_details",
      "platform_config",
      "preemptible_instance_config",
      "preserve_boot_volume",
      "security_attributes",
      "create_vnic_details.assign_ipv6ip",
      "create_vnic_details.ipv6address_ipv6subnet_cidr_pair_details",
      "create_vnic_details.private_ip_id",
      "create_vnic_details.security_attributes",
      "create_vnic_details.subnet_cidr",
      "create_vnic_details.vlan_id",
      "shape_config.local_volume_size_in_gbs",
      "shape_config.nvmes",
      "shape_config.resource_management",
      "source_details.instance_source_image_filter_details",
      "source_details.is_preserve_boot_volume_enabled",
      "source_details.kms_key_id",
    ],
  },
  oci_core_vnic_attachment: {
    notPlayed: [
      "create_vnic_details.assign_ipv6ip",
      "create_vnic_details.ipv6address_ipv6subnet_cidr_pair_details",
      "create_vnic_details.private_ip_id",
      "create_vnic_details.route_table_id",
      "create_vnic_details.security_attributes",
      "create_vnic_details.subnet_cidr",
      "create_vnic_details.vlan_id",
    ],
  },
  oci_objectstorage_bucket: {
    notPlayed: ["kms_key_id", "is_bucket_key_enabled", "retention_rules"],
  },
};
