import { VirtualEnvironmentVm, type VirtualEnvironmentVmConfig } from "@cdktf/provider-proxmox/virtual-environment-vm";
import { Construct } from "constructs";
import type { LabConfig } from "../../config/schema.ts";
import type { GuestAddressing, NodePlan } from "../../topology/types.ts";
import { Generation, type GenerationValues } from "../lab/generation.ts";
import { type Transforms, transforming } from "../lab/transform.ts";
import { GUEST_STORAGE, guestHardware, networkDevice, type NetworkDeviceProps } from "./guest-hardware.ts";
import type { Template } from "./template.ts";

/** The inner resources of a `Guest`. Its network device is an override (see `networkDevice`): `nodes.vm.addOverride` changes it. */
export interface GuestInner {
  readonly vm: VirtualEnvironmentVmConfig;
  readonly life: GenerationValues;
}

/** What a `Guest` is made from. */
export interface GuestProps {
  readonly lab: string;
  readonly plan: NodePlan;
  readonly network: GuestAddressing;
  readonly device: Omit<NetworkDeviceProps, "mac">;
  /** @default - resolvers that answer everybody */
  readonly resolvers?: readonly string[] | undefined;
  /** Of its disks. @default - the one that the lab makes */
  readonly storage?: string | undefined;
  readonly poolId: string;
  readonly template: Pick<Template, "vmId" | "ready">;
  /** Of the host's disk, on which the machine is. @default - a host that the lab never replaces */
  readonly disk?: Pick<Generation, "address"> | undefined;
  readonly virtualization: LabConfig["virtualization"];
  /** @default - as of the hosts that the lab makes */
  readonly cpuType?: string | undefined;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<GuestInner> | undefined;
}

/** The guests' resolvers until Kubernetes has its own: they cannot reach the VCN's, which is link-local. */
const RESOLVERS = ["1.1.1.1", "9.9.9.9"];

/**
 * A virtual machine for one Kubernetes node: a full clone of its host's template, with a fixed address.
 *
 * @example
 * const made = new Generation(stack, "template", { version: "1" });
 * for (const plan of lab.topology.nodes)
 *   new Guest(stack, plan.name, {
 *     lab: "mine",
 *     plan,
 *     network: lab.topology.network.guest,
 *     device: { bridge: lab.topology.network.guest.vnet },
 *     poolId: "mine",
 *     template: { vmId: 9001, ready: made },
 *     disk: made,
 *     virtualization: "tcg",
 *   });
 */
export class Guest extends Construct {
  readonly nodes: { readonly vm: VirtualEnvironmentVm; readonly life: Generation };

  constructor(scope: Construct, id: string, props: GuestProps) {
    super(scope, id);
    const given = transforming<GuestInner>(this, props.transform);
    const vm = new VirtualEnvironmentVm(this, "vm", given("vm", guestArguments(props)));
    vm.addOverride("network_device", [networkDevice({ ...props.device, mac: props.plan.mac })]);
    // A replaced machine has the same id, but the plan does not know that.
    const life = new Generation(this, "generation", given("life", { machine: vm.id }));
    this.nodes = { vm, life };
  }

  /** Changes when the machine is replaced, and with it all that Talos had on its disk. */
  get generation(): string {
    return this.nodes.life.generation;
  }
}

function guestArguments({ lab, plan, network, template, ...props }: GuestProps): VirtualEnvironmentVmConfig {
  const { storage = GUEST_STORAGE, resolvers = RESOLVERS } = props;
  const { cpuType, ...hardware } = guestHardware({ ...props, architecture: plan.architecture });
  return {
    ...hardware,
    nodeName: plan.host,
    vmId: plan.vmId,
    name: plan.name,
    description: `${plan.role} of ${lab}`,
    tags: [plan.role, lab].sort(),
    poolId: props.poolId,
    started: true,
    onBoot: true,
    // Talos shuts down only by a request to its own API.
    stopOnDestroy: true,
    clone: { vmId: template.vmId, full: true },
    cpu: { cores: plan.vcpus, type: cpuType },
    memory: { dedicated: plan.memoryMb, floating: 0 },
    disk: [{ interface: "scsi0", datastoreId: storage, size: plan.diskGb, discard: "on" }],
    initialization: {
      datastoreId: storage,
      // IDE is refused on aarch64, and fails everywhere it is not (ionos-cloud/cluster-api-provider-proxmox#548).
      interface: "scsi1",
      dns: { servers: [...resolvers] },
      ipConfig: [{ ipv4: { address: `${plan.address}/${network.prefixLength}`, gateway: network.gateway } }],
    },
    // The clone's source is not read back: it would differ for a machine that was imported after a loss.
    lifecycle: {
      ignoreChanges: ["clone", "efi_disk"],
      ...(props.disk && { replaceTriggeredBy: [props.disk.address] }),
    },
    dependsOn: [template.ready],
  };
}
