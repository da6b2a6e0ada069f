import { CoreInstance, type CoreInstanceConfig } from "@cdktf/provider-oci/core-instance";
import type { ITerraformDependable, TerraformVariable } from "cdktf";
import type { Construct } from "constructs";
import { A1_SHAPE } from "../../topology/shapes.ts";
import type { HostPlan } from "../../topology/types.ts";
import { Generation, type GenerationValues } from "../lab/generation.ts";
import { type Transforms, transforming } from "../lab/transform.ts";
import { type CloudConfigProps, cloudConfig } from "./cloud-config.ts";
import { Instance, instanceArguments, type InstanceProps } from "./instance.ts";

/** The inner resources of a `Host`. */
export interface HostInner {
  readonly instance: CoreInstanceConfig;
  readonly disk: GenerationValues;
}

/** What a `Host` is made from. */
export interface HostProps extends InstanceProps {
  readonly plan: HostPlan;
  readonly imageId: string;
  /** What allows the image to boot on this shape. */
  readonly imageReady: readonly ITerraformDependable[];
  readonly rootPasswordHash: TerraformVariable;
  /** Written by cloud-init at first boot, and never again: see `hostFiles`. */
  readonly files: NonNullable<CloudConfigProps["files"]>;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<HostInner> | undefined;
}

/** What the other stacks may know of a host. */
export interface OciHost {
  readonly name: string;
  /** Changes when the host's disk is replaced, and with it everything on it. */
  readonly generation: string;
  readonly privateIp: string;
  readonly publicIp: string;
}

/**
 * A Proxmox host: an A1 instance that boots the lab's own image and is configured by cloud-init.
 *
 * @example
 * const { compartmentId, availabilityDomain, subnetId } = lab.oci.outputs;
 * const keys = { sshPublicKey: sshPublicKey(stack), hostKeys: sshHostKeys(stack) };
 * const rootPasswordHash = pveRootPasswordHash(stack);
 * for (const plan of lab.topology.hosts)
 *   new Host(stack, plan.name, {
 *     compartmentId,
 *     availabilityDomain,
 *     subnetId,
 *     securityGroupId: lab.oci.security.id("hosts"),
 *     imageId: lab.oci.image.imageId,
 *     imageReady: [],
 *     plan,
 *     ...keys,
 *     rootPasswordHash,
 *     files: hostFiles(lab.topology, plan),
 *   });
 */
export class Host extends Instance {
  readonly nodes: { readonly instance: CoreInstance; readonly disk: Generation };

  constructor(scope: Construct, id: string, props: HostProps) {
    super(scope, id);
    const given = transforming<HostInner>(this, props.transform);
    const { plan, hostKeys, rootPasswordHash, files, imageId } = props;
    const ours = instanceArguments(props, {
      shape: A1_SHAPE,
      shapeConfig: { ocpus: plan.ocpus, memoryInGbs: plan.memoryGb },
      imageId,
      userData: cloudConfig({ hostname: plan.name, fqdn: plan.fqdn, hostKeys, rootPasswordHash, files }),
      // Cloud-init runs once, at first boot: a later change would not reach a running host.
      lifecycle: { ignoreChanges: ["metadata"] },
      dependsOn: [...props.imageReady],
      timeouts: { create: "30m" },
    });
    const instance = new CoreInstance(this, "instance", given("instance", ours));
    // A new image replaces the disk under the instance. Until then the plan would have the old id of its boot volume.
    const disk = new Generation(this, "disk", given("disk", { instance: instance.id, image: imageId }));
    this.nodes = { instance, disk };
  }
}
