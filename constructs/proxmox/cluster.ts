import { join } from "node:path";
import type { ITerraformDependable, TerraformResource } from "cdktf";
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

function bootVolumes({ hosts }: ClusterProps): Readonly<Record<string, string>> {
  return Object.fromEntries(hosts.map(({ plan, oci }) => [plan.name, oci.bootVolumeId]));
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
    const hosts = props.hosts.map(({ plan, oci }) => stepHost(plan, oci.privateIp));
    // Before the number of hosts gets odd a vote that is there has to go (pve-docs, pvecm: remove it, then add nodes).
    const before = this.#thirdVote(props, "before");
    const form = new ScriptStep(this, "form", {
      folder: STEPS,
      script: "form-cluster.mjs",
      environment: { PVE_CLUSTER: props.lab, PVE_HOSTS: JSON.stringify(hosts) },
      // A host with a new disk has forgotten the cluster.
      triggers: bootVolumes(props),
      ...(before && { dependsOn: [before] }),
    }).resource;
    this.formed = this.#thirdVote(props, "after", form) ?? form;
  }

  /** A lone host never has a third vote, and its SSH no tunnel. */
  #thirdVote(props: ClusterProps, stage: "before" | "after", form?: TerraformResource): TerraformResource | undefined {
    const { hosts, micro } = props;
    if (hosts.length < 2) return undefined;
    return new ScriptStep(this, `third-vote-${stage}`, {
      folder: STEPS,
      script: "third-vote.mjs",
      environment: {
        PVE_STAGE: stage,
        PVE_HOSTS: JSON.stringify(
          hosts.map(({ plan, oci }) => ({ ...stepHost(plan, oci.privateIp), ssh: plan.sshPort })),
        ),
        ...(micro && {
          PVE_MICRO: JSON.stringify({ name: micro.plan.name, address: micro.oci.address, ssh: micro.plan.sshPort }),
        }),
      },
      triggers: { ...bootVolumes(props), micro: micro?.oci.bootVolumeId ?? "none" },
      ...(form && { dependsOn: [form] }),
    }).resource;
  }
}
