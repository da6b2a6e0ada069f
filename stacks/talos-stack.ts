import { ClusterKubeconfig, type ClusterKubeconfigConfig } from "@cdktf/provider-talos/cluster-kubeconfig";
import {
  DataTalosClientConfiguration,
  type DataTalosClientConfigurationConfig,
} from "@cdktf/provider-talos/data-talos-client-configuration";
import {
  DataTalosImageFactoryUrls,
  type DataTalosImageFactoryUrlsConfig,
} from "@cdktf/provider-talos/data-talos-image-factory-urls";
import { MachineBootstrap, type MachineBootstrapConfig } from "@cdktf/provider-talos/machine-bootstrap";
import { TalosProvider, type TalosProviderConfig } from "@cdktf/provider-talos/provider";
import { Fn } from "cdktf";
import type { Construct } from "constructs";
import { found, LabError } from "../constructs/lab/error.ts";
import { LabStack, type LabStackProps } from "../constructs/lab/lab-stack.ts";
import { taken, transformed, type Transforms } from "../constructs/lab/transform.ts";
import type { ClientConfiguration } from "../constructs/talos/cluster-keys.ts";
import { HealthGate, type HealthGateInner } from "../constructs/talos/health-gate.ts";
import { PATIENCE } from "../constructs/talos/patience.ts";
import type { Machines } from "../constructs/talos/machines.ts";
import { patches } from "../constructs/talos/patches.ts";
import { TalosMachine, type TalosMachineInner } from "../constructs/talos/talos-machine.ts";
import type { Architecture, MachinePlan } from "../topology/types.ts";

/** What stack talos has beside its constructs. */
interface TalosInner {
  readonly provider: TalosProviderConfig;
  readonly imageFactory: DataTalosImageFactoryUrlsConfig;
  readonly bootstrap: MachineBootstrapConfig;
  readonly kubeconfig: ClusterKubeconfigConfig;
  readonly talosconfig: DataTalosClientConfigurationConfig;
}

/** Arguments of one's own for what stack talos is made of. */
export interface TalosTransforms extends Transforms<TalosInner> {
  /** Each machine. @default - the lab's own arguments */
  readonly machines?: Transforms<TalosMachineInner>;
  /** @default - the lab's own arguments */
  readonly health?: Transforms<HealthGateInner>;
}

/** What stack talos is made from. */
export interface TalosStackProps extends LabStackProps {
  /** What it configures: virtual machines, or instances. */
  readonly on: Machines;
  /** @default - the lab's own arguments */
  readonly transform?: TalosTransforms | undefined;
}

/** The cluster's credentials. Both are secrets. */
export interface TalosOutputs {
  readonly kubeconfig: string;
  readonly talosconfig: string;
}

/**
 * Kubernetes: configures Talos on every machine, bootstraps etcd once, and waits until all nodes are Ready.
 *
 * @example
 * new TalosStack(lab.app, "second-talos", { ...lab, on: lab.proxmox.outputs });
 */
export class TalosStack extends LabStack {
  readonly outputs: TalosOutputs;
  /** By architecture of the machines. */
  readonly imageFactories: ReadonlyMap<Architecture, DataTalosImageFactoryUrls>;
  /** By name. */
  readonly machines: ReadonlyMap<string, TalosMachine>;
  readonly bootstrap: MachineBootstrap;
  readonly kubeconfig: ClusterKubeconfig;
  readonly health: HealthGate;
  readonly talosconfig: DataTalosClientConfiguration;
  readonly #on: Machines;
  readonly #transform;

  constructor(scope: Construct, id: string, props: TalosStackProps) {
    super(scope, id, props);
    this.#on = props.on;
    this.#transform = taken(this, props.transform);
    new TalosProvider(this, "talos", transformed(this, "provider", {}, this.#transform("provider")));
    this.imageFactories = this.#createImageFactories();
    this.machines = this.#createMachines();
    this.bootstrap = this.#createBootstrap();
    this.kubeconfig = this.#createKubeconfig();
    this.health = this.#createHealth();
    this.talosconfig = this.#createTalosconfig();
    this.outputs = this.#createOutputs();
  }

  get #nodes(): readonly MachinePlan[] {
    return this.topology.nodes;
  }

  get #controlPlanes(): readonly MachinePlan[] {
    return this.#nodes.filter((plan) => plan.role === "control-plane");
  }

