import { ProxmoxProvider, type ProxmoxProviderConfig } from "@cdktf/provider-proxmox/provider";
import { StorageLvmthin, type StorageLvmthinConfig } from "@cdktf/provider-proxmox/storage-lvmthin";
import {
  VirtualEnvironmentPool,
  type VirtualEnvironmentPoolConfig,
} from "@cdktf/provider-proxmox/virtual-environment-pool";
import { TalosProvider, type TalosProviderConfig } from "@cdktf/provider-talos/provider";
import type { Construct } from "constructs";
import { found, LabError } from "../constructs/lab/error.ts";
import { Generation } from "../constructs/lab/generation.ts";
import { LabStack, type LabStackProps } from "../constructs/lab/lab-stack.ts";
import { taken, transformed, type Transforms } from "../constructs/lab/transform.ts";
import { pveRootPassword, sshHostKeys, sshPrivateKey } from "../constructs/lab/variables.ts";
import type { OciHost } from "../constructs/oci/host.ts";
import { Automation, type AutomationInner } from "../constructs/proxmox/automation.ts";
import { Cluster, type ClusterInner, type StepHost, stepHost } from "../constructs/proxmox/cluster.ts";
import { CpuModel, type CpuModelInner } from "../constructs/proxmox/cpu-model.ts";
import { Firewall, type FirewallInner } from "../constructs/proxmox/firewall.ts";
import { GUEST_STORAGE, THIN_POOL } from "../constructs/proxmox/guest-hardware.ts";
import { GuestNetwork, type GuestNetworkInner } from "../constructs/proxmox/guest-network.ts";
import { Guest, type GuestInner } from "../constructs/proxmox/guest.ts";
import { TalosImage, type TalosImageInner } from "../constructs/proxmox/talos-image.ts";
import { Template, type TemplateInner } from "../constructs/proxmox/template.ts";
import { ClusterKeys, type ClusterKeysInner } from "../constructs/talos/cluster-keys.ts";
import type { Machines } from "../constructs/talos/machines.ts";
import { labSchematic } from "../topology/schematic.ts";
import type { HostPlan, ProxmoxTopology } from "../topology/types.ts";
import type { OciOutputs } from "./oci-stack.ts";

/** What stack proxmox has beside its constructs. */
interface ProxmoxInner {
  readonly provider: ProxmoxProviderConfig;
  readonly talosProvider: TalosProviderConfig;
  readonly pool: VirtualEnvironmentPoolConfig;
  readonly storage: StorageLvmthinConfig;
}

/** Arguments of one's own for what stack proxmox is made of. */
export interface ProxmoxTransforms extends Transforms<ProxmoxInner> {
  /** @default - the lab's own arguments */
  readonly cluster?: Transforms<ClusterInner>;
  /** @default - the lab's own arguments */
  readonly firewall?: Transforms<FirewallInner>;
  /** @default - the lab's own arguments */
  readonly network?: Transforms<GuestNetworkInner>;
  /** @default - the lab's own arguments */
  readonly automation?: Transforms<AutomationInner>;
  /** Under TCG only. @default - the lab's own arguments */
  readonly cpuModel?: Transforms<CpuModelInner>;
  /** @default - the lab's own arguments */
  readonly image?: Transforms<TalosImageInner>;
  /** The template of each host. @default - the lab's own arguments */
  readonly templates?: Transforms<TemplateInner>;
  /** Each guest. @default - the lab's own arguments */
  readonly guests?: Transforms<GuestInner>;
  /** @default - the lab's own arguments */
  readonly keys?: Transforms<ClusterKeysInner>;
}

/** What stack proxmox is made from. */
export interface ProxmoxClusterStackProps extends LabStackProps<ProxmoxTopology> {
  readonly oci: OciOutputs;
  /** @default - the lab's own arguments */
  readonly transform?: ProxmoxTransforms | undefined;
}

/** A host, as it is planned and as stack oci has made it. */
export interface HostWithPlan {
  readonly plan: HostPlan;
  readonly oci: OciHost;
}

/**
 * One Proxmox cluster of the hosts, and on it a virtual machine for every Kubernetes node.
 *
 * @example
 * new ProxmoxClusterStack(lab.app, "second-proxmox", { ...lab, oci: lab.oci.outputs });
 */
export class ProxmoxClusterStack extends LabStack<ProxmoxTopology> {
  readonly outputs: Machines;
  readonly cluster: Cluster;
  readonly firewall: Firewall;
  readonly pool: VirtualEnvironmentPool;
  readonly storage: StorageLvmthin;
  readonly network: GuestNetwork;
  readonly automation: Automation;
  /** Null where guests have KVM. */
  readonly cpuModel: CpuModel | null;
  readonly image: TalosImage;
  /** By host. */
  readonly templates: ReadonlyMap<string, Template>;
  /** By name. */
  readonly guests: ReadonlyMap<string, Guest>;
  readonly keys: ClusterKeys;
  /** By host: the generation of its disk. */
  readonly disks: ReadonlyMap<string, Generation>;
  readonly #oci: OciOutputs;
  readonly #transform;

  constructor(scope: Construct, id: string, props: ProxmoxClusterStackProps) {
    super(scope, id, props);
    this.#oci = props.oci;
    this.#transform = taken(this, props.transform);
    this.#connect();
    this.cluster = this.#createCluster();
    this.firewall = this.#createFirewall();
    this.pool = this.#createPool();
    this.storage = this.#createStorage();
    this.network = this.#createNetwork();
    this.automation = this.#createAutomation();
    this.cpuModel = this.#createCpuModel();
    this.image = this.#createImage();
    this.disks = this.#createDisks();
    this.templates = this.#createTemplates();
    this.guests = this.#createGuests();
    this.keys = this.#createKeys();
    this.outputs = this.#createOutputs();
  }

