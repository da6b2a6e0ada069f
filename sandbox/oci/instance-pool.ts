/** Instance configurations, and the pools that launch by them. What a pool launches, sandbox/oci/api/instance-pools.ts does. */
import type { Attributes, Call } from "../plugin/resource.ts";
import type { InstanceConfiguration, InstancePool, PoolPlacement } from "../world/oci.ts";
import { block, blocks, isObject, maybeNumber, maybeText, maybeTexts, text } from "./attributes.ts";
import { faultDomain } from "./instance-checks.ts";
import { invalid, referenced } from "./refusals.ts";
import { refuseNotPlayed } from "./remembered.ts";
import { requireAvailabilityDomain } from "./regions.ts";
import { defaultName, newObject, requireObject, stored } from "./stored.ts";
import { requireSubnet } from "./resources/subnet.ts";

const CONFIGURATION = "Core Instance Configuration";
const POOL = "Core Instance Pool";

/** Kept as it was told: what of it is wrong, a launch will say. */
export const instanceConfiguration = stored<InstanceConfiguration>({
  service: CONFIGURATION,
  all: (tenancy) => tenancy.instanceConfigurations,
  attributes: (each) => ({ display_name: each.displayName }),
  create(call, planned) {
    const details = planned.told ?? null;
    if (!isObject(details) || details.instanceType !== "compute")
      throw invalid(CONFIGURATION, "instanceDetails of instanceType compute is required.", "instance_details");
    const launch = details.launchDetails ?? null;
    refuseNotPlayed("oci_core_instance", isObject(launch) ? launch : {});
    return {
      ...newObject(call, CONFIGURATION, "instanceconfiguration", planned),
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "instanceconfiguration"),
      instanceDetails: details,
    };
  },
  update(_call, record, planned) {
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
  },
  remove(call, record) {
    const pool = call.world.state.oci.instancePools.find((each) => each.instanceConfigurationId === record.id);
    if (pool) throw referenced(CONFIGURATION, `The instance configuration ${record.id}`, `the pool ${pool.id}`);
  },
});

function placement(call: Call, planned: Attributes): PoolPlacement {
  const availabilityDomain = requireAvailabilityDomain(call, POOL, text(planned, "availability_domain"));
  const subnetId =
    maybeText(planned, "primary_subnet_id") ?? maybeText(block(planned, "primary_vnic_subnets"), "subnet_id");
  if (subnetId !== null) requireSubnet(call, POOL, subnetId, "placement_configurations");
  const domains = maybeTexts(planned, "fault_domains") ?? [];
  return {
    availabilityDomain,
    subnetId,
    faultDomains: domains.map((each) => faultDomain(call, each, availabilityDomain)),
  };
}

function placements(call: Call, planned: Attributes): readonly PoolPlacement[] {
  const all = blocks(planned, "placement_configurations").map((each) => placement(call, each));
  if (all.length > 0) return all;
  throw invalid(POOL, "placementConfigurations is required: at least one.", "placement_configurations");
}

function sizeOf(planned: Attributes): number {
  const size = maybeNumber(planned, "size");
  if (size !== null && Number.isInteger(size) && size >= 0) return size;
  throw invalid(POOL, `size ${size} is not valid: a whole number, 0 or more.`, "size");
}

function configurationId(call: Call, planned: Attributes): string {
  const id = text(planned, "instance_configuration_id");
  const { instanceConfigurations } = call.world.state.oci;
  return requireObject(call, POOL, instanceConfigurations, id, "instance_configuration_id").id;
}

export const instancePool = stored<InstancePool>({
  service: POOL,
  all: (tenancy) => tenancy.instancePools,
  attributes: (each) => ({
    display_name: each.displayName,
    instance_configuration_id: each.instanceConfigurationId,
    size: each.size,
    instance_display_name_formatter: each.displayNameFormatter,
    instance_hostname_formatter: each.hostnameFormatter,
    placement_configurations: each.placements.map((one) => ({
      availability_domain: one.availabilityDomain,
      fault_domains: one.faultDomains,
      primary_subnet_id: one.subnetId,
    })),
  }),
  create: (call, planned) => ({
    ...newObject(call, POOL, "instancepool", planned),
    displayName: maybeText(planned, "display_name") ?? defaultName(call, "instancepool"),
    instanceConfigurationId: configurationId(call, planned),
    placements: placements(call, planned),
    size: sizeOf(planned),
    state: "RUNNING",
    displayNameFormatter: maybeText(planned, "instance_display_name_formatter"),
    hostnameFormatter: maybeText(planned, "instance_hostname_formatter"),
    instanceIds: [],
    launched: 0,
  }),
  update(call, record, planned) {
    const changed = {
      instanceConfigurationId: configurationId(call, planned),
      placements: placements(call, planned),
      size: sizeOf(planned),
    };
    Object.assign(record, changed);
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
    record.displayNameFormatter = maybeText(planned, "instance_display_name_formatter") ?? record.displayNameFormatter;
    record.hostnameFormatter = maybeText(planned, "instance_hostname_formatter") ?? record.hostnameFormatter;
  },
});
