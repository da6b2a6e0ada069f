import { join } from "node:path";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { OciHost } from "../oci/host.ts";
import type { OciMicro } from "../oci/micro.ts";
import type { HostPlan, MicroPlan } from "../../topology/types.ts";
import { ScriptStep, type ScriptStepProps } from "../lab/script-step.ts";
import { type Transforms, transforming } from "../lab/transform.ts";

/** Folder of the scripts that talk to the PVE API. */
export const STEPS = join(import.meta.dirname, "steps");

/** What a script needs to know of a host. */
export interface StepHost {
  readonly name: string;
  /** The near end of its tunnel. */
  readonly api: string;
  readonly address: string;
}

/** A host, at its address in the subnet, as scripts get it. */
export function stepHost(plan: HostPlan, address: string): StepHost {
  return { name: plan.name, api: `https://127.0.0.1:${plan.apiPort}`, address };
}

function generations({ hosts }: ClusterProps): Readonly<Record<string, string>> {
  return Object.fromEntries(hosts.map(({ plan, oci }) => [plan.name, oci.generation]));
}

/** The inner steps of a `Cluster`. */
export interface ClusterInner {
  readonly form: ScriptStepProps;
  readonly thirdVote: ScriptStepProps;
}

/** What a `Cluster` is made from. */
export interface ClusterProps {
  readonly lab: string;
  readonly hosts: readonly { readonly plan: HostPlan; readonly oci: OciHost }[];
  readonly micro: { readonly plan: MicroPlan; readonly oci: OciMicro } | null;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<ClusterInner> | undefined;
}

/**
 * Makes one cluster of the hosts, which no provider can do: waits for them, joins them one at a time with the peer's
 * fingerprint checked, waits for quorum, and lets storage `local` hold images to import. An even number of hosts gets the
 * micro's vote too, if there is a micro. A single host is only waited for.
 *
 * @example
 * new Cluster(stack, "cluster", { lab: "mine", hosts: lab.proxmox.hosts, micro: null });
 */
export class Cluster extends Construct {
  /** Without a micro that votes there is no step for it. */
  readonly nodes: { readonly form: ScriptStep; readonly thirdVote: ScriptStep | null };

  constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id);
    const given = transforming<ClusterInner>(this, props.transform);
    const voter = props.hosts.length % 2 === 0 ? props.micro : null;
    const hosts = JSON.stringify(
      props.hosts.map(({ plan, oci }) => ({ ...stepHost(plan, oci.privateIp), ssh: plan.sshPort })),
    );
    const thirdVote = voter ? "keep" : "remove";
    const ours = {
      folder: STEPS,
      script: "form-cluster.mjs",
      environment: { PVE_CLUSTER: props.lab, PVE_HOSTS: hosts, PVE_THIRD_VOTE: thirdVote },
      // A host with a new disk is in no cluster.
      triggers: { ...generations(props), thirdVote },
    };
    const form = new ScriptStep(this, "form", given("form", ours));
    if (voter === null) {
      this.nodes = { form, thirdVote: null };
      return;
    }
    const { plan, oci } = voter;
    const vote = {
      folder: STEPS,
      script: "third-vote.mjs",
      environment: {
        PVE_HOSTS: hosts,
        PVE_MICRO: JSON.stringify({ name: plan.name, address: oci.address, ssh: plan.sshPort }),
      },
      triggers: { ...generations(props), micro: oci.generation },
      dependsOn: [form.nodes.run],
    };
    this.nodes = { form, thirdVote: new ScriptStep(this, "third-vote", given("thirdVote", vote)) };
  }

  /** Everything else in Proxmox comes after it. */
  get formed(): ITerraformDependable {
    return (this.nodes.thirdVote ?? this.nodes.form).nodes.run;
  }
}
