import {
  DataTalosImageFactoryUrls,
  type DataTalosImageFactoryUrlsConfig,
} from "@cdktf/provider-talos/data-talos-image-factory-urls";
import { ImageFactorySchematic, type ImageFactorySchematicConfig } from "@cdktf/provider-talos/image-factory-schematic";
import { TalosProvider, type TalosProviderConfig } from "@cdktf/provider-talos/provider";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { LabStack, type LabStackProps } from "../constructs/lab/lab-stack.ts";
import { taken, transformed, type Transforms } from "../constructs/lab/transform.ts";
import { Account, type AccountInner } from "../constructs/oci/account.ts";
import { ApiLoadBalancer, type ApiLoadBalancerInner } from "../constructs/oci/api-load-balancer.ts";
import { DirectMachine, type DirectMachineInner } from "../constructs/oci/direct-machine.ts";
import { HostImage, type HostImageInner } from "../constructs/oci/host-image.ts";
import { Network, type NetworkInner } from "../constructs/oci/network.ts";
import { SecurityGroups, type SecurityGroupsInner } from "../constructs/oci/security-groups.ts";
import { SpendingGuard, type SpendingGuardInner } from "../constructs/oci/spending-guard.ts";
import { ClusterKeys, type ClusterKeysInner } from "../constructs/talos/cluster-keys.ts";
import type { Machines } from "../constructs/talos/machines.ts";
import { patches } from "../constructs/talos/patches.ts";
import { API_BALANCER } from "../topology/ports.ts";
import { labSchematic, talosObjectName } from "../topology/schematic.ts";
import type { DirectNodePlan, DirectTopology } from "../topology/types.ts";

/** What stack oci has beside its constructs. */
interface DirectOciInner {
  readonly talosProvider: TalosProviderConfig;
  readonly schematic: ImageFactorySchematicConfig;
  readonly imageFactory: DataTalosImageFactoryUrlsConfig;
}

/** Arguments of one's own for what stack oci is made of, where Talos runs on its instances. */
export interface DirectOciTransforms extends Transforms<DirectOciInner> {
  /** @default - the lab's own arguments */
  readonly account?: Transforms<AccountInner>;
  /** @default - the lab's own arguments */
  readonly network?: Transforms<NetworkInner>;
  /** @default - the lab's own arguments */
  readonly security?: Transforms<SecurityGroupsInner>;
  /** Where `oci.talosImageId` names none. @default - the lab's own arguments */
  readonly image?: Transforms<HostImageInner>;
  /** @default - the lab's own arguments */
  readonly keys?: Transforms<ClusterKeysInner>;
  /** @default - the lab's own arguments */
  readonly balancer?: Transforms<ApiLoadBalancerInner>;
  /** Each machine. @default - the lab's own arguments */
  readonly machines?: Transforms<DirectMachineInner>;
  /** @default - the lab's own arguments */
  readonly spending?: Transforms<SpendingGuardInner>;
}

/** What it is made from. */
export interface DirectOciStackProps extends LabStackProps<DirectTopology> {
  /** @default - the lab's own arguments */
  readonly transform?: DirectOciTransforms | undefined;
}

/** What the other stacks may know of it. */
export interface DirectOciOutputs extends Machines {
  /** OCID of the compartment that everything of the lab is in. */
  readonly compartmentId: string;
  /** Full name of the availability domain that the instances are in. */
  readonly availabilityDomain: string;
  readonly vcnId: string;
  /** OCID of the public subnet. */
  readonly subnetId: string;
}

/**
 * Ampere instances that boot Talos with their configurations, their network, the load balancer, and the budget and quota. The load
 * balancer comes first, as its address is among the names in the API server's certificate; then the configurations, the instances that
 * boot with them, and these as its backends.
 *
 * @example
 * const second = new DirectOciStack(lab.app, "second-oci", lab);
 * second.outputs.apiAddress; // for the properties of another stack
 */
export class DirectOciStack extends LabStack<DirectTopology> {
  readonly outputs: DirectOciOutputs;
  readonly account: Account;
  readonly network: Network;
  readonly security: SecurityGroups;
  /** Null where `oci.talosImageId` names one that was imported by hand. */
  readonly image: HostImage | null;
  readonly keys: ClusterKeys;
  readonly schematic: ImageFactorySchematic;
  readonly imageFactory: DataTalosImageFactoryUrls;
  readonly balancer: ApiLoadBalancer;
  /** By name. */
  readonly machines: ReadonlyMap<string, DirectMachine>;
  readonly spending: SpendingGuard;
  readonly #transform;

  constructor(scope: Construct, id: string, props: DirectOciStackProps) {
    super(scope, id, props);
    this.#transform = taken(this, props.transform);
    this.account = this.#createAccount();
    new TalosProvider(this, "talos", transformed(this, "talosProvider", {}, this.#transform("talosProvider")));
    this.network = this.#createNetwork();
    this.security = this.#createSecurity();
    this.image = this.#createImage();
    this.keys = this.#createKeys();
    this.schematic = this.#createSchematic();
    this.imageFactory = this.#createImageFactory();
    this.balancer = this.#createBalancer();
    this.machines = this.#createMachines();
    this.spending = this.#createSpending();
    this.outputs = this.#createOutputs();
  }

  get #lab(): { readonly lab: string; readonly compartmentId: string } {
    return { lab: this.topology.config.name, compartmentId: this.account.compartmentId };
  }

  get #endpoint(): string {
    return `https://${this.balancer.publicIp}:6443`;
  }

