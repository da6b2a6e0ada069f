import { join } from "node:path";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { OciHost } from "../oci/host.ts";
import type { OciMicro } from "../oci/micro.ts";
import type { HostPlan, MicroPlan } from "../../topology/types.ts";
import { ScriptStep } from "../lab/script-step.ts";

/** Folder of the scripts that talk to the PVE API. */
export const STEPS = join(import.meta.dirname, "steps");

/** What a script needs to know of a host. */
export interface StepHost {
  readonly name: string;
  /** The near end of its tunnel. */
  readonly api: string;
  readonly address: string;
}

export function stepHost(plan: HostPlan, address: string): StepHost {
  return { name: plan.name, api: `https://127.0.0.1:${plan.apiPort}`, address };
}

function generations({ hosts }: ClusterProps): Readonly<Record<string, string>> {
  return Object.fromEntries(hosts.map(({ plan, oci }) => [plan.name, oci.generation]));
}

export interface ClusterProps {
  readonly lab: string;
  readonly hosts: readonly { readonly plan: HostPlan; readonly oci: OciHost }[];
  readonly micro: { readonly plan: MicroPlan; readonly oci: OciMicro } | null;
}

/**
 * Makes one cluster of the hosts, which no provider can do: waits for them, joins them one at a time with the peer's
 * fingerprint checked, waits for quorum, and lets storage `local` hold images to import. An even number of hosts gets the
 * micro's vote too, if there is a micro. A single host is only waited for.
 */
export class Cluster extends Construct {
  /** Everything else in Proxmox comes after it. */
  readonly formed: ITerraformDependable;

  constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id);
    const { micro } = props;
    const hosts = JSON.stringify(
      props.hosts.map(({ plan, oci }) => ({ ...stepHost(plan, oci.privateIp), ssh: plan.sshPort })),
    );
    const voter = props.hosts.length % 2 === 0 ? micro : null;
    const thirdVote = voter ? "keep" : "remove";
    const form = new ScriptStep(this, "form", {
      folder: STEPS,
      script: "form-cluster.mjs",
      environment: { PVE_CLUSTER: props.lab, PVE_HOSTS: hosts, PVE_THIRD_VOTE: thirdVote },
      // A host with a new disk has forgotten the cluster.
      triggers: { ...generations(props), thirdVote },
    }).resource;
    if (voter === null) {
      this.formed = form;
      return;
    }
    const { plan, oci } = voter;
    this.formed = new ScriptStep(this, "third-vote", {
      folder: STEPS,
      script: "third-vote.mjs",
      environment: {
        PVE_HOSTS: hosts,
        PVE_MICRO: JSON.stringify({ name: plan.name, address: oci.address, ssh: plan.sshPort }),
      },
      triggers: { ...generations(props), micro: oci.generation },
      dependsOn: [form],
    }).resource;
  }
}
