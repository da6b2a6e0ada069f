import { ProxmoxProvider, type ProxmoxProviderConfig } from "@cdktf/provider-proxmox/provider";
import {
  VirtualEnvironmentPool,
  type VirtualEnvironmentPoolConfig,
} from "@cdktf/provider-proxmox/virtual-environment-pool";
import { TalosProvider, type TalosProviderConfig } from "@cdktf/provider-talos/provider";
import type { Construct } from "constructs";
import { found } from "../constructs/lab/error.ts";
import { LabStack, type LabStackProps } from "../constructs/lab/lab-stack.ts";
import { taken, transformed, type Transforms } from "../constructs/lab/transform.ts";
import { pveApiToken, pveRootPassword } from "../constructs/lab/variables.ts";
import type { StepHost } from "../constructs/proxmox/cluster.ts";
import { Guest, type GuestInner } from "../constructs/proxmox/guest.ts";
import { TalosImage, type TalosImageInner } from "../constructs/proxmox/talos-image.ts";
import { Template, type TemplateInner } from "../constructs/proxmox/template.ts";
import { ClusterKeys, type ClusterKeysInner } from "../constructs/talos/cluster-keys.ts";
import type { Machines } from "../constructs/talos/machines.ts";
import { pveApiPort } from "../topology/existing.ts";
import { labSchematic } from "../topology/schematic.ts";
import type { Architecture, ExistingHostPlan, ExistingTopology } from "../topology/types.ts";

/** What stack proxmox has beside its constructs, on hosts that were there before. */
interface ExistingInner {
  readonly provider: ProxmoxProviderConfig;
  readonly talosProvider: TalosProviderConfig;
  readonly pool: VirtualEnvironmentPoolConfig;
}

/** Arguments of one's own for what it is made of there. */
export interface ExistingProxmoxTransforms extends Transforms<ExistingInner> {
  /** Of each architecture. @default - the lab's own arguments */
  readonly image?: Transforms<TalosImageInner>;
  /** The template of each node. @default - the lab's own arguments */
  readonly templates?: Transforms<TemplateInner>;
  /** Each guest. @default - the lab's own arguments */
  readonly guests?: Transforms<GuestInner>;
  /** @default - the lab's own arguments */
  readonly keys?: Transforms<ClusterKeysInner>;
}

/** What it is made from. */
export interface ExistingProxmoxStackProps extends LabStackProps<ExistingTopology> {
  /** @default - the lab's own arguments */
  readonly transform?: ExistingProxmoxTransforms | undefined;
}

/** QEMU's own model that has everything: a model of the cluster's own would be a change to what is not the lab's. */
const EMULATED = "max";

/**
 * Virtual machines for every Kubernetes node on Proxmox VE hosts that were there before: a pool, the Talos image, templates and
 * guests, all within what the config names. Firewall, storages, networks, users and the cluster itself stay as they are.
 *
 * @example
 * new ExistingProxmoxStack(lab.app, "second-proxmox", lab);
 */
export class ExistingProxmoxStack extends LabStack<ExistingTopology> {
  readonly outputs: Machines;
  readonly pool: VirtualEnvironmentPool;
  /** By architecture. */
  readonly images: ReadonlyMap<Architecture, TalosImage>;
  /** By node. */
  readonly templates: ReadonlyMap<string, Template>;
  /** By name. */
  readonly guests: ReadonlyMap<string, Guest>;
  readonly keys: ClusterKeys;
  readonly #transform;

  constructor(scope: Construct, id: string, props: ExistingProxmoxStackProps) {
    super(scope, id, props);
    this.#transform = taken(this, props.transform);
    this.#connect();
    this.pool = this.#createPool();
    this.images = this.#createImages();
    this.templates = this.#createTemplates();
    this.guests = this.#createGuests();
    this.keys = this.#createKeys();
    this.outputs = this.#createOutputs();
  }

