import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { OciHost } from "../oci/host.ts";
import type { HostPlan } from "../../topology/types.ts";
import { ScriptStep } from "../lab/script-step.ts";
import { STEPS, stepHost } from "./cluster.ts";
import { EMULATED_CPU } from "./guest-hardware.ts";

export interface CpuModelProps {
  readonly hosts: readonly { readonly plan: HostPlan; readonly oci: OciHost }[];
  readonly after: ITerraformDependable;
}

/** The CPU that emulated guests have, defined once for the cluster: the provider takes no Arm model but of one's own. */
export class CpuModel extends Construct {
  /** Machines that have it come after. */
  readonly defined: ITerraformDependable;

  constructor(scope: Construct, id: string, { hosts, after }: CpuModelProps) {
    super(scope, id);
    const [first] = hosts;
    if (!first) throw new Error("a cluster needs a host");
    this.defined = new ScriptStep(this, "define", {
      folder: STEPS,
      script: "cpu-model.mjs",
      environment: {
        PVE_HOST: JSON.stringify(stepHost(first.plan, first.oci.privateIp)),
        PVE_CPU_MODEL: EMULATED_CPU.type,
        PVE_REPORTED_MODEL: EMULATED_CPU.reportedModel,
      },
      // A host with a new disk has forgotten it, unless others of its cluster remember.
      triggers: {
        model: EMULATED_CPU.reportedModel,
        ...Object.fromEntries(hosts.map(({ plan, oci }) => [plan.name, oci.generation])),
      },
      dependsOn: [after],
    }).resource;
  }
}
