/** Instance configurations: how pools launch. */
import { z } from "zod";
import { isObject } from "../model/attributes.ts";
import { generatedName, type Resource, type Stored } from "../kernel/resource.ts";
import { invalid, referenced } from "../model/refusals.ts";
import { refuse } from "../model/not-played.ts";
import { instance } from "./instance.ts";

const SERVICE = "Core Instance Configuration";

const body = z.object({
  displayName: generatedName,
  // A launch's body, unchecked: a launch refuses what is wrong.
  instanceDetails: z.record(z.string(), z.json()),
});

declare module "../../world/oci.ts" {
  interface OciTenancy {
    instanceConfigurations: Stored<z.output<typeof body>>[];
  }
}

/** Pools, and launches by hand, go by it. */
export const instanceConfiguration: Resource<z.output<typeof body>> = {
  type: "oci_core_instance_configuration",
  service: SERVICE,
  path: "/20160918/instanceConfigurations",
  idType: "instanceconfiguration",
  body,
  fixed: ["instanceDetails"],
  notPlayed: [
    "gmc_configs",
    "instance_id",
    "instance_details.block_volumes",
    "instance_details.options",
    "instance_details.secondary_vnics",
  ],
  all: (tenancy) => tenancy.instanceConfigurations,
  check({ instanceDetails: { instanceType, launchDetails = null } }) {
    if (instanceType !== "compute")
      throw invalid(SERVICE, "instanceDetails of instanceType compute is required.", "instance_details");
    refuse(instance.notPlayed ?? [], isObject(launchDetails) ? launchDetails : {});
  },
  remove({ id }, { world }) {
    const pool = world.state.oci.instancePools.find((each) => each.instanceConfigurationId === id);
    if (pool) throw referenced(SERVICE, `The instance configuration ${id}`, `the pool ${pool.id}`);
  },
  computed: () => ({ source: "NONE", deferredFields: [] }),
};