  /** The provider speaks to this end of a way whose other end has to show the pinned certificate. */
  #connect(): void {
    const { config } = this.topology;
    const ours = {
      endpoint: `https://127.0.0.1:${pveApiPort(config)}/`,
      insecure: true,
      ...(config.proxmox.api.auth === "token"
        ? { apiToken: pveApiToken(this).stringValue }
        : { username: "root@pam", password: pveRootPassword(this).stringValue }),
    };
    new ProxmoxProvider(this, "proxmox", transformed(this, "provider", ours, this.#transform("provider")));
    new TalosProvider(this, "talos", transformed(this, "talosProvider", {}, this.#transform("talosProvider")));
  }

  #createPool(): VirtualEnvironmentPool {
    const { name } = this.topology.config;
    const ours = { poolId: name, comment: `Guests of the lab ${name}` };
    return new VirtualEnvironmentPool(this, "pool", transformed(this, "pool", ours, this.#transform("pool")));
  }

  #createImages(): ReadonlyMap<Architecture, TalosImage> {
    const { config, hosts } = this.topology;
    const architectures = [...new Set(hosts.map(({ architecture }) => architecture))];
    return new Map(
      architectures.map((architecture) => [
        architecture,
        new TalosImage(this, `talos-image-${architecture}`, {
          talosVersion: config.versions.talos,
          schematic: labSchematic(config, architecture),
          architecture,
          storage: config.proxmox.imageStorage,
          // Others may have an image of Talos there, too.
          prefix: `${config.name}-`,
          hosts: hosts.filter((host) => host.architecture === architecture),
          transform: this.#transform("image"),
        }),
      ]),
    );
  }

  /** As steps get it: the way is one for all nodes. */
  #stepHost({ name }: ExistingHostPlan): StepHost {
    const { config } = this.topology;
    return { name, api: `https://127.0.0.1:${pveApiPort(config)}`, address: config.proxmox.api.address };
  }

  get #cpuType(): string {
    return this.topology.config.virtualization === "kvm" ? "host" : EMULATED;
  }

  #imageOf({ architecture }: Pick<ExistingHostPlan, "architecture">): TalosImage {
    return found(this, "architecture", this.images, architecture);
  }

  #createTemplates(): ReadonlyMap<string, Template> {
    const { config, hosts } = this.topology;
    return new Map(
      hosts.map((plan) => [
        plan.name,
        new Template(this, `template-${plan.name}`, {
          plan,
          lab: config.name,
          architecture: plan.architecture,
          host: this.#stepHost(plan),
          virtualization: config.virtualization,
          cpuType: this.#cpuType,
          poolId: this.pool.poolId,
          storage: config.proxmox.storage,
          image: this.#imageOf(plan).file(plan.name),
          after: [],
          transform: this.#transform("templates"),
        }),
      ]),
    );
  }

  #createGuests(): ReadonlyMap<string, Guest> {
    const { config, network, nodes } = this.topology;
    const { bridge, vlan, resolvers } = network.guest;
    return new Map(
      nodes.map((plan) => [
        plan.name,
        new Guest(this, plan.name, {
          lab: config.name,
          plan,
          network: network.guest,
          device: { bridge, vlan },
          resolvers,
          storage: config.proxmox.storage,
          poolId: this.pool.poolId,
          template: found(this, "template", this.templates, plan.host),
          virtualization: config.virtualization,
          cpuType: this.#cpuType,
          transform: this.#transform("guests"),
        }),
      ]),
    );
  }

  #createKeys(): ClusterKeys {
    const talosVersion = `v${this.topology.config.versions.talos}`;
    return new ClusterKeys(this, "secrets", { talosVersion, transform: this.#transform("keys") });
  }

  #createOutputs(): Machines {
    const { nodes, cluster } = this.topology;
    return {
      machines: nodes.map((plan) => ({
        name: plan.name,
        generation: found(this, "guest", this.guests, plan.name).generation,
        architecture: plan.architecture,
      })),
      schematicIds: Object.fromEntries([...this.images].map(([name, { schematicId }]) => [name, schematicId])),
      keys: this.keys,
      platform: "nocloud",
      endpoint: cluster.endpoint,
      apiAddress: cluster.vip,
    };
  }
}
