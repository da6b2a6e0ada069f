import { join } from "node:path";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { OciHost } from "../oci/host.ts";
import type { HostPlan } from "../../topology/types.ts";
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

export interface ClusterProps {
  readonly lab: string;
  readonly hosts: readonly { readonly plan: HostPlan; readonly oci: OciHost }[];
}

/**
 * Makes one cluster of the hosts, which no provider can do: waits for them, joins them one at a time with the peer's
 * fingerprint checked, waits for quorum, and lets storage `local` hold images to import. A single host is only waited for.
 */
export class Cluster extends Construct {
  /** Everything else in Proxmox comes after it. */
  readonly formed: ITerraformDependable;

  constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id);
    const hosts = props.hosts.map(({ plan, oci }) => stepHost(plan, oci.privateIp));
    this.formed = new ScriptStep(this, "form", {
      folder: STEPS,
      script: "form-cluster.mjs",
      environment: { PVE_CLUSTER: props.lab, PVE_HOSTS: JSON.stringify(hosts) },
      // A host with a new disk has forgotten the cluster.
      triggers: Object.fromEntries(props.hosts.map(({ plan, oci }) => [plan.name, oci.bootVolumeId])),
    }).resource;
  }
}
