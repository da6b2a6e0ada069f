import { CoreDefaultSecurityList } from "@cdktf/provider-oci/core-default-security-list";
import { CoreInternetGateway } from "@cdktf/provider-oci/core-internet-gateway";
import { CoreRouteTable } from "@cdktf/provider-oci/core-route-table";
import { CoreSubnet } from "@cdktf/provider-oci/core-subnet";
import { CoreVcn } from "@cdktf/provider-oci/core-vcn";
import { Construct } from "constructs";
import type { NetworkPlan } from "../../topology/types.ts";

export interface NetworkProps {
  readonly compartmentId: string;
  readonly lab: string;
  readonly plan: NetworkPlan;
}

/**
 * One VCN with one public subnet behind an internet gateway. There is no NAT gateway: un-upgraded accounts have a limit
 * of zero, so hosts have public addresses and the security groups keep them shut.
 */
export class Network extends Construct {
  readonly vcnId: string;
  readonly subnetId: string;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { compartmentId, lab, plan } = props;
    const vcn = new CoreVcn(this, "vcn", {
      compartmentId,
      displayName: lab,
      cidrBlocks: [plan.vcnCidr],
      dnsLabel: "lab",
    });
    const gateway = new CoreInternetGateway(this, "internet-gateway", {
      compartmentId,
      vcnId: vcn.id,
      displayName: `${lab}-internet`,
    });
    const routes = new CoreRouteTable(this, "routes", {
      compartmentId,
      vcnId: vcn.id,
      displayName: `${lab}-routes`,
      routeRules: [{ destination: "0.0.0.0/0", destinationType: "CIDR_BLOCK", networkEntityId: gateway.id }],
    });
    // OCI's default list lets SSH in from anywhere; emptied, only the security groups speak.
    const closed = new CoreDefaultSecurityList(this, "default-security-list", {
      compartmentId,
      manageDefaultResourceId: vcn.defaultSecurityListId,
      displayName: `${lab}-closed`,
    });
    const subnet = new CoreSubnet(this, "subnet", {
      compartmentId,
      vcnId: vcn.id,
      displayName: `${lab}-public`,
      cidrBlock: plan.subnetCidr,
      dnsLabel: "hosts",
      routeTableId: routes.id,
      securityListIds: [closed.id],
      prohibitPublicIpOnVnic: false,
    });
    this.vcnId = vcn.id;
    this.subnetId = subnet.id;
  }
}
