import { NetworkLoadBalancerBackend } from "@cdktf/provider-oci/network-load-balancer-backend";
import { NetworkLoadBalancerBackendSet } from "@cdktf/provider-oci/network-load-balancer-backend-set";
import { NetworkLoadBalancerListener } from "@cdktf/provider-oci/network-load-balancer-listener";
import { NetworkLoadBalancerNetworkLoadBalancer } from "@cdktf/provider-oci/network-load-balancer-network-load-balancer";
import { TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import type { Host } from "./host.ts";

export interface ApiLoadBalancerProps {
  readonly compartmentId: string;
  readonly lab: string;
  readonly subnetId: string;
  readonly securityGroupId: string;
  /** Private address, out of the way of the hosts' fixed ones. */
  readonly address: string;
  readonly hosts: readonly { readonly name: string; readonly host: Host }[];
}

const API_PORT = 6443;

/** The one Always Free network load balancer: Kubernetes' API on 6443, from the admin CIDRs to every host. */
export class ApiLoadBalancer extends Construct {
  readonly publicIp: string;

  constructor(scope: Construct, id: string, props: ApiLoadBalancerProps) {
    super(scope, id);
    const balancer = new NetworkLoadBalancerNetworkLoadBalancer(this, "nlb", {
      compartmentId: props.compartmentId,
      displayName: `${props.lab}-api`,
      subnetId: props.subnetId,
      networkSecurityGroupIds: [props.securityGroupId],
      isPrivate: false,
      assignedPrivateIpv4: props.address,
      isPreserveSourceDestination: false,
    });
    const backends = new NetworkLoadBalancerBackendSet(this, "backend-set", {
      networkLoadBalancerId: balancer.id,
      name: "kubernetes-api",
      policy: "FIVE_TUPLE",
      // The provider's default is true; hosts would then see, and have to admit, the clients' own addresses.
      isPreserveSource: false,
      healthChecker: { protocol: "TCP", port: API_PORT },
    });
    for (const { name, host } of props.hosts) {
      new NetworkLoadBalancerBackend(this, `backend-${name}`, {
        networkLoadBalancerId: balancer.id,
        backendSetName: backends.name,
        name,
        targetId: host.instanceId,
        port: API_PORT,
      });
    }
    new NetworkLoadBalancerListener(this, "listener", {
      networkLoadBalancerId: balancer.id,
      name: "kubernetes-api",
      defaultBackendSetName: backends.name,
      protocol: "TCP",
      port: API_PORT,
    });
    // The list holds a public and a private address, in no promised order.
    const addresses = `${balancer.terraformResourceType}.${balancer.friendlyUniqueId}.ip_addresses`;
    this.publicIp = new TerraformLocal(
      this,
      "public-ip",
      `\${one([for address in ${addresses} : address.ip_address if address.is_public])}`,
    ).asString;
  }
}
