import { join } from "node:path";
import type { ClusterKubeconfig } from "@cdktf/provider-talos/cluster-kubeconfig";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { ClusterAccess, MachinePlan } from "../../topology/types.ts";
import { ScriptStep, type ScriptStepProps } from "../lab/script-step.ts";
import { type Transforms, transforming } from "../lab/transform.ts";

/** The inner step of a `HealthGate`. */
export interface HealthGateInner {
  readonly wait: ScriptStepProps;
}

/** What a `HealthGate` is made from. */
export interface HealthGateProps {
  readonly cluster: Pick<ClusterAccess, "apiPorts">;
  /** Those that are waited for. */
  readonly nodes: readonly Pick<MachinePlan, "name">[];
  /** Without a network plugin no node is Ready. @default - "ready" */
  readonly until?: "ready" | "joined";
  readonly kubeconfig: ClusterKubeconfig;
  /** By node: another one has it waited for again. */
  readonly generations: Readonly<Record<string, string>>;
  readonly after: readonly ITerraformDependable[];
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<HealthGateInner> | undefined;
}

/**
 * Holds the deployment until every node is Ready, or has joined. Not the provider's `talos_cluster_health`: as a data source that is read
 * at every plan, and hangs it while a node is being added or destroyed (terraform-provider-talos #147, #221).
 *
 * @example
 * const { cluster, nodes } = lab.topology;
 * const generations = { "cp-1": "1" };
 * new HealthGate(stack, "health", { cluster, nodes, kubeconfig: lab.talos.kubeconfig, generations, after: [] });
 */
export class HealthGate extends Construct {
  readonly nodes: { readonly wait: ScriptStep };

  constructor(scope: Construct, id: string, props: HealthGateProps) {
    super(scope, id);
    const given = transforming<HealthGateInner>(this, props.transform);
    const client = props.kubeconfig.kubernetesClientConfiguration;
    const ours = {
      folder: join(import.meta.dirname, "steps"),
      script: "wait-healthy.mjs",
      environment: {
        KUBE_ENDPOINTS: JSON.stringify(props.cluster.apiPorts.map((port) => `https://127.0.0.1:${port}`)),
        KUBE_CA: client.caCertificate,
        KUBE_CERT: client.clientCertificate,
        KUBE_KEY: client.clientKey,
        KUBE_NODES: JSON.stringify(props.nodes.map((node) => node.name)),
        ...(props.until && { KUBE_UNTIL: props.until }),
      },
      triggers: props.generations,
      dependsOn: props.after,
    };
    this.nodes = { wait: new ScriptStep(this, "wait", given("wait", ours)) };
  }
}
