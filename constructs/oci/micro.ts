import { CoreInstance } from "@cdktf/provider-oci/core-instance";
import { DataOciCoreImages } from "@cdktf/provider-oci/data-oci-core-images";
import type { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import type { MicroPlan } from "../../topology/types.ts";
import { Generation } from "../lab/generation.ts";
import { cloudConfig } from "./cloud-config.ts";
import { faultDomainName } from "./fault-domain.ts";
import { MICRO_SHAPE } from "./shapes.ts";

export interface MicroProps {
  readonly compartmentId: string;
  readonly lab: string;
  readonly availabilityDomain: string;
  readonly subnetId: string;
  readonly subnetCidr: string;
  readonly securityGroupId: string;
  readonly plan: MicroPlan;
  readonly sshPublicKey: TerraformVariable;
  readonly hostKeys: TerraformVariable;
}

/** What the other stacks may know of the micro. */
export interface OciMicro {
  readonly address: string;
  /** Another one whenever its disk is made anew, and with it the certificates of the vote. */
  readonly generation: string;
}

/** Where corosync-qnetd listens. */
const QNETD_PORT = 5403;

/**
 * Oracle's Ubuntu images reject all but SSH by iptables, whatever the security groups let through; the rule goes before
 * that, and is kept for the next boot (netfilter-persistent reads /etc/iptables/rules.v4).
 */
export function qnetdRules(subnetCidr: string): readonly string[] {
  return [`iptables -I INPUT -p tcp -s ${subnetCidr} --dport ${QNETD_PORT} -j ACCEPT`, "netfilter-persistent save"];
}

/** The x86 micro from a platform image: it runs corosync-qnetd. That it votes is for the cluster's third-vote step. */
export class Micro extends Construct {
  readonly privateIp: string;
  readonly generation: string;

  constructor(scope: Construct, id: string, props: MicroProps) {
    super(scope, id);
    const { compartmentId, plan } = props;
    const images = new DataOciCoreImages(this, "ubuntu", {
      compartmentId,
      operatingSystem: "Canonical Ubuntu",
      operatingSystemVersion: "24.04",
      shape: MICRO_SHAPE,
      sortBy: "TIMECREATED",
      sortOrder: "DESC",
    });
    const instance = new CoreInstance(this, "instance", {
      compartmentId,
      availabilityDomain: props.availabilityDomain,
      // A launch that names one goes there or nowhere. Terraform keeps what Oracle chose.
      ...(plan.faultDomain !== null && { faultDomain: faultDomainName(plan.faultDomain) }),
      displayName: plan.name,
      shape: MICRO_SHAPE,
      sourceDetails: {
        sourceType: "image",
        sourceId: images.images.get(0).id,
        bootVolumeSizeInGbs: String(plan.bootVolumeGb),
      },
      createVnicDetails: {
        subnetId: props.subnetId,
        nsgIds: [props.securityGroupId],
        privateIp: plan.address,
        hostnameLabel: plan.name,
        assignPublicIp: "true",
      },
      instanceOptions: { areLegacyImdsEndpointsDisabled: true },
      preserveBootVolume: false,
      state: "RUNNING",
      metadata: {
        ssh_authorized_keys: props.sshPublicKey.stringValue,
        user_data: cloudConfig({
          hostname: plan.name,
          fqdn: `${plan.name}.${props.lab}.internal`,
          hostKeys: props.hostKeys,
          packages: ["corosync-qnetd"],
          commands: qnetdRules(props.subnetCidr),
        }),
      },
      // Oracle renews platform images every month; that is no reason to replace the instance.
      lifecycle: { ignoreChanges: ["metadata", "source_details[0].source_id"] },
    });
    this.privateIp = instance.privateIp;
    this.generation = new Generation(this, "disk", { instance: instance.id }).generation;
  }
}