  #createAccount(): Account {
    const { name: lab, oci } = this.topology.config;
    return new Account(this, "account", { lab, oci, sandbox: this.sandbox, transform: this.#transform("account") });
  }

  #createNetwork(): Network {
    const plan = this.topology.network;
    return new Network(this, "network", { ...this.#lab, plan, transform: this.#transform("network") });
  }

  #createSecurity(): SecurityGroups {
    const { vcnId } = this.network;
    const rules = this.topology.securityRules;
    return new SecurityGroups(this, "security", { ...this.#lab, vcnId, rules, transform: this.#transform("security") });
  }

  #createImage(): HostImage | null {
    const { oci, versions } = this.topology.config;
    // The sandbox has no image that somebody imported by hand.
    if (oci.talosImageId !== undefined && !this.sandbox) return null;
    return new HostImage(this, "talos-image", {
      ...this.#lab,
      bucket: `${this.#lab.lab}-images`,
      objectName: talosObjectName(this.topology.config),
      system: { name: "Talos Linux", version: versions.talos },
      transform: this.#transform("image"),
    });
  }

  #createKeys(): ClusterKeys {
    const talosVersion = `v${this.topology.config.versions.talos}`;
    return new ClusterKeys(this, "secrets", { talosVersion, transform: this.#transform("keys") });
  }

  #createSchematic(): ImageFactorySchematic {
    const ours = { schematic: labSchematic(this.topology.config) };
    const changed = transformed(this, "schematic", ours, this.#transform("schematic"));
    return new ImageFactorySchematic(this, "schematic", changed);
  }

  #createImageFactory(): DataTalosImageFactoryUrls {
    const ours = {
      schematicId: this.schematic.id,
      talosVersion: `v${this.topology.config.versions.talos}`,
      platform: "oracle",
      architecture: "arm64",
    };
    const changed = transformed(this, "imageFactory", ours, this.#transform("imageFactory"));
    return new DataTalosImageFactoryUrls(this, "image-factory", changed);
  }

  #createBalancer(): ApiLoadBalancer {
    return new ApiLoadBalancer(this, "api", {
      ...this.#lab,
      subnetId: this.network.subnetId,
      securityGroupId: this.security.id("nlb"),
      address: this.topology.network.loadBalancerAddress,
      hosts: [],
      transform: this.#transform("balancer"),
    });
  }

  /** Workers after control planes, which they would only wait for: their room is then what a control plane has given up. */
  #createMachines(): ReadonlyMap<string, DirectMachine> {
    const machines = new Map<string, DirectMachine>();
    const controlPlanes: ITerraformDependable[] = [];
    for (const plan of this.topology.nodes) {
      const isWorker = plan.role === "worker";
      const machine = this.#createMachine(plan, isWorker ? controlPlanes : []);
      machines.set(plan.name, machine);
      if (isWorker) continue;
      controlPlanes.push(machine.nodes.instance);
      this.balancer.add(plan.name, machine);
    }
    return machines;
  }

  #createMachine(plan: DirectNodePlan, after: readonly ITerraformDependable[]): DirectMachine {
    const { topology, image, imageFactory } = this;
    const { name, versions, oci } = topology.config;
    const { publicIp: apiAddress } = this.balancer;
    return new DirectMachine(this, plan.name, {
      compartmentId: this.account.compartmentId,
      availabilityDomain: this.account.domainOf(plan.name),
      subnetId: this.network.subnetId,
      securityGroupId: this.security.id("nodes"),
      plan,
      imageId: image?.imageId ?? oci.talosImageId ?? "",
      after: [...(image?.ready ?? []), ...after],
      clusterName: name,
      clusterEndpoint: this.#endpoint,
      kubernetesVersion: versions.kubernetes,
      keys: this.keys,
      patches: patches({ topology, node: plan, installer: imageFactory.urls.installer, apiAddress }),
      transform: this.#transform("machines"),
    });
  }

  #createSpending(): SpendingGuard {
    const { account, topology } = this;
    const { name: lab, oci } = topology.config;
    const transform = this.#transform("spending");
    return new SpendingGuard(this, "spending", { account, lab, oci, hosts: topology.nodes, micro: null, transform });
  }

  #createOutputs(): DirectOciOutputs {
    const { account, network, balancer, machines, keys, schematic } = this;
    const addresses = Object.fromEntries([...machines].map(([name, { publicIp }]) => [name, publicIp]));
    this.publish({
      api_address: {
        value: balancer.publicIp,
        description: "Public address of the load balancer in front of Kubernetes' API",
      },
      host_public_ips: {
        value: { ...addresses, [API_BALANCER]: balancer.publicIp },
        description: "Public addresses of the machines and the load balancer: where the relays lead",
      },
    });
    return {
      compartmentId: account.compartmentId,
      availabilityDomain: account.availabilityDomain,
      vcnId: network.vcnId,
      subnetId: network.subnetId,
      machines: [...machines].map(([name, { generation }]) => ({ name, generation, architecture: "arm64" })),
      schematicIds: { arm64: schematic.id },
      keys,
      platform: "oracle",
      endpoint: this.#endpoint,
      apiAddress: balancer.publicIp,
    };
  }
}
