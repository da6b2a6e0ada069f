import { ProxmoxProvider } from "@cdktf/provider-proxmox/provider";
import { StorageLvmthin } from "@cdktf/provider-proxmox/storage-lvmthin";
import { VirtualEnvironmentPool } from "@cdktf/provider-proxmox/virtual-environment-pool";
import { TalosProvider } from "@cdktf/provider-talos/provider";
import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { Generation } from "../constructs/lab/generation.ts";
import { LabStack, type LabStackProps } from "../constructs/lab/lab-stack.ts";
import { pveRootPassword, sshHostKeys, sshPrivateKey } from "../constructs/lab/variables.ts";
import { Automation } from "../constructs/proxmox/automation.ts";
import { Cluster, stepHost } from "../constructs/proxmox/cluster.ts";
import { CpuModel } from "../constructs/proxmox/cpu-model.ts";
import { Firewall } from "../constructs/proxmox/firewall.ts";
import { GUEST_STORAGE, THIN_POOL } from "../constructs/proxmox/guest-hardware.ts";
import { GuestNetwork } from "../constructs/proxmox/guest-network.ts";
import { Guest } from "../constructs/proxmox/guest.ts";
import { TalosImage } from "../constructs/proxmox/talos-image.ts";
import { Template } from "../constructs/proxmox/template.ts";
import { ClusterKeys } from "../constructs/talos/cluster-keys.ts";
import { schematicYaml, TALOS_EXTENSIONS, TALOS_KERNEL_ARGS } from "../topology/schematic.ts";
import type { OciOutputs } from "./oci-stack.ts";

export interface ProxmoxClusterStackProps extends LabStackProps {
  readonly oci: OciOutputs;
}

/** What the Talos stack may know of Proxmox. */
export interface ProxmoxOutputs {
  readonly guests: readonly ProxmoxGuest[];
  /** The image factory's id of what the guests booted: their installer must have the same extensions. */
  readonly schematicId: string;
  /**
   * Made here and not where they are used: a state is sure to be written only when an apply has ended (OpenTofu writes it every
   * 20 s at most, as backends do), and machines that have taken keys of which no state knows refuse all others.
   */
  readonly keys: ClusterKeys;
}

export interface ProxmoxGuest {
  readonly name: string;
  /** Changes when the machine is made anew: its Talos is then unconfigured again. */
  readonly generation: string;
}

/** One Proxmox cluster of the hosts, and on it a virtual machine for every Kubernetes node. */
export class ProxmoxClusterStack extends LabStack {
  readonly outputs: ProxmoxOutputs;

  constructor(scope: Construct, id: string, props: ProxmoxClusterStackProps) {
    super(scope, id, props);
    const { topology } = props;
    const { config, network } = topology;
    const hosts = topology.hosts.map((plan) => ({ plan, oci: hostOf(props.oci, plan.name) }));

    this.#connect();
    // For the third vote: its steps take them from the environment. A lone host may have to take one away.
    sshPrivateKey(this);
    sshHostKeys(this);
    const micro = topology.micro && props.oci.micro && { plan: topology.micro, oci: props.oci.micro };
    const { formed } = new Cluster(this, "cluster", { lab: config.name, hosts, micro });
    const first = found(hosts[0], "first host");
    const leader = stepHost(first.plan, first.oci.privateIp);
    new Firewall(this, "firewall", {
      network,
      host: leader,
      after: formed,
    });
    const pool = new VirtualEnvironmentPool(this, "pool", {
      poolId: config.name,
      comment: `Guests of the lab ${config.name}`,
      dependsOn: [formed],
    });
    const storage = new StorageLvmthin(this, "guest-storage", {
      id: GUEST_STORAGE,
      ...THIN_POOL,
      content: ["images"],
      dependsOn: [formed],
    });
    const guestNetwork = new GuestNetwork(this, "guest-network", {
      plan: network.guest,
      hosts: topology.hosts,
      host: leader,
      after: formed,
    });
    const automation = new Automation(this, "automation", {
      lab: config.name,
      poolId: pool.poolId,
      zone: network.guest.zone,
      after: formed,
    });

    const cpu =
      config.virtualization === "tcg" ? [new CpuModel(this, "cpu-model", { hosts, after: formed }).defined] : [];

    const image = new TalosImage(this, "talos-image", {
      talosVersion: config.versions.talos,
      schematic: schematicYaml({ extensions: TALOS_EXTENSIONS, kernelArgs: TALOS_KERNEL_ARGS }),
      hosts: topology.hosts,
      after: formed,
    });
    const disks = new Map(
      hosts.map(({ plan, oci }) => [plan.name, new Generation(this, `disk-${plan.name}`, { disk: oci.generation })]),
    );
    const templates = new Map(
      hosts.map(({ plan, oci }) => [
        plan.name,
        new Template(this, `template-${plan.name}`, {
          plan,
          oci,
          virtualization: config.virtualization,
          poolId: pool.poolId,
          disk: found(disks.get(plan.name), `disk of ${plan.name}`),
          image: image.file(plan.name),
          after: [storage, guestNetwork.applied, ...cpu],
        }),
      ]),
    );
    const guests = topology.nodes.map((plan) => ({
      plan,
      guest: new Guest(this, plan.name, {
        lab: config.name,
        plan,
        network: network.guest,
        bridge: guestNetwork.bridge,
        poolId: pool.poolId,
        disk: found(disks.get(plan.host), `disk of ${plan.host}`),
        template: found(templates.get(plan.host), `template of ${plan.host}`),
        virtualization: config.virtualization,
      }),
    }));

    this.outputs = {
      guests: guests.map(({ plan, guest }) => ({ name: plan.name, generation: guest.generation })),
      schematicId: image.schematicId,
      keys: new ClusterKeys(this, "secrets", { talosVersion: `v${config.versions.talos}` }),
    };
    new TerraformOutput(this, "automation_token", {
      value: automation.token,
      sensitive: true,
      description: "API token of automation@pve",
    });
  }

  /** Both providers are reached, or need reach nothing, at addresses known at synth. */
  #connect(): void {
    const first = found(this.topology.hosts[0], "first host");
    new ProxmoxProvider(this, "proxmox", {
      endpoint: `https://127.0.0.1:${first.apiPort}/`,
      username: "root@pam",
      password: pveRootPassword(this).stringValue,
      // The endpoint is the near end of an SSH tunnel with a pinned host key; the provider takes neither CA nor fingerprint.
      insecure: true,
    });
    new TalosProvider(this, "talos", {});
  }
}

function hostOf(oci: OciOutputs, name: string) {
  return found(
    oci.hosts.find((host) => host.name === name),
    `host ${name} among the outputs of the OCI stack`,
  );
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no ${what}`);
  return value;
}
