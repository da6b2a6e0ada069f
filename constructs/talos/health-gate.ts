import { join } from "node:path";
import type { ClusterKubeconfig } from "@cdktf/provider-talos/cluster-kubeconfig";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Topology } from "../../topology/types.ts";
import { ScriptStep } from "../lab/script-step.ts";

export interface HealthGateProps {
  readonly topology: Topology;
  readonly kubeconfig: ClusterKubeconfig;
  readonly generations: Readonly<Record<string, string>>;
  readonly after: readonly ITerraformDependable[];
}

/**
 * Holds the deployment until every node is Ready. Not the provider's `talos_cluster_health`: as a data source that is read
 * at every plan, and hangs it while a node is being added or destroyed (terraform-provider-talos #147, #221).
 */
export class HealthGate extends Construct {
  constructor(scope: Construct, id: string, props: HealthGateProps) {
    super(scope, id);
    const { topology } = props;
    const client = props.kubeconfig.kubernetesClientConfiguration;
    new ScriptStep(this, "wait", {
      folder: join(import.meta.dirname, "steps"),
      script: "wait-healthy.mjs",
      environment: {
        KUBE_ENDPOINTS: JSON.stringify(topology.cluster.apiPorts.map((port) => `https://127.0.0.1:${port}`)),
        KUBE_CA: client.caCertificate,
        KUBE_CERT: client.clientCertificate,
        KUBE_KEY: client.clientKey,
        KUBE_NODES: JSON.stringify(topology.nodes.map((node) => node.name)),
      },
      triggers: props.generations,
      dependsOn: props.after,
    });
  }
}
