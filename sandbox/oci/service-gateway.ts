/** Service gateways: the way to Oracle's services that does not lead through the internet; and what they lead to. */
import type { Attributes, Call } from "../plugin/resource.ts";
import type { ServiceGateway } from "../world/oci.ts";
import { blocks, maybeFlag, maybeText, text } from "./attributes.ts";
import { conflict, invalid, limitExceeded, notFound, notPlayed, referenced } from "./refusals.ts";
import { REGIONS, regionOf, wellKnownId } from "./regions.ts";
import { defaultName, newObject, requireObject, stored } from "./stored.ts";

const SERVICE = "Core Service Gateway";

/** A service that a gateway leads to. `cidrBlock` is a label: the destination of routes and rules. */
export interface OracleService {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly cidrBlock: string;
}

/** The two of a region: Object Storage alone, or everything. @throws 501 for a region whose key is not known */
export function oracleServices(call: Call): readonly OracleService[] {
  const region = regionOf(call);
  const key = REGIONS[region];
  if (key === undefined) throw notPlayed(`The list of Oracle's services in ${region}`);
  return [`OCI ${key} Object Storage`, `All ${key} Services In Oracle Services Network`].map((name) => ({
    id: wellKnownId("service", region, name),
    name,
    description: name,
    cidrBlock: name.toLowerCase().replace("object storage", "objectstorage").replaceAll(" ", "-"),
  }));
}

export function requireService(call: Call, id: string): OracleService {
  const found = oracleServices(call).find((each) => each.id === id);
  if (!found) throw notFound(SERVICE, `service ${id}`, "services");
  return found;
}

function serviceIds(call: Call, planned: Attributes): readonly string[] {
  const ids = blocks(planned, "services").map((each) => requireService(call, text(each, "service_id")).id);
  if (new Set(ids).size < ids.length) throw invalid(SERVICE, "services names one service more than once.", "services");
  return ids;
}

function routeTableOf(call: Call, vcnId: string, planned: Attributes): string | null {
  const id = maybeText(planned, "route_table_id");
  if (id === null) return null;
  const table = requireObject(call, SERVICE, call.world.state.oci.routeTables, id, "route_table_id");
  if (table.vcnId !== vcnId) throw invalid(SERVICE, `Route table ${id} belongs to another VCN.`, "route_table_id");
  return id;
}

/** Oracle's page on networking limits: one in a VCN; and none in an account that was never upgraded (config/limits.ts). */
function requireRoomIn(call: Call, vcnId: string): void {
  const { account, serviceGateways } = call.world.state.oci;
  const used = serviceGateways.filter((other) => other.vcnId === vcnId).length;
  const limit = account === "always-free" ? 0 : 1;
  if (used >= limit)
    throw limitExceeded(SERVICE, [`service-gateway-count (limit ${limit} in a VCN, used ${used}, asked 1 more)`]);
}

export const serviceGateway = stored<ServiceGateway>({
  service: SERVICE,
  all: (tenancy) => tenancy.serviceGateways,
  attributes: (each) => ({
    block_traffic: each.blockTraffic,
    display_name: each.displayName,
    route_table_id: each.routeTableId,
    services: each.serviceIds.map((id) => ({ service_id: id })),
    vcn_id: each.vcnId,
  }),
  create(call, planned) {
    const vcn = requireObject(call, SERVICE, call.world.state.oci.vcns, text(planned, "vcn_id"), "vcn_id");
    const [services, routeTableId] = [serviceIds(call, planned), routeTableOf(call, vcn.id, planned)];
    requireRoomIn(call, vcn.id);
    return {
      ...newObject(call, SERVICE, "servicegateway", planned),
      vcnId: vcn.id,
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "servicegateway"),
      blockTraffic: false,
      routeTableId,
      serviceIds: services,
    };
  },
  update(call, record, planned) {
    const [services, routeTableId] = [serviceIds(call, planned), routeTableOf(call, record.vcnId, planned)];
    record.serviceIds = services;
    record.routeTableId = routeTableId;
    record.blockTraffic = maybeFlag(planned, "block_traffic") ?? record.blockTraffic;
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
  },
  remove(call, record) {
    const table = call.world.state.oci.routeTables.find(({ routeRules }) =>
      routeRules.some(({ networkEntityId }) => networkEntityId === record.id),
    );
    if (table) throw referenced(SERVICE, `The Service Gateway ${record.id}`, `Route Table ${table.id}`);
  },
});

/** Adds one service, or takes it away. @throws 409 for one that is there already, or is not */
export function changeServices(call: Call, record: ServiceGateway, id: string, attach: boolean): Attributes {
  const { name } = requireService(call, id);
  if (record.serviceIds.includes(id) === attach)
    throw conflict(SERVICE, `${name} is ${attach ? "already" : "not"} enabled on ${record.id}.`);
  const ids = attach ? [...record.serviceIds, id] : record.serviceIds.filter((each) => each !== id);
  return { services: ids.map((each) => ({ serviceId: each })) };
}
