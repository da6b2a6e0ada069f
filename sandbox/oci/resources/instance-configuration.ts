/** Instance configurations: how pools launch. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { viewOf } from "../kernel/operations.ts";
import { generatedName, kept, type Resource, type Stored } from "../kernel/resource.ts";
import { invalid, referenced } from "../model/refusals.ts";
import { requireObject } from "../model/records.ts";
import { instance } from "./instance.ts";

const SERVICE = "Core Instance Configuration";

const body = z.object({
  displayName: generatedName,
  // A launch's body, unchecked: a launch refuses what is wrong.
  source: z.enum(["NONE", "INSTANCE", "GMC"]).default("NONE"),
  instanceDetails: z.record(z.string(), z.json()).default({}),
  /** Of clusters of memory between graphics cards: kept and shown, and nothing is launched with it. */
  gmcConfigs: kept,
});

declare module "../../world/oci.ts" {
  interface OciTenancy {
    instanceConfigurations: Stored<z.output<typeof body>>[];
  }
}

/** One launch, or several to choose from. */
const TYPES = ["compute", "instance_options"];

/** What of an instance a configuration of it says. */
const TAKEN = [
  "agentConfig",
  "availabilityConfig",
  "availabilityDomain",
  "compartmentId",
  "definedTags",
  "displayName",
  "extendedMetadata",
  "faultDomain",
  "freeformTags",
  "instanceOptions",
  "launchOptions",
  "metadata",
  "platformConfig",
  "shape",
  "sourceDetails",
];

/** The details of a launch like that of an instance. @throws ServiceRefusal 404 */
function detailsOf(call: ProviderContext, instanceId: string): Attributes {
  const host = requireObject(call, SERVICE, call.world.state.oci.instances, instanceId, "instance_id");
  const { subnetId, nsgIds, skipSourceDestCheck } = host.vnic;
  const said = Object.entries(viewOf(instance, host, call)).filter(([name, value]) => TAKEN.includes(name) && value);
  const shapeConfig = { ocpus: host.ocpus, memoryInGBs: host.memoryGb };
  const createVnicDetails = { subnetId, nsgIds: [...nsgIds], skipSourceDestCheck };
  return { instanceType: "compute", launchDetails: { ...Object.fromEntries(said), shapeConfig, createVnicDetails } };
}

/** Pools, and launches by hand, go by it. */
export const instanceConfiguration: Resource<z.output<typeof body>> = {
  type: "oci_core_instance_configuration",
  service: SERVICE,
  path: "/20160918/instanceConfigurations",
  idType: "instanceconfiguration",
  body,
  fixed: ["source", "instanceDetails", "gmcConfigs"],
  all: (tenancy) => tenancy.instanceConfigurations,
  prepare({ instanceId = null, ...said }, { call, before }) {
    return before || instanceId === null ? said : { ...said, instanceDetails: detailsOf(call, String(instanceId)) };
  },
  check({ instanceDetails: { instanceType = null }, source }) {
    if (source !== "GMC" && !TYPES.includes(String(instanceType)))
      throw invalid(SERVICE, `instanceDetails.instanceType is one of ${TYPES.join(", ")}.`, "instance_details");
  },
  remove({ id }, { world }) {
    const pool = world.state.oci.instancePools.find((each) => each.instanceConfigurationId === id);
    if (pool) throw referenced(SERVICE, `The instance configuration ${id}`, `the pool ${pool.id}`);
  },
  computed: ({ source, instanceDetails }) => ({
    instanceDetails: source === "GMC" ? null : instanceDetails,
    deferredFields: [],
  }),
};
