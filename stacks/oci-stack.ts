import type { Construct } from "constructs";
import { LabStack, type LabStackProps } from "../constructs/lab/lab-stack.ts";
import { taken, type Transforms } from "../constructs/lab/transform.ts";
import { pveRootPasswordHash, sshHostKeys, sshPublicKey } from "../constructs/lab/variables.ts";
import { Account, type AccountInner } from "../constructs/oci/account.ts";
import { ApiLoadBalancer, type ApiLoadBalancerInner } from "../constructs/oci/api-load-balancer.ts";
import { Host, type HostInner, type OciHost } from "../constructs/oci/host.ts";
import { hostFiles } from "../constructs/oci/host-files.ts";
import { HostImage, type HostImageInner } from "../constructs/oci/host-image.ts";
import type { InstanceProps } from "../constructs/oci/instance.ts";
import { Micro, type MicroInner, type OciMicro } from "../constructs/oci/micro.ts";
import { Network, type NetworkInner } from "../constructs/oci/network.ts";
import { SecurityGroups, type SecurityGroupsInner } from "../constructs/oci/security-groups.ts";
import { SpendingGuard, type SpendingGuardInner } from "../constructs/oci/spending-guard.ts";
import type { ProxmoxTopology, SecurityGroup } from "../topology/types.ts";

/** Arguments of one's own for what stack oci is made of. */
export interface OciTransforms {
  /** @default - the lab's own arguments */
  readonly account?: Transforms<AccountInner>;
  /** @default - the lab's own arguments */
  readonly network?: Transforms<NetworkInner>;
  /** @default - the lab's own arguments */
  readonly security?: Transforms<SecurityGroupsInner>;
  /** @default - the lab's own arguments */
  readonly image?: Transforms<HostImageInner>;
  /** Each host. @default - the lab's own arguments */
  readonly hosts?: Transforms<HostInner>;
  /** @default - the lab's own arguments */
  readonly micro?: Transforms<MicroInner>;
  /** @default - the lab's own arguments */
  readonly balancer?: Transforms<ApiLoadBalancerInner>;
  /** @default - the lab's own arguments */
  readonly spending?: Transforms<SpendingGuardInner>;
}

/** What stack oci is made from. */
export interface OciStackProps extends LabStackProps<ProxmoxTopology> {
  /** Name of the Proxmox image's object in the lab's bucket: it carries the hash of the image's inputs. */
  readonly imageObject: string;
  /** @default - the lab's own arguments */
  readonly transform?: OciTransforms | undefined;
}

/** What the other stacks may know of Oracle Cloud. */
export interface OciOutputs {
  /** OCID of the compartment that everything of the lab is in. */
  readonly compartmentId: string;
  /** Full name of the availability domain that the hosts are in. */
  readonly availabilityDomain: string;
  readonly vcnId: string;
  /** OCID of the public subnet. */
  readonly subnetId: string;
  readonly hosts: readonly OciHost[];
  readonly micro: OciMicro | null;
  /** Public address of the load balancer in front of Kubernetes' API. */
  readonly apiAddress: string;
}

/**
 * Ampere instances that boot Proxmox, their network, the load balancer, and the budget and quota.
 *
 * @example
 * const second = new OciStack(lab.app, "second-oci", { ...lab, imageObject: "proxmox-ampere-000000000000.oci" });
 * second.outputs.apiAddress; // for the properties of another stack
 */
export class OciStack extends LabStack<ProxmoxTopology> {
  readonly outputs: OciOutputs;
  readonly account: Account;
  readonly network: Network;
  readonly security: SecurityGroups;
  readonly image: HostImage;
  /** By name. */
  readonly hosts: ReadonlyMap<string, Host>;
  readonly micro: Micro | null;
  readonly balancer: ApiLoadBalancer;
  readonly spending: SpendingGuard;
  readonly #transform;

  constructor(scope: Construct, id: string, props: OciStackProps) {
    super(scope, id, props);
    this.#transform = taken(this, props.transform);
    this.account = this.#createAccount();
    this.network = this.#createNetwork();
    this.security = this.#createSecurity();
    this.image = this.#createImage(props.imageObject);
    const keys = { sshPublicKey: sshPublicKey(this), hostKeys: sshHostKeys(this) };
    this.hosts = this.#createHosts(keys);
    this.micro = this.#createMicro(keys);
    this.balancer = this.#createBalancer();
    this.spending = this.#createSpending();
    this.outputs = this.#createOutputs();
  }

