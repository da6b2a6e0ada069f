import {
  NetworkLoadBalancerBackend,
  type NetworkLoadBalancerBackendConfig,
} from "@cdktf/provider-oci/network-load-balancer-backend";
import {
  NetworkLoadBalancerBackendSet,
  type NetworkLoadBalancerBackendSetConfig,
} from "@cdktf/provider-oci/network-load-balancer-backend-set";
import {
  NetworkLoadBalancerListener,
  type NetworkLoadBalancerListenerConfig,
} from "@cdktf/provider-oci/network-load-balancer-listener";
import {
  NetworkLoadBalancerNetworkLoadBalancer,
  type NetworkLoadBalancerNetworkLoadBalancerConfig,
} from "@cdktf/provider-oci/network-load-balancer-network-load-balancer";
import { TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import { type Transforms, transforming } from "../lab/transform.ts";

/** The inner resources of an `ApiLoadBalancer`. */
export interface ApiLoadBalancerInner {
  readonly balancer: NetworkLoadBalancerNetworkLoadBalancerConfig;
  readonly backendSet: NetworkLoadBalancerBackendSetConfig;
  /** The backend of each host. */
  readonly backends: NetworkLoadBalancerBackendConfig;
  readonly listener: NetworkLoadBalancerListenerConfig;
}

/** What an `ApiLoadBalancer` is made from. */
export interface ApiLoadBalancerProps {
  readonly compartmentId: string;
  /** Name of the lab: prefix of the load balancer's name. */
  readonly lab: string;
  readonly subnetId: string;
  readonly securityGroupId: string;
  /** Private address, outside of the hosts' fixed ones. */
  readonly address: string;
  /** Instances that the API server is behind, by the name of their backend; more by `add`. */
  readonly hosts: readonly { readonly name: string; readonly host: { readonly instanceId: string } }[];
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<ApiLoadBalancerInner> | undefined;
}

const API_PORT = 6443;

/**
 * The one Always Free network load balancer: Kubernetes' API on 6443, from the admin CIDRs to every host.
 *
 * @example
 * const { compartmentId, subnetId } = lab.oci.outputs;
 * new ApiLoadBalancer(stack, "api", {
 *   compartmentId,
 *   lab: "mine",
 *   subnetId,
 *   securityGroupId: lab.oci.security.id("nlb"),
 *   address: "10.0.0.250",
 *   hosts: [...lab.oci.hosts].map(([name, host]) => ({ name, host })),
 * });
 */
export class ApiLoadBalancer extends Construct {
  readonly publicIp: string;
  readonly nodes: {
    readonly balancer: NetworkLoadBalancerNetworkLoadBalancer;
    readonly backendSet: NetworkLoadBalancerBackendSet;
    readonly backends: ReadonlyMap<string, NetworkLoadBalancerBackend>;
    readonly listener: NetworkLoadBalancerListener;
  };
  readonly #add: (name: string, instanceId: string) => void;

  constructor(scope: Construct, id: string, props: ApiLoadBalancerProps) {
    super(scope, id);
    const given = transforming<ApiLoadBalancerInner>(this, props.transform);
    const balancer = new NetworkLoadBalancerNetworkLoadBalancer(
      this,
      "nlb",
      given("balancer", balancerArguments(props)),
    );
    const backendSet = new NetworkLoadBalancerBackendSet(
      this,
      "backend-set",
      given("backendSet", {
        networkLoadBalancerId: balancer.id,
        name: "kubernetes-api",
        policy: "FIVE_TUPLE",
        // The provider's default is true; hosts would then get, and have to accept, the clients' own addresses.
        isPreserveSource: false,
        healthChecker: { protocol: "TCP", port: API_PORT },
      }),
    );
    const backends = new Map<string, NetworkLoadBalancerBackend>();
    this.#add = (name, targetId) => {
      const part = { networkLoadBalancerId: balancer.id, backendSetName: backendSet.name };
      const ours = given("backends", { ...part, name, targetId, port: API_PORT });
      backends.set(name, new NetworkLoadBalancerBackend(this, `backend-${name}`, ours));
    };
    for (const { name, host } of props.hosts) this.add(name, host);
    const listener = new NetworkLoadBalancerListener(
      this,
      "listener",
      given("listener", {
        networkLoadBalancerId: balancer.id,
        name: "kubernetes-api",
        defaultBackendSetName: backendSet.name,
        protocol: "TCP",
        port: API_PORT,
      }),
    );
    // The list has a public and a private address, in no guaranteed order.
    const addresses = `${balancer.terraformResourceType}.${balancer.friendlyUniqueId}.ip_addresses`;
    this.publicIp = new TerraformLocal(
      this,
      "public-ip",
      `\${one([for address in ${addresses} : address.ip_address if address.is_public])}`,
    ).asString;
    this.nodes = { balancer, backendSet, backends, listener };
  }

  /** Adds a backend: instances that get its address on their way are made after it. */
  add(name: string, { instanceId }: { readonly instanceId: string }): void {
    this.#add(name, instanceId);
  }
}

function balancerArguments(props: ApiLoadBalancerProps): NetworkLoadBalancerNetworkLoadBalancerConfig {
  return {
    compartmentId: props.compartmentId,
    displayName: `${props.lab}-api`,
    subnetId: props.subnetId,
    networkSecurityGroupIds: [props.securityGroupId],
    isPrivate: false,
    assignedPrivateIpv4: props.address,
    isPreserveSourceDestination: false,
    // The provider does not read it back: a balancer that is imported would be replaced.
    lifecycle: { ignoreChanges: ["assigned_private_ipv4"] },
  };
}
