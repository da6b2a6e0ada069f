import type { DataTalosMachineConfigurationConfig } from "@cdktf/provider-talos/data-talos-machine-configuration";
import type { LabConfig } from "../../config/schema.ts";
import type { MachinePlan } from "../../topology/types.ts";
import { yamlOf } from "../lab/literal.ts";
import type { ClusterKeys } from "./cluster-keys.ts";
import type { Patch } from "./patches.ts";

/** What a machine's configuration is made from. */
export interface MachineConfigurationProps {
  readonly plan: Pick<MachinePlan, "role">;
  readonly clusterName: string;
  readonly clusterEndpoint: string;
  readonly kubernetesVersion: LabConfig["versions"]["kubernetes"];
  readonly keys: ClusterKeys;
  readonly patches: readonly Patch[];
}

/** The arguments of a machine's configuration: of the same properties the same text, in whichever stack it is made. */
export function machineConfiguration(props: MachineConfigurationProps): DataTalosMachineConfigurationConfig {
  const { plan, keys } = props;
  return {
    clusterName: props.clusterName,
    clusterEndpoint: props.clusterEndpoint,
    machineType: plan.role === "control-plane" ? "controlplane" : "worker",
    machineSecrets: keys.machine,
    talosVersion: keys.contract,
    kubernetesVersion: props.kubernetesVersion,
    configPatches: props.patches.map((patch) => yamlOf(patch)),
    docs: false,
    examples: false,
  };
}
