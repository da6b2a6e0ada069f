import type { CoreInstance, CoreInstanceConfig } from "@cdktf/provider-oci/core-instance";
import type { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import type { FaultDomain } from "../../topology/types.ts";
import type { Generation } from "../lab/generation.ts";
import { faultDomainName } from "./fault-domain.ts";

/** Where an instance is made. */
export interface PlaceProps {
  readonly compartmentId: string;
  /** Full name, with the tenancy's prefix. */
  readonly availabilityDomain: string;
  readonly subnetId: string;
  readonly securityGroupId: string;
}

/** What the instances of a lab that have SSH have in common. */
export interface InstanceProps extends PlaceProps {
  /** Logs in as root. */
  readonly sshPublicKey: TerraformVariable;
  /** SSH host keys by host name. */
  readonly hostKeys: TerraformVariable;
}

interface InstancePlan {
  readonly name: string;
  readonly address: string;
  readonly bootVolumeGb: number;
  readonly faultDomain: FaultDomain | null;
}

interface OwnArguments extends Pick<
  CoreInstanceConfig,
  "shape" | "shapeConfig" | "lifecycle" | "dependsOn" | "timeouts"
> {
  readonly imageId: string;
  /** In base64. */
  readonly userData: string;
}

/** The arguments of an instance in the lab's subnet. */
export function instanceArguments(
  props: PlaceProps & Partial<Pick<InstanceProps, "sshPublicKey">> & { readonly plan: InstancePlan },
  { imageId, userData, ...own }: OwnArguments,
): CoreInstanceConfig {
  const { plan } = props;
  return {
    ...own,
    compartmentId: props.compartmentId,
    availabilityDomain: props.availabilityDomain,
    // A launch that names one goes there or nowhere. Terraform keeps what Oracle chose.
    ...(plan.faultDomain !== null && { faultDomain: faultDomainName(plan.faultDomain) }),
    displayName: plan.name,
    sourceDetails: { sourceType: "image", sourceId: imageId, bootVolumeSizeInGbs: String(plan.bootVolumeGb) },
    createVnicDetails: {
      subnetId: props.subnetId,
      nsgIds: [props.securityGroupId],
      privateIp: plan.address,
      hostnameLabel: plan.name,
      // The only way out: there is no NAT gateway in the Always Free tier.
      assignPublicIp: "true",
    },
    // The old metadata endpoint returns user data to any program on the host that sends a GET.
    instanceOptions: { areLegacyImdsEndpointsDisabled: true },
    preserveBootVolume: false,
    // Oracle stops idle Always Free instances: a deploy starts it again.
    state: "RUNNING",
    metadata: {
      ...(props.sshPublicKey && { ssh_authorized_keys: props.sshPublicKey.stringValue }),
      user_data: userData,
    },
  };
}

/** Arguments that every instance of a lab has. */
export abstract class Instance extends Construct {
  abstract readonly nodes: { readonly instance: CoreInstance; readonly disk: Generation };

  get instanceId(): string {
    return this.nodes.instance.id;
  }

  get privateIp(): string {
    return this.nodes.instance.privateIp;
  }

  get publicIp(): string {
    return this.nodes.instance.publicIp;
  }

  /** Changes when the disk is replaced, with the instance or alone. */
  get generation(): string {
    return this.nodes.disk.generation;
  }
}
