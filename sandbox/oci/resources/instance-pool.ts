/** Instance pools. What a pool launches and terminates, sandbox/oci/api/instance-pools.ts does. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { isObject, maybeText as said, maybeTexts as saidTexts, text as required } from "../model/attributes.ts";
import { generatedName, maybeText, type Resource, type Stored, text, texts } from "../kernel/resource.ts";
import { invalid } from "../model/refusals.ts";
import { requireAvailabilityDomain } from "../model/regions.ts";
import { requireObject } from "../model/records.ts";
import { faultDomain } from "./instance-launch.ts";
import { requireSubnet } from "./subnet.ts";

const SERVICE = "Core Instance Pool";

const body = z.object({
  displayName: generatedName,
  instanceConfigurationId: text,
  /** Where it launches: in turn. */
  placementConfigurations: z
    .array(
      z.object({
        availabilityDomain: text,
        faultDomains: texts,
        primarySubnetId: maybeText,
        primaryVnicSubnets: z.object({ subnetId: text }).nullable(),
      }),
    )
    .readonly(),
  /** How many it is to have. */
  size: z.number(),
  instanceDisplayNameFormatter: maybeText,
  instanceHostnameFormatter: maybeText,
  lifecycleState: z.enum(["RUNNING", "STOPPED"]).default("RUNNING"),
  /** Those that it has, the oldest first. */
  instanceIds: texts.default([]),
  /** How many it has ever launched. */
  launched: z.number().default(0),
});

/** A pool, with which instances it has. */
export type InstancePool = Stored<z.output<typeof body>>;

/** A placement, with names as the service has them, and its subnet said both ways. */
function placement(call: ProviderContext, given: Attributes): Attributes {
  const availabilityDomain = requireAvailabilityDomain(call, SERVICE, required(given, "availabilityDomain"));
  const { primaryVnicSubnets = null } = given;
  const inside = isObject(primaryVnicSubnets) ? said(primaryVnicSubnets, "subnetId") : null;
  const subnetId = said(given, "primarySubnetId") ?? inside;
  if (subnetId !== null) requireSubnet(call, SERVICE, subnetId, "placement_configurations");
  const domains = saidTexts(given, "faultDomains") ?? [];
  return {
    availabilityDomain,
    primarySubnetId: subnetId,
    primaryVnicSubnets: subnetId === null ? null : { subnetId },
    faultDomains: domains.map((each) => faultDomain(call, each, availabilityDomain)),
  };
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    instancePools: InstancePool[];
  }
}

/** Has its instances at once, which is the API's to do. */
export const instancePool: Resource<z.output<typeof body>> = {
  type: "oci_core_instance_pool",
  service: SERVICE,
  path: "/20160918/instancePools",
  idType: "instancepool",
  states: { creating: "PROVISIONING", deleting: "TERMINATING", deleted: "TERMINATED" },
  listedWhenGone: true,
  body,
  readOnly: ["lifecycleState", "instanceIds", "launched"],
  hidden: ["instanceIds", "launched"],
  notPlayed: [
    "lifecycle_management",
    "load_balancers",
    "placement_configurations.compute_cluster_id",
    "placement_configurations.primary_vnic_subnets.ipv6address_ipv6subnet_cidr_pair_details",
    "placement_configurations.primary_vnic_subnets.is_assign_ipv6ip",
    "placement_configurations.secondary_vnic_subnets",
  ],
  all: (tenancy) => tenancy.instancePools,
  prepare({ placementConfigurations = null, ...given }, { call }) {
    if (!Array.isArray(placementConfigurations)) return given;
    const all = placementConfigurations.filter(isObject).map((each) => placement(call, each));
    return { ...given, placementConfigurations: all };
  },
  check({ instanceConfigurationId: id, placementConfigurations, size }, { call }) {
    const { instanceConfigurations } = call.world.state.oci;
    requireObject(call, SERVICE, instanceConfigurations, id, "instance_configuration_id");
    if (placementConfigurations.length === 0)
      throw invalid(SERVICE, "placementConfigurations is required: at least one.", "placement_configurations");
    if (!Number.isInteger(size) || size < 0)
      throw invalid(SERVICE, `size ${size} is not valid: a whole number, 0 or more.`, "size");
  },
  computed: ({ instanceIds, placementConfigurations }) => ({
    currentSize: instanceIds.length,
    poolType: "DEFAULT",
    availabilityDomains: placementConfigurations.map(({ availabilityDomain }) => availabilityDomain),
    loadBalancers: [],
  }),
};
