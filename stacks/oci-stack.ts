import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { LabStack, type LabStackProps } from "../constructs/lab/lab-stack.ts";
import { pveRootPasswordHash, sshHostKeys, sshPublicKey } from "../constructs/lab/variables.ts";
import { Account } from "../constructs/oci/account.ts";
import { ApiLoadBalancer } from "../constructs/oci/api-load-balancer.ts";
import { Host, type OciHost } from "../constructs/oci/host.ts";
import { HostImage } from "../constructs/oci/host-image.ts";
import { Micro, type OciMicro } from "../constructs/oci/micro.ts";
import { Network } from "../constructs/oci/network.ts";
import { SecurityGroups } from "../constructs/oci/security-groups.ts";
import { SpendingGuard } from "../constructs/oci/spending-guard.ts";

export interface OciStackProps extends LabStackProps {
  /** Name of the Proxmox image's object in the lab's bucket: it carries the hash of the image's inputs. */
  readonly imageObject: string;
}

/** What the other stacks may know of Oracle Cloud. */
export interface OciOutputs {
  readonly hosts: readonly OciHost[];
  readonly micro: OciMicro | null;
  /** Public address of the load balancer in front of Kubernetes' API. */
  readonly apiAddress: string;
}

/** Ampere instances that boot Proxmox, their network, the load balancer, and the guard of the purse. */
export class OciStack extends LabStack {
  readonly outputs: OciOutputs;

  constructor(scope: Construct, id: string, props: OciStackProps) {
    super(scope, id, props);
    const { topology } = props;
    const { config } = topology;
    const lab = config.name;

    const account = new Account(this, "account", { lab, oci: config.oci, sandbox: props.sandbox ?? false });
    const { compartmentId, availabilityDomain } = account;
    const { vcnId, subnetId } = new Network(this, "network", { compartmentId, lab, plan: topology.network });
    const security = new SecurityGroups(this, "security", {
      compartmentId,
      lab,
      vcnId,
      rules: topology.securityRules,
    });
    const image = new HostImage(this, "host-image", {
      compartmentId,
      lab,
      bucket: `${lab}-images`,
      objectName: props.imageObject,
      proxmoxVersion: config.versions.proxmox,
    });

    const keys = { sshPublicKey: sshPublicKey(this), hostKeys: sshHostKeys(this) };
    const rootPasswordHash = pveRootPasswordHash(this);
    const hosts = topology.hosts.map((plan) => ({
      name: plan.name,
      host: new Host(this, plan.name, {
        compartmentId,
        availabilityDomain,
        subnetId,
        securityGroupId: security.id("hosts"),
        imageId: image.imageId,
        imageReady: image.ready,
        plan,
        topology,
        rootPasswordHash,
        ...keys,
      }),
    }));
    const micro =
      topology.micro &&
      new Micro(this, topology.micro.name, {
        compartmentId,
        lab,
        availabilityDomain: account.domain(topology.micro.availabilityDomain),
        subnetId,
        subnetCidr: topology.network.subnetCidr,
        securityGroupId: security.id("micro"),
        plan: topology.micro,
        ...keys,
      });
    const balancer = new ApiLoadBalancer(this, "api", {
      compartmentId,
      lab,
      subnetId,
      securityGroupId: security.id("nlb"),
      address: topology.network.loadBalancerAddress,
      hosts,
    });
    new SpendingGuard(this, "spending", { account, topology });

    this.outputs = {
      hosts: hosts.map(({ name, host }) => ({
        name,
        generation: host.generation,
        privateIp: host.privateIp,
        publicIp: host.publicIp,
      })),
      micro: micro && { address: micro.privateIp, generation: micro.generation },
      apiAddress: balancer.publicIp,
    };
    new TerraformOutput(this, "api_address", {
      value: this.outputs.apiAddress,
      description: "Public address of the load balancer in front of Kubernetes' API",
    });
    new TerraformOutput(this, "host_public_ips", {
      value: Object.fromEntries(this.outputs.hosts.map((host) => [host.name, host.publicIp])),
      description: "Public addresses of the hosts: where the tunnels start",
    });
  }
}
