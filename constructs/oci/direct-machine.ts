import { CoreInstance, type CoreInstanceConfig } from "@cdktf/provider-oci/core-instance";
import {
  DataTalosMachineConfiguration,
  type DataTalosMachineConfigurationConfig,
} from "@cdktf/provider-talos/data-talos-machine-configuration";
import { Fn, type ITerraformDependable, Op } from "cdktf";
import type { Construct } from "constructs";
import { A1_SHAPE } from "../../topology/shapes.ts";
import type { DirectNodePlan } from "../../topology/types.ts";
import { Generation, type GenerationValues } from "../lab/generation.ts";
import { type Transforms, transforming } from "../lab/transform.ts";
import { machineConfiguration, type MachineConfigurationProps } from "../talos/machine-configuration.ts";
import { Instance, instanceArguments, type PlaceProps } from "./instance.ts";

/** The inner resources of a `DirectMachine`. */
export interface DirectMachineInner {
  readonly configuration: DataTalosMachineConfigurationConfig;
  readonly instance: CoreInstanceConfig;
  readonly disk: GenerationValues;
}

/** What a `DirectMachine` is made from. */
export interface DirectMachineProps extends PlaceProps, MachineConfigurationProps {
  readonly plan: DirectNodePlan;
  readonly imageId: string;
  /** What has to be there first: what allows the image to boot on this shape; of a worker, the control planes. */
  readonly after: readonly ITerraformDependable[];
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<DirectMachineInner> | undefined;
}

/** Oracle takes 32,000 bytes of metadata, names and values together (Oracle, Instance Metadata). */
export const MOST_USER_DATA = 32_000 - "user_data".length;

/**
 * An A1 instance that boots Talos with its configuration, as its `user_data`: there is no moment at which a machine in maintenance mode,
 * which takes a configuration from whoever comes first, listens at its public address. Later changes are applied by stack talos.
 *
 * @example
 * const { account, network, security, keys, outputs } = lab.oci;
 * const [plan] = lab.topology.nodes;
 * if (plan !== undefined)
 *   new DirectMachine(stack, "another", {
 *     compartmentId: outputs.compartmentId,
 *     availabilityDomain: account.availabilityDomain,
 *     subnetId: network.subnetId,
 *     securityGroupId: security.id("nodes"),
 *     plan: { ...plan, name: "worker-9", role: "worker", address: "10.0.0.29" },
 *     imageId: "ocid1.image.oc1.eu-frankfurt-1.aaaa",
 *     after: [],
 *     clusterName: "mine",
 *     clusterEndpoint: outputs.endpoint,
 *     kubernetesVersion: lab.topology.config.versions.kubernetes,
 *     keys,
 *     patches: [],
 *   });
 */
export class DirectMachine extends Instance {
  readonly nodes: {
    readonly configuration: DataTalosMachineConfiguration;
    readonly instance: CoreInstance;
    readonly disk: Generation;
  };

  constructor(scope: Construct, id: string, props: DirectMachineProps) {
    super(scope, id);
    const given = transforming<DirectMachineInner>(this, props.transform);
    const { plan } = props;
    const ours = given("configuration", machineConfiguration(props));
    const configuration = new DataTalosMachineConfiguration(this, "configuration", ours);
    const userData = Fn.base64encode(configuration.machineConfiguration);
    const launch = instanceArguments(props, {
      shape: A1_SHAPE,
      shapeConfig: { ocpus: plan.ocpus, memoryInGbs: plan.memoryGb },
      imageId: props.imageId,
      userData,
      lifecycle: {
        // Both are of the first boot: what changes since is applied, and `talosctl upgrade` changes the image.
        ignoreChanges: ["metadata", "source_details[0].source_id"],
        precondition: [
          {
            condition: Op.lte(Fn.lengthOf(userData), MOST_USER_DATA),
            errorMessage: `${plan.name}: its configuration is more than the ${MOST_USER_DATA} bytes that Oracle takes as user data, in base64: give it less to begin with`,
          },
        ],
      },
      dependsOn: [...props.after],
      timeouts: { create: "30m" },
    });
    const instance = new CoreInstance(this, "instance", given("instance", launch));
    const disk = new Generation(this, "disk", given("disk", { instance: instance.id }));
    this.nodes = { configuration, instance, disk };
  }
}
