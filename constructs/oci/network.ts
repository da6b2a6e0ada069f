import {
  CoreDefaultSecurityList,
  type CoreDefaultSecurityListConfig,
} from "@cdktf/provider-oci/core-default-security-list";
import { CoreInternetGateway, type CoreInternetGatewayConfig } from "@cdktf/provider-oci/core-internet-gateway";
import { CoreRouteTable, type CoreRouteTableConfig } from "@cdktf/provider-oci/core-route-table";
import { CoreSubnet, type CoreSubnetConfig } from "@cdktf/provider-oci/core-subnet";
import { CoreVcn, type CoreVcnConfig } from "@cdktf/provider-oci/core-vcn";
import { Construct } from "constructs";
import type { NetworkPlan } from "../../topology/types.ts";
import { type Transforms, transforming } from "../lab/transform.ts";

/** The inner resources of a `Network`. */
export interface NetworkInner {
  readonly vcn: CoreVcnConfig;
  readonly gateway: CoreInternetGatewayConfig;
  readonly routes: CoreRouteTableConfig;
  readonly securityList: CoreDefaultSecurityListConfig;
  readonly subnet: CoreSubnetConfig;
}

/** What a `Network` is made from. */
export interface NetworkProps {
  readonly compartmentId: string;
  /** Name of the lab: prefix of what the resources are called. */
  readonly lab: string;
  readonly plan: Pick<NetworkPlan, "vcnCidr" | "subnetCidr">;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<NetworkInner> | undefined;
}

/**
 * One VCN with one public subnet behind an internet gateway. There is no NAT gateway: un-upgraded accounts have a limit
 * of zero, so hosts have public addresses and the security groups close them.
 *
 * @example
 * new Network(stack, "network", {
 *   compartmentId: lab.oci.outputs.compartmentId,
 *   lab: "mine",
 *   plan: { vcnCidr: "10.99.0.0/16", subnetCidr: "10.99.0.0/24" },
 * });
 */
export class Network extends Construct {
  readonly nodes: {
    readonly vcn: CoreVcn;
    readonly gateway: CoreInternetGateway;
    readonly routes: CoreRouteTable;
    readonly securityList: CoreDefaultSecurityList;
    readonly subnet: CoreSubnet;
  };

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const given = transforming<NetworkInner>(this, props.transform);
    const { compartmentId, lab, plan } = props;
    const cidrBlocks = [plan.vcnCidr];
    const vcn = new CoreVcn(
      this,
      "vcn",
      given("vcn", { compartmentId, displayName: lab, cidrBlocks, dnsLabel: "lab" }),
    );
    const within = { compartmentId, vcnId: vcn.id };
    const gateway = new CoreInternetGateway(
      this,
      "internet-gateway",
      given("gateway", { ...within, displayName: `${lab}-internet` }),
    );
    const routes = new CoreRouteTable(
      this,
      "routes",
      given("routes", {
        ...within,
        displayName: `${lab}-routes`,
        routeRules: [{ destination: "0.0.0.0/0", destinationType: "CIDR_BLOCK", networkEntityId: gateway.id }],
      }),
    );
    // OCI's default list accepts SSH from anywhere; with an empty list, the security groups alone decide.
    const securityList = new CoreDefaultSecurityList(
      this,
      "default-security-list",
      given("securityList", {
        compartmentId,
        manageDefaultResourceId: vcn.defaultSecurityListId,
        displayName: `${lab}-closed`,
      }),
    );
    const subnet = new CoreSubnet(
      this,
      "subnet",
      given("subnet", {
        ...within,
        displayName: `${lab}-public`,
        cidrBlock: plan.subnetCidr,
        dnsLabel: "hosts",
        routeTableId: routes.id,
        securityListIds: [securityList.id],
        prohibitPublicIpOnVnic: false,
      }),
    );
    this.nodes = { vcn, gateway, routes, securityList, subnet };
  }

  get vcnId(): string {
    return this.nodes.vcn.id;
  }

  get subnetId(): string {
    return this.nodes.subnet.id;
  }
}
