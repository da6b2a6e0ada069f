import { DataTalosMachineConfiguration } from "@cdktf/provider-talos/data-talos-machine-configuration";
import { MachineConfigurationApply } from "@cdktf/provider-talos/machine-configuration-apply";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { LabConfig } from "../../config/schema.ts";
import type { NodePlan } from "../../topology/types.ts";
import { Generation } from "../lab/generation.ts";
import { yamlOf } from "../lab/literal.ts";
import { PATIENCE } from "./patience.ts";
import type { Patch } from "./patches.ts";
import type { ClusterKeys } from "./cluster-keys.ts";

export interface NodeProps {
  readonly plan: NodePlan;
  readonly clusterName: string;
  readonly clusterEndpoint: string;
  readonly versions: LabConfig["versions"];
  readonly keys: ClusterKeys;
  readonly patches: readonly Patch[];
  /** Changes when the virtual machine is made anew. */
  readonly generation: string;
}

/** One machine's configuration, handed to it through its own tunnel: in maintenance mode Talos relays nothing. */
export class Node extends Construct {
  readonly applied: ITerraformDependable;
  /** Replaced with the virtual machine. */
  readonly machine: Generation;

  constructor(scope: Construct, id: string, props: NodeProps) {
    super(scope, id);
    const { plan, versions, keys } = props;
    const configuration = new DataTalosMachineConfiguration(this, "configuration", {
      clusterName: props.clusterName,
      clusterEndpoint: props.clusterEndpoint,
      machineType: plan.role === "control-plane" ? "controlplane" : "worker",
      machineSecrets: keys.machine,
      talosVersion: keys.contract,
      kubernetesVersion: versions.kubernetes,
      configPatches: props.patches.map((patch) => yamlOf(patch)),
      docs: false,
      examples: false,
    });
    this.machine = new Generation(this, "machine", { generation: props.generation });
    this.applied = new MachineConfigurationApply(this, "apply", {
      clientConfiguration: keys.client,
      machineConfigurationInput: configuration.machineConfiguration,
      nodeAttribute: plan.address,
      endpoint: `127.0.0.1:${plan.talosPort}`,
      // A machine made anew knows nothing of a configuration applied before.
      lifecycle: { replaceTriggeredBy: [this.machine.address] },
      timeouts: { create: PATIENCE, update: PATIENCE, delete: PATIENCE },
    });
  }
}