  /** By node. */
  get #generations(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#on.machines.map(({ name, generation }) => [name, generation]));
  }

  get #applied(): TalosMachine["applied"][] {
    return [...this.machines.values()].map(({ applied }) => applied);
  }

  /** The control plane that is bootstrapped and queried. */
  get #first(): MachinePlan {
    const [first] = this.#controlPlanes;
    if (first) return first;
    throw new LabError(this, { at: "topology.nodes", got: "no control plane", allowed: "at least one" });
  }

  get #access(): { readonly clientConfiguration: ClientConfiguration; nodeAttribute: string; endpoint: string } {
    const { address: nodeAttribute, talosPort } = this.#first;
    const clientConfiguration = this.#on.keys.client;
    return { clientConfiguration, nodeAttribute, endpoint: `127.0.0.1:${talosPort}` };
  }

  #createImageFactories(): ReadonlyMap<Architecture, DataTalosImageFactoryUrls> {
    const architectures = [...new Set(this.#on.machines.map(({ architecture }) => architecture))];
    return new Map(
      architectures.map((architecture, index) => {
        const ours = {
          schematicId: this.#on.schematicIds[architecture] ?? "",
          talosVersion: `v${this.topology.config.versions.talos}`,
          platform: this.#on.platform,
          architecture: architecture === "arm64" ? "arm64" : "amd64",
        };
        const changed = transformed(this, "imageFactory", ours, this.#transform("imageFactory"));
        const id = index === 0 ? "image-factory" : `image-factory-${architecture}`;
        return [architecture, new DataTalosImageFactoryUrls(this, id, changed)];
      }),
    );
  }

  /** Container image of a machine's installer. */
  #installerOf(name: string): string {
    const machine = new Map(this.#on.machines.map((each) => [each.name, each]));
    const { architecture } = found(this, "machine", machine, name);
    return found(this, "architecture", this.imageFactories, architecture).urls.installer;
  }

  #createMachines(): ReadonlyMap<string, TalosMachine> {
    const { topology } = this;
    const { config } = topology;
    const { keys, endpoint, apiAddress } = this.#on;
    const generations = this.#generations;
    return new Map(
      this.#nodes.map((plan) => [
        plan.name,
        new TalosMachine(this, plan.name, {
          plan,
          clusterName: config.name,
          clusterEndpoint: endpoint,
          kubernetesVersion: config.versions.kubernetes,
          keys,
          patches: patches({ topology, node: plan, installer: this.#installerOf(plan.name), apiAddress }),
          generation: generations[plan.name] ?? "",
          transform: this.#transform("machines"),
        }),
      ]),
    );
  }

  #createBootstrap(): MachineBootstrap {
    const { name } = this.#first;
    const { machine } = found(this, "machine", this.machines, name).nodes;
    const ours = {
      ...this.#access,
      // Bootstrapping races the configuration's arrival (terraform-provider-talos #213, #236).
      dependsOn: this.#applied,
      lifecycle: { replaceTriggeredBy: [machine.address] },
      timeouts: { create: PATIENCE },
    };
    return new MachineBootstrap(this, "bootstrap", transformed(this, "bootstrap", ours, this.#transform("bootstrap")));
  }

  #createKubeconfig(): ClusterKubeconfig {
    const ours = {
      ...this.#access,
      dependsOn: [this.bootstrap],
      timeouts: { create: PATIENCE, update: PATIENCE },
    };
    return new ClusterKubeconfig(this, "admin", transformed(this, "kubeconfig", ours, this.#transform("kubeconfig")));
  }

  #createHealth(): HealthGate {
    const { cluster, nodes, config } = this.topology;
    const transform = this.#transform("health");
    const { kubeconfig } = this;
    return new HealthGate(this, "health", {
      cluster,
      nodes,
      ...(config.kubernetes.cni === "none" && { until: "joined" }),
      kubeconfig,
      generations: this.#generations,
      after: this.#applied,
      transform,
    });
  }

  #createTalosconfig(): DataTalosClientConfiguration {
    const ours = {
      clusterName: this.topology.config.name,
      clientConfiguration: this.#on.keys.client,
      endpoints: this.#controlPlanes.map((plan) => `127.0.0.1:${plan.talosPort}`),
      // talosctl refuses for several nodes what is of one: etcd snapshot, health, kubeconfig, read.
      nodes: [this.#first.address],
    };
    const changed = transformed(this, "talosconfig", ours, this.#transform("talosconfig"));
    return new DataTalosClientConfiguration(this, "client", changed);
  }

  #createOutputs(): TalosOutputs {
    const { endpoint, apiAddress } = this.#on;
    // From outside the API is behind the load balancer, whose address is among the certificate's names.
    const outside = `https://${apiAddress}:6443`;
    const kubeconfig = Fn.replace(this.kubeconfig.kubeconfigRaw, endpoint, outside);
    const talosconfig = this.talosconfig.talosConfig;
    this.publish({
      kubeconfig: { value: kubeconfig, sensitive: true, description: "kubeconfig of the cluster's admin" },
      talosconfig: {
        value: talosconfig,
        sensitive: true,
        description: "talosconfig of the cluster's admin; its endpoints are tunnels",
      },
    });
    return { kubeconfig, talosconfig };
  }
}
