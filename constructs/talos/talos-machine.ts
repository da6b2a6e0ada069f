import {
  DataTalosMachineConfiguration,
  type DataTalosMachineConfigurationConfig,
} from "@cdktf/provider-talos/data-talos-machine-configuration";
import {
  MachineConfigurationApply,
  type MachineConfigurationApplyConfig,
} from "@cdktf/provider-talos/machine-configuration-apply";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { MachinePlan } from "../../topology/types.ts";
import { Generation, type GenerationValues } from "../lab/generation.ts";
import { type Transforms, transforming } from "../lab/transform.ts";
import { machineConfiguration, type MachineConfigurationProps } from "./machine-configuration.ts";
import { PATIENCE } from "./patience.ts";

/** The inner resources of a `TalosMachine`. */
export interface TalosMachineInner {
  readonly configuration: DataTalosMachineConfigurationConfig;
  readonly machine: GenerationValues;
  readonly apply: MachineConfigurationApplyConfig;
}

/** What a `TalosMachine` is made from. */
export interface TalosMachineProps extends MachineConfigurationProps {
  readonly plan: MachinePlan;
  /** Changes when the machine is replaced. */
  readonly generation: string;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<TalosMachineInner> | undefined;
}

/**
 * One machine's configuration, applied through its own tunnel: in maintenance mode Talos forwards nothing. A machine that booted with
 * one gets the changes since.
 *
 * @example
 * const keys = new ClusterKeys(stack, "keys", { talosVersion: "v1.13.9" });
 * for (const plan of lab.topology.nodes)
 *   new TalosMachine(stack, plan.name, {
 *     plan,
 *     clusterName: "mine",
 *     clusterEndpoint: lab.proxmox.outputs.endpoint,
 *     kubernetesVersion: lab.topology.config.versions.kubernetes,
 *     keys,
 *     patches: [{ machine: { sysctls: { "vm.max_map_count": "262144" } } }],
 *     generation: "1",
 *   });
 */
export class TalosMachine extends Construct {
  readonly nodes: {
    readonly configuration: DataTalosMachineConfiguration;
    /** Replaced with the machine it is of. */
    readonly machine: Generation;
    readonly apply: MachineConfigurationApply;
  };

  constructor(scope: Construct, id: string, props: TalosMachineProps) {
    super(scope, id);
    const given = transforming<TalosMachineInner>(this, props.transform);
    const { plan, keys } = props;
    const ours = machineConfiguration(props);
    const configuration = new DataTalosMachineConfiguration(this, "configuration", given("configuration", ours));
    const machine = new Generation(this, "machine", given("machine", { generation: props.generation }));
    const apply = new MachineConfigurationApply(
      this,
      "apply",
      given("apply", {
        clientConfiguration: keys.client,
        machineConfigurationInput: configuration.machineConfiguration,
        nodeAttribute: plan.address,
        endpoint: `127.0.0.1:${plan.talosPort}`,
        // A replaced machine does not have the configuration that was applied before.
        lifecycle: { replaceTriggeredBy: [machine.address] },
        timeouts: { create: PATIENCE, update: PATIENCE, delete: PATIENCE },
      }),
    );
    this.nodes = { configuration, machine, apply };
  }

  /** The machine has its configuration. */
  get applied(): ITerraformDependable {
    return this.nodes.apply;
  }
}
