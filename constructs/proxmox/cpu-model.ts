import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { LabError } from "../lab/error.ts";
import type { OciHost } from "../oci/host.ts";
import type { HostPlan } from "../../topology/types.ts";
import { ScriptStep, type ScriptStepProps } from "../lab/script-step.ts";
import { type Transforms, transforming } from "../lab/transform.ts";
import { STEPS, stepHost } from "./cluster.ts";
import { EMULATED_CPU } from "./guest-hardware.ts";

/** The inner step of a `CpuModel`. */
export interface CpuModelInner {
  readonly define: ScriptStepProps;
}

/** What a `CpuModel` is made from. */
export interface CpuModelProps {
  readonly hosts: readonly { readonly plan: HostPlan; readonly oci: OciHost }[];
  readonly after: ITerraformDependable;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<CpuModelInner> | undefined;
}

/**
 * The CPU of emulated guests, defined once for the cluster: the provider takes no Arm model except a custom one.
 *
 * @example
 * const { hosts } = lab.proxmox;
 * const cluster = new Cluster(stack, "cluster", { lab: "mine", hosts, micro: null });
 * new CpuModel(stack, "cpu-model", { hosts, after: cluster.formed });
 */
export class CpuModel extends Construct {
  readonly nodes: { readonly define: ScriptStep };

  constructor(scope: Construct, id: string, { hosts, after, transform }: CpuModelProps) {
    super(scope, id);
    const given = transforming<CpuModelInner>(this, transform);
    const [first] = hosts;
    if (!first) throw new LabError(this, { at: "hosts", got: "none", allowed: "at least one" });
    const ours = {
      folder: STEPS,
      script: "cpu-model.mjs",
      environment: {
        PVE_HOST: JSON.stringify(stepHost(first.plan, first.oci.privateIp)),
        PVE_CPU_MODEL: EMULATED_CPU.type,
        PVE_REPORTED_MODEL: EMULATED_CPU.reportedModel,
      },
      // A host with a new disk does not have it, unless it joins others that do.
      triggers: {
        model: EMULATED_CPU.reportedModel,
        ...Object.fromEntries(hosts.map(({ plan, oci }) => [plan.name, oci.generation])),
      },
      dependsOn: [after],
    };
    this.nodes = { define: new ScriptStep(this, "define", given("define", ours)) };
  }

  /** Machines that have it come after. */
  get defined(): ITerraformDependable {
    return this.nodes.define.nodes.run;
  }
}
