/** What the provider tells of an instance. */
import type { Attributes } from "../plugin/resource.ts";
import type { Instance, OciTenancy, Tags } from "../world/oci.ts";
import { imageLaunchOptions } from "./resources/image.ts";
import { attributeOf } from "./kernel/operations.ts";
import { publicAddressOf } from "./primary-address.ts";
import { shapeConfig } from "./shapes.ts";

/** Marks what a free account may keep. */
export function systemTags({ account }: OciTenancy): Tags {
  return account === "always-free" ? { "orcl-cloud.free-tier-retained": "true" } : {};
}

export function instanceAttributes(record: Instance, tenancy: OciTenancy): Attributes {
  const { settings, vnic } = record;
  return {
    agent_config: [
      {
        are_all_plugins_disabled: settings.agentPluginsDisabled,
        is_management_disabled: settings.agentManagementDisabled,
        is_monitoring_disabled: settings.agentMonitoringDisabled,
        plugins_config: settings.agentPlugins.map(({ name, desiredState }) => ({ name, desired_state: desiredState })),
      },
    ],
    availability_config: [
      { is_live_migration_preferred: settings.liveMigrationPreferred, recovery_action: settings.recoveryAction },
    ],
    availability_domain: record.availabilityDomain,
    boot_volume_id: record.bootVolumeId,
    create_vnic_details: [
      {
        assign_public_ip: String(record.publicIp !== null),
        defined_tags: vnic.definedTags,
        display_name: vnic.displayName,
        freeform_tags: vnic.freeformTags,
        hostname_label: vnic.hostnameLabel,
        nsg_ids: vnic.nsgIds,
        private_ip: record.privateIp,
        skip_source_dest_check: vnic.skipSourceDestCheck,
        subnet_id: vnic.subnetId,
      },
    ],
    display_name: record.displayName,
    extended_metadata: {},
    fault_domain: record.faultDomain,
    hostname_label: vnic.hostnameLabel,
    image: record.imageId,
    instance_options: [{ are_legacy_imds_endpoints_disabled: settings.legacyImdsDisabled }],
    is_cross_numa_node: false,
    is_pv_encryption_in_transit_enabled: settings.pvEncryptionInTransit,
    launch_mode: record.imageObject === null ? "NATIVE" : "CUSTOM",
    launch_options: [
      {
        ...Object.fromEntries(
          Object.entries(imageLaunchOptions(record.firmware)).map(([field, value]) => [attributeOf(field), value]),
        ),
        is_pv_encryption_in_transit_enabled: settings.pvEncryptionInTransit,
      },
    ],
    metadata: record.metadata,
    private_ip: record.privateIp,
    public_ip: publicAddressOf(tenancy, record) ?? "",
    region: record.region,
    security_attributes: {},
    security_attributes_state: "STABLE",
    shape: record.shape,
    shape_config: [shapeConfig(record)],
    source_details: [
      {
        boot_volume_size_in_gbs: String(record.bootVolumeGb),
        boot_volume_vpus_per_gb: String(record.bootVolumeVpus),
        source_id: record.imageId,
        source_type: "image",
      },
    ],
    state: record.state,
    subnet_id: vnic.subnetId,
    system_tags: systemTags(tenancy),
    time_maintenance_reboot_due: "",
  };
}