  get #lab(): { readonly lab: string; readonly compartmentId: string } {
    return { lab: this.topology.config.name, compartmentId: this.account.compartmentId };
  }

  #createAccount(): Account {
    const { name: lab, oci } = this.topology.config;
    return new Account(this, "account", { lab, oci, sandbox: this.sandbox, transform: this.#transform("account") });
  }

  #createNetwork(): Network {
    const plan = this.topology.network;
    return new Network(this, "network", { ...this.#lab, plan, transform: this.#transform("network") });
  }

  #createSecurity(): SecurityGroups {
    const { vcnId } = this.network;
    const rules = this.topology.securityRules;
    return new SecurityGroups(this, "security", { ...this.#lab, vcnId, rules, transform: this.#transform("security") });
  }

  #createImage(objectName: string): HostImage {
    return new HostImage(this, "host-image", {
      ...this.#lab,
      bucket: `${this.#lab.lab}-images`,
      objectName,
      system: { name: "Proxmox VE", version: this.topology.config.versions.proxmox },
      transform: this.#transform("image"),
    });
  }

  #createHosts(keys: Pick<InstanceProps, "sshPublicKey" | "hostKeys">): ReadonlyMap<string, Host> {
    const { imageId, ready: imageReady } = this.image;
    const rootPasswordHash = pveRootPasswordHash(this);
    return new Map(
      this.topology.hosts.map((plan) => [
        plan.name,
        new Host(this, plan.name, {
          ...this.#instance("hosts"),
          ...keys,
          availabilityDomain: this.account.domainOf(plan.name),
          imageId,
          imageReady,
          plan,
          rootPasswordHash,
          files: hostFiles(this.topology, plan),
          transform: this.#transform("hosts"),
        }),
      ]),
    );
  }

  #createMicro(keys: Pick<InstanceProps, "sshPublicKey" | "hostKeys">): Micro | null {
    const { micro: plan, network } = this.topology;
    if (plan === null) return null;
    return new Micro(this, plan.name, {
      ...this.#lab,
      ...this.#instance("micro"),
      ...keys,
      availabilityDomain: this.account.domain(plan.availabilityDomain),
      subnetCidr: network.subnetCidr,
      plan,
      transform: this.#transform("micro"),
    });
  }

  #createBalancer(): ApiLoadBalancer {
    return new ApiLoadBalancer(this, "api", {
      ...this.#lab,
      ...this.#instance("nlb"),
      address: this.topology.network.loadBalancerAddress,
      hosts: [...this.hosts].map(([name, host]) => ({ name, host })),
      transform: this.#transform("balancer"),
    });
  }

  #createSpending(): SpendingGuard {
    const { account, topology } = this;
    const { hosts, micro, config } = topology;
    const { name: lab, oci } = config;
    return new SpendingGuard(this, "spending", {
      account,
      lab,
      oci,
      hosts,
      micro,
      transform: this.#transform("spending"),
    });
  }

  #createOutputs(): OciOutputs {
    const { account, network, micro, balancer } = this;
    const hosts = [...this.hosts].map(([name, { generation, privateIp, publicIp }]) => ({
      name,
      generation,
      privateIp,
      publicIp,
    }));
    this.publish({
      api_address: {
        value: balancer.publicIp,
        description: "Public address of the load balancer in front of Kubernetes' API",
      },
      host_public_ips: {
        value: Object.fromEntries(hosts.map((host) => [host.name, host.publicIp])),
        description: "Public addresses of the hosts: where the tunnels start",
      },
    });
    return {
      compartmentId: account.compartmentId,
      availabilityDomain: account.availabilityDomain,
      vcnId: network.vcnId,
      subnetId: network.subnetId,
      hosts,
      micro: micro && { address: micro.privateIp, generation: micro.generation },
      apiAddress: balancer.publicIp,
    };
  }

  /** Compartment, subnet and security group of an instance. */
  #instance(group: SecurityGroup): Pick<InstanceProps, "compartmentId" | "subnetId" | "securityGroupId"> {
    const { compartmentId } = this.account;
    return { compartmentId, subnetId: this.network.subnetId, securityGroupId: this.security.id(group) };
  }
}
