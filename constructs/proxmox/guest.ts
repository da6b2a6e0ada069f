import { VirtualEnvironmentVm } from "@cdktf/provider-proxmox/virtual-environment-vm";
import { Construct } from "constructs";
import type { LabConfig } from "../../config/schema.ts";
import type { GuestNetworkPlan, NodePlan } from "../../topology/types.ts";
import { Generation } from "../lab/generation.ts";
import { GUEST_STORAGE, guestHardware, networkDevice } from "./guest-hardware.ts";
import type { Template } from "./template.ts";

export interface GuestProps {
  readonly lab: string;
  readonly plan: NodePlan;
  readonly network: GuestNetworkPlan;
  readonly bridge: string;
  readonly poolId: string;
  readonly template: Template;
  /** Of the host's disk, on which the machine is. */
  readonly disk: Generation;
  readonly virtualization: LabConfig["virtualization"];
}

/** Guests resolve through these until Kubernetes has a resolver of its own: the VCN's is link-local, out of their reach. */
const RESOLVERS = ["1.1.1.1", "9.9.9.9"];

/** A virtual machine for one Kubernetes node: a full clone of its host's template, with a fixed address. */
export class Guest extends Construct {
  /** Changes whenever the machine is made anew, and with it all that Talos had on its disk. */
  readonly generation: string;

  constructor(scope: Construct, id: string, props: GuestProps) {
    super(scope, id);
    const { plan, network, template } = props;
    const { cpuType, ...hardware } = guestHardware(props.virtualization);
    const vm = new VirtualEnvironmentVm(this, "vm", {
      ...hardware,
      nodeName: plan.host,
      vmId: plan.vmId,
      name: plan.name,
      description: `${plan.role} of ${props.lab}`,
      tags: [plan.role, props.lab].sort(),
      poolId: props.poolId,
      started: true,
      onBoot: true,
      // Talos shuts down only when it is asked through its own API.
      stopOnDestroy: true,
      clone: { vmId: template.vmId, full: true },
      cpu: { cores: plan.vcpus, type: cpuType },
      memory: { dedicated: plan.memoryMb, floating: 0 },
      disk: [{ interface: "scsi0", datastoreId: GUEST_STORAGE, size: plan.diskGb, discard: "on" }],
      initialization: {
        datastoreId: GUEST_STORAGE,
        // IDE is refused on aarch64, and fails everywhere it is not (ionos-cloud/cluster-api-provider-proxmox#548).
        interface: "scsi1",
        dns: { servers: RESOLVERS },
        ipConfig: [{ ipv4: { address: `${plan.address}/${network.prefixLength}`, gateway: network.gateway } }],
      },
      // What came with the clone is history: a machine that was imported, after a loss, tells it otherwise.
      lifecycle: { ignoreChanges: ["clone", "efi_disk"], replaceTriggeredBy: [props.disk.address] },
      dependsOn: [template.ready],
    });
    vm.addOverride("network_device", [networkDevice(props.bridge, plan.mac, network.mtu)]);
    // A machine made anew has the same id, but it is not known before.
    this.generation = new Generation(this, "generation", { machine: vm.id }).generation;
  }
}
