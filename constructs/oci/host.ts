import { CoreInstance } from "@cdktf/provider-oci/core-instance";
import { type ITerraformDependable, type TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import type { HostPlan, Topology } from "../../topology/types.ts";
import { Generation } from "../lab/generation.ts";
import { jsonOf } from "../lab/literal.ts";
import { cloudConfig } from "./cloud-config.ts";
import { faultDomainName } from "./fault-domain.ts";
import { dnatRules, guestRules, hostFacts, hostRules } from "./host-files.ts";
import { A1_SHAPE } from "./shapes.ts";

export interface HostProps {
  readonly compartmentId: string;
  readonly availabilityDomain: string;
  readonly subnetId: string;
  readonly securityGroupId: string;
  readonly imageId: string;
  readonly imageReady: readonly ITerraformDependable[];
  readonly plan: HostPlan;
  readonly topology: Topology;
  readonly sshPublicKey: TerraformVariable;
  readonly hostKeys: TerraformVariable;
  readonly rootPasswordHash: TerraformVariable;
}

/** What the other stacks may know of a host. */
export interface OciHost {
  readonly name: string;
  /** Another one whenever the host's disk is made anew, and with it everything on it. */
  readonly generation: string;
  readonly privateIp: string;
  readonly publicIp: string;
}

/** A Proxmox host: an A1 instance that boots the lab's own image and learns its place from cloud-init. */
export class Host extends Construct {
  readonly instanceId: string;
  /** Another one whenever the host's disk is made anew, with the instance or under it. */
  readonly generation: string;
  readonly publicIp: string;
  readonly privateIp: string;

  constructor(scope: Construct, id: string, props: HostProps) {
    super(scope, id);
    const { plan, topology } = props;
    const instance = new CoreInstance(this, "instance", {
      compartmentId: props.compartmentId,
      availabilityDomain: props.availabilityDomain,
      // A launch that names one goes there or nowhere. Terraform keeps what Oracle chose.
      ...(plan.faultDomain !== null && { faultDomain: faultDomainName(plan.faultDomain) }),
      displayName: plan.name,
      shape: A1_SHAPE,
      shapeConfig: { ocpus: plan.ocpus, memoryInGbs: plan.memoryGb },
      sourceDetails: {
        sourceType: "image",
        sourceId: props.imageId,
        bootVolumeSizeInGbs: String(plan.bootVolumeGb),
      },
      createVnicDetails: {
        subnetId: props.subnetId,
        nsgIds: [props.securityGroupId],
        privateIp: plan.address,
        hostnameLabel: plan.name,
        // The only way out: there is no NAT gateway in the Always Free tier.
        assignPublicIp: "true",
      },
      // The old metadata endpoint hands user data to whatever on the host can send a GET.
      instanceOptions: { areLegacyImdsEndpointsDisabled: true },
      preserveBootVolume: false,
      // Oracle stops idle Always Free instances: a deploy starts it again.
      state: "RUNNING",
      metadata: {
        ssh_authorized_keys: props.sshPublicKey.stringValue,
        user_data: cloudConfig({
          hostname: plan.name,
          fqdn: plan.fqdn,
          hostKeys: props.hostKeys,
          rootPasswordHash: props.rootPasswordHash,
          files: [
            { path: "/etc/ampere-lab/host.json", content: jsonOf(hostFacts(topology, plan)) },
            { path: "/etc/nftables.d/ampere-lab-api.nft", content: dnatRules(topology, plan) },
            { path: "/etc/nftables.d/ampere-lab-hosts.nft", content: hostRules(topology) },
            { path: "/etc/nftables.d/ampere-lab-guests.nft", content: guestRules(topology) },
          ],
        }),
      },
      // Cloud-init runs once, at first boot: a later change must not pretend to reach a running host.
      lifecycle: { ignoreChanges: ["metadata"] },
      dependsOn: [...props.imageReady],
      timeouts: { create: "30m" },
    });
    this.instanceId = instance.id;
    // A new image replaces the disk under the instance. Its boot volume's id would be told as it was, until that is done.
    this.generation = new Generation(this, "disk", { instance: instance.id, image: props.imageId }).generation;
    this.publicIp = instance.publicIp;
    this.privateIp = instance.privateIp;
  }
}