  /** Each host, as it is planned and as stack oci has made it. */
  get hosts(): readonly HostWithPlan[] {
    const known = new Map(this.#oci.hosts.map((host) => [host.name, host]));
    return this.topology.hosts.map((plan) => ({ plan, oci: found(this, "oci.hosts", known, plan.name) }));
  }

  get #first(): HostWithPlan {
    const [first] = this.hosts;
    if (first) return first;
    throw new LabError(this, { at: "topology.hosts", got: "none", allowed: "at least one" });
  }

  /** The host whose API is used for the cluster. */
  get leader(): StepHost {
    const { plan, oci } = this.#first;
    return stepHost(plan, oci.privateIp);
  }

  /** Both providers have addresses that are known at synth, or need none. */
  #connect(): void {
    const ours = {
      endpoint: `https://127.0.0.1:${this.#first.plan.apiPort}/`,
      username: "root@pam",
      password: pveRootPassword(this).stringValue,
      // The endpoint is the near end of an SSH tunnel with a pinned host key; the provider takes neither CA nor fingerprint.
      insecure: true,
    };
    new ProxmoxProvider(this, "proxmox", transformed(this, "provider", ours, this.#transform("provider")));
    new TalosProvider(this, "talos", transformed(this, "talosProvider", {}, this.#transform("talosProvider")));
    // For the third vote: its steps read them from the environment. A lone host may have to remove one.
    sshPrivateKey(this);
    sshHostKeys(this);
  }

  #createCluster(): Cluster {
    const { config, micro: plan } = this.topology;
    const { micro: oci } = this.#oci;
    const micro = plan && oci && { plan, oci };
    const transform = this.#transform("cluster");
    return new Cluster(this, "cluster", { lab: config.name, hosts: this.hosts, micro, transform });
  }

  #createFirewall(): Firewall {
    return new Firewall(this, "firewall", {
      network: this.topology.network,
      host: this.leader,
      after: this.cluster.formed,
      transform: this.#transform("firewall"),
    });
  }

  #createPool(): VirtualEnvironmentPool {
    const { name } = this.topology.config;
    const ours = { poolId: name, comment: `Guests of the lab ${name}`, dependsOn: [this.cluster.formed] };
    return new VirtualEnvironmentPool(this, "pool", transformed(this, "pool", ours, this.#transform("pool")));
  }

  #createStorage(): StorageLvmthin {
    const ours = { id: GUEST_STORAGE, ...THIN_POOL, content: ["images"], dependsOn: [this.cluster.formed] };
    return new StorageLvmthin(this, "guest-storage", transformed(this, "storage", ours, this.#transform("storage")));
  }

  #createNetwork(): GuestNetwork {
    return new GuestNetwork(this, "guest-network", {
      plan: this.topology.network.guest,
      hosts: this.topology.hosts,
      host: this.leader,
      after: this.cluster.formed,
      transform: this.#transform("network"),
    });
  }

  #createAutomation(): Automation {
    return new Automation(this, "automation", {
      lab: this.topology.config.name,
      poolId: this.pool.poolId,
      zone: this.topology.network.guest.zone,
      after: this.cluster.formed,
      transform: this.#transform("automation"),
    });
  }

  #createCpuModel(): CpuModel | null {
    if (this.topology.config.virtualization !== "tcg") return null;
    const transform = this.#transform("cpuModel");
    return new CpuModel(this, "cpu-model", { hosts: this.hosts, after: this.cluster.formed, transform });
  }

  #createImage(): TalosImage {
    return new TalosImage(this, "talos-image", {
      talosVersion: this.topology.config.versions.talos,
      schematic: labSchematic(this.topology.config),
      hosts: this.topology.hosts,
      after: this.cluster.formed,
      transform: this.#transform("image"),
    });
  }

  #createDisks(): ReadonlyMap<string, Generation> {
    return new Map(
      this.hosts.map(({ plan, oci }) => [
        plan.name,
        new Generation(this, `disk-${plan.name}`, { disk: oci.generation }),
      ]),
    );
  }

  #createTemplates(): ReadonlyMap<string, Template> {
    const cpu = this.cpuModel === null ? [] : [this.cpuModel.defined];
    return new Map(
      this.hosts.map(({ plan, oci }) => [
        plan.name,
        new Template(this, `template-${plan.name}`, {
          plan,
          host: stepHost(plan, oci.privateIp),
          generation: oci.generation,
          virtualization: this.topology.config.virtualization,
          poolId: this.pool.poolId,
          disk: found(this, "disk", this.disks, plan.name),
          image: this.image.file(plan.name),
          after: [this.storage, this.network.applied, ...cpu],
          transform: this.#transform("templates"),
        }),
      ]),
    );
  }

  #createGuests(): ReadonlyMap<string, Guest> {
    const { config, network, nodes } = this.topology;
    return new Map(
      nodes.map((plan) => [
        plan.name,
        new Guest(this, plan.name, {
          lab: config.name,
          plan,
          network: network.guest,
          device: { bridge: this.network.bridge, mtu: network.guest.mtu },
          poolId: this.pool.poolId,
          disk: found(this, "disk", this.disks, plan.host),
          template: found(this, "template", this.templates, plan.host),
          virtualization: config.virtualization,
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
    this.publish({
      automation_token: {
        value: this.automation.token,
        sensitive: true,
        description: "API token of automation@pve",
      },
    });
    return {
      machines: [...this.guests].map(([name, { generation }]) => ({ name, generation, architecture: "arm64" })),
      schematicIds: { arm64: this.image.schematicId },
      keys: this.keys,
      platform: "nocloud",
      endpoint: this.topology.cluster.endpoint,
      apiAddress: this.#oci.apiAddress,
    };
  }
}
