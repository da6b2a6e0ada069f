/** Instance pools. What a pool launches and terminates, sandbox/oci/api/instance-pools.ts does. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { isObject, maybeText as said, maybeTexts as saidTexts, text as required } from "../model/attributes.ts";
import { parsed } from "../kernel/operations.ts";
import { generatedName, kept, maybeText, type Resource, type Stored, text, texts } from "../kernel/resource.ts";
import { invalid, notFound } from "../model/refusals.ts";
import { regionalId, requireAvailabilityDomain } from "../model/regions.ts";
import { requireObject } from "../model/records.ts";
import { faultDomain } from "./instance-launch.ts";
import { requireSubnet } from "./subnet.ts";

const SERVICE = "Core Instance Pool";

const balancerBody = z.object({
  id: text,
  loadBalancerId: text,
  backendSetName: text,
  port: z.int().min(1).max(65_535),
  /** `PrimaryVnic`, or the name of another one. */
  vnicSelection: text,
  /** What was detached is told until the next one is. */
  lifecycleState: z.enum(["ATTACHED", "DETACHED"]).default("ATTACHED"),
  /** Those that the pool has put into the set. */
  backends: texts.default([]),
});

/** A backend set that a pool's instances are in. */
export type PoolBalancer = z.output<typeof balancerBody>;

/** @throws ServiceRefusal for a load balancer or a set that there is not */
export function poolBalancer(call: ProviderContext, given: Attributes): PoolBalancer {
  const next = parsed(SERVICE, balancerBody, { ...given, id: regionalId(call, "instancepoolloadbalancerattachment") });
  const { loadBalancers } = call.world.state.oci;
  const { backendSets } = requireObject(call, SERVICE, loadBalancers, next.loadBalancerId, "load_balancers");
  if (!backendSets.some(({ name }) => name === next.backendSetName))
    throw notFound(SERVICE, `backend set ${next.backendSetName}`, "load_balancers");
  return next;
}

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
        primaryVnicSubnets: z.object({ subnetId: text }).catchall(z.json()).nullable(),
        secondaryVnicSubnets: z.array(z.object({ subnetId: text }).catchall(z.json())).default([]),
      }),
    )
    .readonly(),
  /** How many it is to have. */
  size: z.number(),
  instanceDisplayNameFormatter: maybeText,
  instanceHostnameFormatter: maybeText,
  /** Kept and shown: no instance here waits before it ends. */
  lifecycleManagement: kept,
  loadBalancers: z.array(balancerBody).default([]),
  lifecycleState: z.enum(["RUNNING", "STOPPED"]).default("RUNNING"),
  /** Those that it has, the oldest first. */
  instanceIds: texts.default([]),
  /** How many it has ever launched. */
  launched: z.number().default(0),
});

/** A pool, with which instances it has. */
export type InstancePool = Stored<z.output<typeof body>>;

/** A placement, with names as the service has them, and its subnet said both ways. */
function placement(call: ProviderContext, given: Attributes, had: string | null): Attributes {
  const availabilityDomain = requireAvailabilityDomain(call, SERVICE, required(given, "availabilityDomain"));
  const { primaryVnicSubnets = null, secondaryVnicSubnets = null } = given;
  const inside = isObject(primaryVnicSubnets) ? said(primaryVnicSubnets, "subnetId") : null;
  const primary = said(given, "primarySubnetId");
  // Of a change one of the two may be as it was.
  const subnetId = [inside, primary].find((each) => each !== null && each !== had) ?? inside ?? primary;
  if (subnetId !== null) requireSubnet(call, SERVICE, subnetId, "placement_configurations");
  const domains = saidTexts(given, "faultDomains") ?? [];
  return {
    availabilityDomain,
    primarySubnetId: subnetId,
    primaryVnicSubnets:
      subnetId === null ? null : { ...(isObject(primaryVnicSubnets) && primaryVnicSubnets), subnetId },
    secondaryVnicSubnets: Array.isArray(secondaryVnicSubnets) ? secondaryVnicSubnets : [],
    faultDomains: domains.map((each) => faultDomain(call, each, availabilityDomain)),
  };
}

/** As the service tells it. */
export function poolBalancerView(instancePoolId: string, { backends: _backends, ...each }: PoolBalancer): Attributes {
  return { ...each, instancePoolId };
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
  fixed: ["loadBalancers"],
  notPlayed: ["placement_configurations.compute_cluster_id"],
  all: (tenancy) => tenancy.instancePools,
  prepare({ placementConfigurations = null, loadBalancers = null, ...given }, { call, before }) {
    const said = Array.isArray(loadBalancers) ? loadBalancers.filter(isObject) : [];
    const balanced =
      said.length === 0 ? given : { ...given, loadBalancers: said.map((each) => poolBalancer(call, each)) };
    if (!Array.isArray(placementConfigurations)) return balanced;
    const all = placementConfigurations
      .filter(isObject)
      .map((each, at) => placement(call, each, before?.placementConfigurations[at]?.primarySubnetId ?? null));
    return { ...balanced, placementConfigurations: all };
  },
  check({ instanceConfigurationId: id, placementConfigurations, size }, { call }) {
    const { instanceConfigurations } = call.world.state.oci;
    requireObject(call, SERVICE, instanceConfigurations, id, "instance_configuration_id");
    if (placementConfigurations.length === 0)
      throw invalid(SERVICE, "placementConfigurations is required: at least one.", "placement_configurations");
    if (!Number.isInteger(size) || size < 0)
      throw invalid(SERVICE, `size ${size} is not valid: a whole number, 0 or more.`, "size");
  },
  computed: ({ id, instanceIds, placementConfigurations, loadBalancers }) => ({
    currentSize: instanceIds.length,
    poolType: "DEFAULT",
    availabilityDomains: placementConfigurations.map(({ availabilityDomain }) => availabilityDomain),
    loadBalancers: (loadBalancers ?? []).map((each) => poolBalancerView(id, each)),
  }),
};
