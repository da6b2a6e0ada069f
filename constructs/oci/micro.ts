import { CoreInstance, type CoreInstanceConfig } from "@cdktf/provider-oci/core-instance";
import { DataOciCoreImages, type DataOciCoreImagesConfig } from "@cdktf/provider-oci/data-oci-core-images";
import type { Construct } from "constructs";
import { MICRO_SHAPE } from "../../topology/shapes.ts";
import type { MicroPlan } from "../../topology/types.ts";
import { Generation, type GenerationValues } from "../lab/generation.ts";
import { type Transforms, transforming } from "../lab/transform.ts";
import { cloudConfig } from "./cloud-config.ts";
import { Instance, instanceArguments, type InstanceProps } from "./instance.ts";

/** The inner resources of a `Micro`. */
export interface MicroInner {
  readonly ubuntu: DataOciCoreImagesConfig;
  readonly instance: CoreInstanceConfig;
  readonly disk: GenerationValues;
}

/** What a `Micro` is made from. */
export interface MicroProps extends InstanceProps {
  readonly lab: string;
  /** The subnet of the hosts, which use its vote. */
  readonly subnetCidr: string;
  readonly plan: MicroPlan;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<MicroInner> | undefined;
}

/** What the other stacks may know of the micro. */
export interface OciMicro {
  readonly address: string;
  /** Changes when its disk is replaced, and with it the certificates of the vote. */
  readonly generation: string;
}

/** Where corosync-qnetd listens. */
const QNETD_PORT = 5403;

/**
 * Oracle's Ubuntu images reject all but SSH by iptables, whatever the security groups allow; the rule goes before
 * that, and is kept for the next boot (netfilter-persistent reads /etc/iptables/rules.v4).
 */
export function qnetdRules(subnetCidr: string): readonly string[] {
  return [`iptables -I INPUT -p tcp -s ${subnetCidr} --dport ${QNETD_PORT} -j ACCEPT`, "netfilter-persistent save"];
}

/**
 * The x86 micro from a platform image: it runs corosync-qnetd. The cluster's third-vote step makes it vote.
 *
 * @example
 * const { compartmentId, availabilityDomain, subnetId } = lab.oci.outputs;
 * const { micro: plan, network } = lab.topology;
 * if (plan !== null)
 *   new Micro(stack, plan.name, {
 *     compartmentId,
 *     availabilityDomain,
 *     subnetId,
 *     securityGroupId: lab.oci.security.id("micro"),
 *     lab: "mine",
 *     subnetCidr: network.subnetCidr,
 *     plan,
 *     sshPublicKey: sshPublicKey(stack),
 *     hostKeys: sshHostKeys(stack),
 *   });
 */
export class Micro extends Instance {
  readonly nodes: {
    readonly ubuntu: DataOciCoreImages;
    readonly instance: CoreInstance;
    readonly disk: Generation;
  };

  constructor(scope: Construct, id: string, props: MicroProps) {
    super(scope, id);
    const given = transforming<MicroInner>(this, props.transform);
    const { compartmentId, plan } = props;
    const newest: DataOciCoreImagesConfig = {
      compartmentId,
      operatingSystem: "Canonical Ubuntu",
      operatingSystemVersion: "24.04",
      shape: MICRO_SHAPE,
      sortBy: "TIMECREATED",
      sortOrder: "DESC",
    };
    const ubuntu = new DataOciCoreImages(this, "ubuntu", given("ubuntu", newest));
    const ours = instanceArguments(props, {
      shape: MICRO_SHAPE,
      imageId: ubuntu.images.get(0).id,
      userData: cloudConfig({
        hostname: plan.name,
        fqdn: `${plan.name}.${props.lab}.internal`,
        hostKeys: props.hostKeys,
        packages: ["corosync-qnetd"],
        commands: qnetdRules(props.subnetCidr),
      }),
      // Oracle renews platform images every month; that is no reason to replace the instance.
      lifecycle: { ignoreChanges: ["metadata", "source_details[0].source_id"] },
    });
    const instance = new CoreInstance(this, "instance", given("instance", ours));
    this.nodes = { ubuntu, instance, disk: new Generation(this, "disk", given("disk", { instance: instance.id })) };
  }
}
