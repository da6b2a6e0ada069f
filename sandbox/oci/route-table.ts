/** Route tables. */
import type { Attributes, Call } from "../plugin/resource.ts";
import type { RouteRule, RouteTable, Vcn } from "../world/oci.ts";
import { blocks, maybeText, text } from "./attributes.ts";
import { requireCidr } from "./ipv4.ts";
import { invalid, referenced } from "./refusals.ts";
import { privateIpOf } from "./primary-address.ts";
import { oracleServices } from "./service-gateway.ts";
import { defaultName, newObject, requireObject, stored } from "./stored.ts";
import { requireSubnet } from "./subnet.ts";
import { requireVcn } from "./vcn.ts";

const SERVICE = "Core Route Table";

/** A private address may be a route's target: a guest that forwards, such as a NAT or a firewall. */
function vcnOfPrivateIp(call: Call, id: string): string | null {
  const found = privateIpOf(call.world.state.oci, id);
  return found && requireSubnet(call, SERVICE, found.subnetId, "route_rules").vcnId;
}

/** @returns the VCN of a service gateway that leads to what the label stands for */
function vcnOfService(call: Call, networkEntityId: string, destination: string): string {
  const { serviceGateways } = call.world.state.oci;
  const { id, vcnId } = requireObject(call, SERVICE, serviceGateways, networkEntityId, "route_rules");
  const labels = oracleServices(call).map(({ cidrBlock }) => cidrBlock);
  if (labels.includes(destination)) return vcnId;
  const allowed = labels.join(" or ");
  throw invalid(SERVICE, `destination ${destination} is no service that ${id} leads to: ${allowed}.`, "route_rules");
}

function vcnOfTarget(call: Call, networkEntityId: string, destination: string): string {
  const { internetGateways, serviceGateways } = call.world.state.oci;
  requireCidr(SERVICE, destination, "route_rules");
  if (serviceGateways.some(({ id }) => id === networkEntityId))
    throw invalid(SERVICE, "A service gateway needs the destinationType SERVICE_CIDR_BLOCK.", "route_rules");
  return (
    vcnOfPrivateIp(call, networkEntityId) ??
    requireObject(call, SERVICE, internetGateways, networkEntityId, "route_rules").vcnId
  );
}

function routeRule(call: Call, vcn: Vcn, rule: Attributes): RouteRule {
  const networkEntityId = text(rule, "network_entity_id");
  const destination = maybeText(rule, "destination") ?? maybeText(rule, "cidr_block");
  if (destination === null) throw invalid(SERVICE, "A route rule needs a destination.", "route_rules");
  const destinationType = maybeText(rule, "destination_type") ?? "CIDR_BLOCK";
  const targets = { CIDR_BLOCK: vcnOfTarget, SERVICE_CIDR_BLOCK: vcnOfService };
  if (destinationType !== "CIDR_BLOCK" && destinationType !== "SERVICE_CIDR_BLOCK")
    throw invalid(
      SERVICE,
      `destinationType ${destinationType} is not valid: ${Object.keys(targets).join(" or ")}.`,
      "route_rules",
    );
  if (targets[destinationType](call, networkEntityId, destination) !== vcn.id)
    throw invalid(SERVICE, `The route target ${networkEntityId} belongs to another VCN.`, "route_rules");
  return { destination, destinationType, networkEntityId, description: maybeText(rule, "description") };
}

function routeRules(call: Call, vcn: Vcn, planned: Attributes): readonly RouteRule[] {
  const rules = blocks(planned, "route_rules").map((rule) => routeRule(call, vcn, rule));
  const twice = rules.find(
    ({ destination }, index) => rules.findIndex((rule) => rule.destination === destination) < index,
  );
  if (twice) throw invalid(SERVICE, `There are two route rules for ${twice.destination}.`, "route_rules");
  return rules;
}

export const routeTable = stored<RouteTable>({
  service: SERVICE,
  all: (tenancy) => tenancy.routeTables,
  attributes: (record) => ({
    display_name: record.displayName,
    route_rules: record.routeRules.map((rule) => ({
      cidr_block: null,
      description: rule.description,
      destination: rule.destination,
      destination_type: rule.destinationType,
      network_entity_id: rule.networkEntityId,
      route_type: "STATIC",
    })),
    state: "AVAILABLE",
    vcn_id: record.vcnId,
  }),
  create(call, planned) {
    const vcn = requireVcn(call, SERVICE, text(planned, "vcn_id"));
    return {
      ...newObject(call, SERVICE, "routetable", planned),
      vcnId: vcn.id,
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "routetable"),
      routeRules: routeRules(call, vcn, planned),
    };
  },
  update(call, record, planned) {
    record.routeRules = routeRules(call, requireVcn(call, SERVICE, record.vcnId), planned);
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
  },
  remove(call, record) {
    const { subnets, vcns } = call.world.state.oci;
    const subnet = subnets.find(({ routeTableId }) => routeTableId === record.id);
    if (subnet) throw referenced(SERVICE, `The Route Table ${record.id}`, `Subnet ${subnet.id}`);
    if (vcns.some(({ defaultRouteTableId }) => defaultRouteTableId === record.id))
      throw referenced(SERVICE, `The Route Table ${record.id}`, "its VCN, whose default it is");
  },
});
