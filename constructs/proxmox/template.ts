import type { DownloadFile } from "@cdktf/provider-proxmox/download-file";
import { VirtualEnvironmentVm, type VirtualEnvironmentVmConfig } from "@cdktf/provider-proxmox/virtual-environment-vm";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { LabConfig } from "../../config/schema.ts";
import type { Architecture, HostPlan } from "../../topology/types.ts";
import { Generation, type GenerationValues } from "../lab/generation.ts";
import { ScriptStep, type ScriptStepProps } from "../lab/script-step.ts";
import { type Transforms, transforming } from "../lab/transform.ts";
import { type StepHost, STEPS } from "./cluster.ts";
import { GUEST_STORAGE, guestHardware } from "./guest-hardware.ts";

/** The inner resources of a `Template`. */
export interface TemplateInner {
  readonly image: GenerationValues;
  readonly vm: VirtualEnvironmentVmConfig;
  /** Under TCG only. */
  readonly disableKvm: ScriptStepProps;
}

/** What a `Template` is made from. */
export interface TemplateProps {
  readonly plan: Pick<HostPlan, "name" | "templateVmId">;
  /** Is in its name where other labs have templates, too. @default - is not */
  readonly lab?: string;
  /** @default - the A1's */
  readonly architecture?: Architecture;
  /** Where the API of the host is. */
  readonly host: StepHost;
  readonly virtualization: LabConfig["virtualization"];
  /** @default - as of the hosts that the lab makes */
  readonly cpuType?: string | undefined;
  readonly poolId: string;
  /** Of its disk. @default - the one that the lab makes */
  readonly storage?: string | undefined;
  /** Of the host's disk, on which the template is. @default - a host that the lab never replaces */
  readonly disk?: Pick<Generation, "address"> | undefined;
  /** Of the host. @default - one that the lab never replaces */
  readonly generation?: string;
  /** The Talos image on this host. */
  readonly image: Pick<DownloadFile, "id" | "url">;
  readonly after: readonly ITerraformDependable[];
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<TemplateInner> | undefined;
}

/**
 * The template that this host's guests are cloned from: local storage does not clone across hosts.
 *
 * Under TCG it carries `kvm: 0`, which Proxmox needs on hosts without /dev/kvm, which the provider cannot set, and which a
 * clone inherits; one API call sets it.
 *
 * @example
 * const { hosts } = lab.proxmox;
 * const cluster = new Cluster(stack, "cluster", { lab: "mine", hosts, micro: null });
 * const schematic = schematicYaml({ extensions: ["siderolabs/qemu-guest-agent"], kernelArgs: ["console=ttyAMA0"] });
 * const image = new TalosImage(stack, "image", {
 *   talosVersion: "1.13.9",
 *   schematic,
 *   hosts: lab.topology.hosts,
 *   after: cluster.formed,
 * });
 * for (const { plan, oci } of hosts)
 *   new Template(stack, `template-${plan.name}`, {
 *     plan,
 *     host: stepHost(plan, oci.privateIp),
 *     virtualization: "tcg",
 *     poolId: "mine",
 *     disk: new Generation(stack, `disk-${plan.name}`, { disk: oci.generation }),
 *     image: image.file(plan.name),
 *     after: [cluster.formed],
 *   });
 */
export class Template extends Construct {
  readonly vmId: number;
  readonly nodes: {
    readonly image: Generation;
    readonly vm: VirtualEnvironmentVm;
    /** Null where guests have KVM. */
    readonly disableKvm: ScriptStep | null;
  };

  constructor(scope: Construct, id: string, props: TemplateProps) {
    super(scope, id);
    const given = transforming<TemplateInner>(this, props.transform);
    // The provider does not look at the image again once the disk is made; one that is fetched again is the same.
    const image = new Generation(this, "image", given("image", { url: props.image.url }));
    const vm = new VirtualEnvironmentVm(this, "vm", given("vm", templateArguments(props, image)));
    const disableKvm =
      props.virtualization === "tcg"
        ? new ScriptStep(this, "disable-kvm", given("disableKvm", disableKvmArguments(props, vm)))
        : null;
    this.vmId = props.plan.templateVmId;
    this.nodes = { image, vm, disableKvm };
  }

  /** Clones come after it. */
  get ready(): ITerraformDependable {
    return this.nodes.disableKvm?.nodes.run ?? this.nodes.vm;
  }
}

function templateArguments(props: TemplateProps, image: Generation): VirtualEnvironmentVmConfig {
  const { plan, lab, storage = GUEST_STORAGE } = props;
  const { cpuType, ...hardware } = guestHardware(props);
  return {
    ...hardware,
    nodeName: plan.name,
    vmId: plan.templateVmId,
    name: `${lab === undefined ? "" : `${lab}-`}talos-${plan.name}`,
    description: "Talos; guests are clones of it",
    template: true,
    started: false,
    onBoot: false,
    poolId: props.poolId,
    cpu: { cores: 1, type: cpuType },
    memory: { dedicated: 1024, floating: 0 },
    efiDisk: { datastoreId: storage, type: "4m", preEnrolledKeys: false },
    disk: [
      {
        interface: "scsi0",
        datastoreId: storage,
        importFromAttribute: props.image.id,
        size: 10,
        discard: "on",
      },
    ],
    dependsOn: [...props.after],
    lifecycle: { replaceTriggeredBy: [image.address, ...(props.disk ? [props.disk.address] : [])] },
  };
}

function disableKvmArguments({ plan, host, generation }: TemplateProps, vm: VirtualEnvironmentVm): ScriptStepProps {
  return {
    folder: STEPS,
    script: "disable-kvm.mjs",
    environment: {
      PVE_HOST: JSON.stringify(host),
      PVE_VM_ID: String(plan.templateVmId),
    },
    // A replaced template has the same id, but the plan does not know that.
    triggers: { ...(generation !== undefined && { host: generation }), template: vm.id },
  };
}
