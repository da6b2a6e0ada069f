/** Route tables. */
import { z } from "zod";
import type { ProviderContext } from "../../plugin/resource.ts";
import { requireNetwork } from "../model/ipv6.ts";
import { AVAILABLE, generatedName, maybeText, type Resource, text, type Stored } from "../kernel/resource.ts";
import { oracleServices } from "../model/oracle-services.ts";
import { privateIpOf } from "./primary-address.ts";
import { invalid, referenced } from "../model/refusals.ts";
import { regionOf } from "../model/regions.ts";
import { requireObject } from "../model/records.ts";

const SERVICE = "Core Route Table";

const routeRule = z
  .object({
    cidrBlock: maybeText,
    destination: maybeText,
    destinationType: text.default("CIDR_BLOCK"),
    networkEntityId: text,
    description: maybeText,
  })
  .transform(({ cidrBlock, destination, ...rest }) => ({
    ...rest,
    // The older name of a destination: shown beside it where it was said.
    cidrBlock,
    destination: destination ?? cidrBlock ?? "",
    routeType: "STATIC",
  }));

type RouteRule = z.output<typeof routeRule>;

const body = z.object({ vcnId: text, displayName: generatedName, routeRules: z.array(routeRule).default([]) });

/** @throws ServiceRefusal for one that does not exist, or is another VCN's */
export function requireRouteTable(call: ProviderContext, service: string, id: string, vcnId: string): void {
  const table = requireObject(call, service, call.world.state.oci.routeTables, id, "route_table_id");
  if (table.vcnId !== vcnId) throw invalid(service, `Route table ${id} belongs to another VCN.`, "route_table_id");
}

/** @throws ServiceRefusal 409 while a route leads to a gateway */
export function requireNoRoute(call: ProviderContext, service: string, what: string, id: string): void {
  const table = call.world.state.oci.routeTables.find(({ routeRules }) =>
    routeRules.some(({ networkEntityId }) => networkEntityId === id),
  );
  if (table) throw referenced(service, what, `Route Table ${table.id}`);
}

/** A private address may be a route's target: a guest that forwards, such as a NAT or a firewall. */
function vcnOfPrivateIp(call: ProviderContext, id: string): string | null {
  const subnetId = privateIpOf(call.world.state.oci, id)?.subnetId ?? null;
  return subnetId && requireObject(call, SERVICE, call.world.state.oci.subnets, subnetId, "route_rules").vcnId;
}

/** @returns the VCN of a service gateway that leads to what the label stands for */
function vcnOfService(call: ProviderContext, { networkEntityId, destination }: RouteRule): string {
  const { serviceGateways } = call.world.state.oci;
  const { id, vcnId } = requireObject(call, SERVICE, serviceGateways, networkEntityId, "route_rules");
  const labels = oracleServices(regionOf(call)).map(({ cidrBlock }) => cidrBlock);
  if (labels.includes(destination)) return vcnId;
  const allowed = labels.join(" or ");
  throw invalid(SERVICE, `destination ${destination} is no service that ${id} leads to: ${allowed}.`, "route_rules");
}

/** The VCN of a gateway; a dynamic routing gateway is attached to one, or may be to several. */
function vcnOfGateway(call: ProviderContext, id: string, wanted: string): string {
  const { internetGateways, natGateways, localPeeringGateways, drgAttachments } = call.world.state.oci;
  if (drgAttachments.some(({ drgId, vcnId }) => drgId === id && vcnId === wanted)) return wanted;
  return requireObject(call, SERVICE, [...internetGateways, ...natGateways, ...localPeeringGateways], id, "route_rules")
    .vcnId;
}

function vcnOfTarget(call: ProviderContext, { networkEntityId, destination }: RouteRule, vcnId: string): string {
  const { serviceGateways } = call.world.state.oci;
  requireNetwork(SERVICE, destination, "route_rules");
  if (serviceGateways.some(({ id }) => id === networkEntityId))
    throw invalid(SERVICE, "A service gateway needs the destinationType SERVICE_CIDR_BLOCK.", "route_rules");
  return vcnOfPrivateIp(call, networkEntityId) ?? vcnOfGateway(call, networkEntityId, vcnId);
}

function checkRule(call: ProviderContext, rule: RouteRule, vcnId: string): void {
  if (rule.destination === "") throw invalid(SERVICE, "A route rule needs a destination.", "route_rules");
  const targets = new Map([
    ["CIDR_BLOCK", vcnOfTarget],
    ["SERVICE_CIDR_BLOCK", vcnOfService],
  ]);
  const vcnOf = targets.get(rule.destinationType);
  if (!vcnOf) {
    const allowed = [...targets.keys()].join(" or ");
    throw invalid(SERVICE, `destinationType ${rule.destinationType} is not valid: ${allowed}.`, "route_rules");
  }
  if (vcnOf(call, rule, vcnId) !== vcnId)
    throw invalid(SERVICE, `The route target ${rule.networkEntityId} belongs to another VCN.`, "route_rules");
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    routeTables: Stored<z.output<typeof body>>[];
  }
}

/** A VCN is born with one; others may be made. */
export const routeTable: Resource<z.output<typeof body>> = {
  type: "oci_core_route_table",
  service: SERVICE,
  path: "/20160918/routeTables",
  idType: "routetable",
  ...AVAILABLE,
  inVcn: true,
  body,
  fixed: ["vcnId"],
  all: (tenancy) => tenancy.routeTables,
  check({ routeRules, vcnId }, { call }) {
    for (const [index, rule] of routeRules.entries()) {
      checkRule(call, rule, vcnId);
      if (routeRules.slice(0, index).some(({ destination }) => destination === rule.destination))
        throw invalid(SERVICE, `There are two route rules for ${rule.destination}.`, "route_rules");
    }
  },
  remove({ id }, call) {
    const { subnets, vcns } = call.world.state.oci;
    const subnet = subnets.find(({ routeTableId }) => routeTableId === id);
    if (subnet) throw referenced(SERVICE, `The Route Table ${id}`, `Subnet ${subnet.id}`);
    if (vcns.some(({ defaultRouteTableId }) => defaultRouteTableId === id))
      throw referenced(SERVICE, `The Route Table ${id}`, "its VCN, whose default it is");
  },
  inventoryName: ({ id, displayName }, { vcns }) =>
    vcns.some(({ defaultRouteTableId }) => defaultRouteTableId === id) ? null : displayName,
};
