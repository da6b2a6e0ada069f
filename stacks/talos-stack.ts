import { ClusterKubeconfig } from "@cdktf/provider-talos/cluster-kubeconfig";
import { DataTalosClientConfiguration } from "@cdktf/provider-talos/data-talos-client-configuration";
import { DataTalosImageFactoryUrls } from "@cdktf/provider-talos/data-talos-image-factory-urls";
import { MachineBootstrap } from "@cdktf/provider-talos/machine-bootstrap";
import { TalosProvider } from "@cdktf/provider-talos/provider";
import { Fn, TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { LabStack, type LabStackProps } from "../constructs/lab/lab-stack.ts";
import { HealthGate } from "../constructs/talos/health-gate.ts";
import { Node } from "../constructs/talos/node.ts";
import { PATIENCE } from "../constructs/talos/patience.ts";
import { patches } from "../constructs/talos/patches.ts";
import type { OciOutputs } from "./oci-stack.ts";
import type { ProxmoxOutputs } from "./proxmox-cluster-stack.ts";

export interface TalosStackProps extends LabStackProps {
  readonly oci: OciOutputs;
  readonly proxmox: ProxmoxOutputs;
}

/** How to get in. Both are secrets. */
export interface TalosOutputs {
  readonly kubeconfig: string;
  readonly talosconfig: string;
}

/** Kubernetes: Talos configured on every guest, bootstrapped once, and waited for until all nodes are Ready. */
export class TalosStack extends LabStack {
  readonly outputs: TalosOutputs;

  constructor(scope: Construct, id: string, props: TalosStackProps) {
    super(scope, id, props);
    const { oci, proxmox, topology } = props;
    const { keys } = proxmox;
    const { config, cluster } = topology;
    const talosVersion = `v${config.versions.talos}`;

    new TalosProvider(this, "talos", {});
    const installer = new DataTalosImageFactoryUrls(this, "image-factory", {
      schematicId: proxmox.schematicId,
      talosVersion,
      platform: "nocloud",
      architecture: "arm64",
    }).urls.installer;

    const generations = Object.fromEntries(proxmox.guests.map((guest) => [guest.name, guest.generation]));
    const controlPlanes = topology.nodes.filter((plan) => plan.role === "control-plane");
    const nodes = topology.nodes.map((plan) => ({
      plan,
      node: new Node(this, plan.name, {
        plan,
        clusterName: config.name,
        clusterEndpoint: cluster.endpoint,
        versions: config.versions,
        keys,
        patches: patches({
          node: plan,
          network: topology.network.guest,
          cluster,
          controlPlanes: controlPlanes.map(({ address }) => address),
          schedulable: config.kubernetes.allowSchedulingOnControlPlanes,
          discoveryService: config.kubernetes.discoveryService,
          podCidr: topology.network.podCidr,
          serviceCidr: topology.network.serviceCidr,
          installer,
          apiAddress: oci.apiAddress,
        }),
        generation: generations[plan.name] ?? "",
      }),
    }));

    const [first] = nodes.filter(({ plan }) => plan.role === "control-plane");
    if (!first) throw new Error("a cluster needs a control plane");
    const access = {
      clientConfiguration: keys.client,
      nodeAttribute: first.plan.address,
      endpoint: `127.0.0.1:${first.plan.talosPort}`,
    };
    const applied = nodes.map(({ node }) => node.applied);
    const bootstrap = new MachineBootstrap(this, "bootstrap", {
      ...access,
      // Bootstrapping races the configuration's arrival (terraform-provider-talos #213, #236).
      dependsOn: applied,
      lifecycle: { replaceTriggeredBy: [first.node.machine.address] },
      timeouts: { create: PATIENCE },
    });
    const kubeconfig = new ClusterKubeconfig(this, "admin", {
      ...access,
      dependsOn: [bootstrap],
      timeouts: { create: PATIENCE, update: PATIENCE },
    });
    new HealthGate(this, "health", { topology, kubeconfig, generations, after: applied });

    const talosconfig = new DataTalosClientConfiguration(this, "client", {
      clusterName: config.name,
      clientConfiguration: keys.client,
      endpoints: nodes
        .filter(({ plan }) => plan.role === "control-plane")
        .map(({ plan }) => `127.0.0.1:${plan.talosPort}`),
      // talosctl refuses for several nodes what is of one: etcd snapshot, health, kubeconfig, read.
      nodes: [first.plan.address],
    });
    this.outputs = {
      // From outside the API is behind the load balancer, whose address is among the certificate's names.
      kubeconfig: Fn.replace(kubeconfig.kubeconfigRaw, cluster.endpoint, `https://${oci.apiAddress}:6443`),
      talosconfig: talosconfig.talosConfig,
    };
    new TerraformOutput(this, "kubeconfig", {
      value: this.outputs.kubeconfig,
      sensitive: true,
      description: "kubeconfig of the cluster's admin",
    });
    new TerraformOutput(this, "talosconfig", {
      value: this.outputs.talosconfig,
      sensitive: true,
      description: "talosconfig of the cluster's admin; its endpoints are tunnels",
    });
  }
}
