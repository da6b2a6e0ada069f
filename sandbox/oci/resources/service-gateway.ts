/** Service gateways: the way to Oracle's services that does not lead through the internet. */
import { z } from "zod";
import type { ProviderContext } from "../../plugin/resource.ts";
import { AVAILABLE, flag, generatedName, maybeText, type Resource, text, type Stored } from "../kernel/resource.ts";
import { requireService } from "../model/oracle-services.ts";
import { invalid, limitExceeded } from "../model/refusals.ts";
import { requireNoRoute, requireRouteTable } from "./route-table.ts";

const SERVICE = "Core Service Gateway";

const body = z.object({
  vcnId: text,
  displayName: generatedName,
  blockTraffic: flag.default(false),
  routeTableId: maybeText,
  services: z.array(z.object({ serviceId: text })).default([]),
});

/** Oracle's page on networking limits: one in a VCN; and none in an account that was never upgraded (config/limits.ts). */
function requireRoomIn(call: ProviderContext, vcnId: string): void {
  const { account, serviceGateways } = call.world.state.oci;
  const used = serviceGateways.filter((other) => other.vcnId === vcnId).length;
  const limit = account === "always-free" ? 0 : 1;
  if (used >= limit)
    throw limitExceeded(SERVICE, [`service-gateway-count (limit ${limit} in a VCN, used ${used}, asked 1 more)`]);
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    serviceGateways: Stored<z.output<typeof body>>[];
  }
}

/** Leads to Oracle's services of its region. */
export const serviceGateway: Resource<z.output<typeof body>> = {
  type: "oci_core_service_gateway",
  service: SERVICE,
  path: "/20160918/serviceGateways",
  idType: "servicegateway",
  ...AVAILABLE,
  inVcn: true,
  body,
  fixed: ["vcnId"],
  all: (tenancy) => tenancy.serviceGateways,
  prepare: (said, { before }) => (before ? said : { ...said, blockTraffic: false }),
  check({ vcnId, services, routeTableId, region }, { call, before }) {
    const ids = services.map(({ serviceId }) => requireService(region, serviceId).id);
    if (new Set(ids).size < ids.length)
      throw invalid(SERVICE, "services names one service more than once.", "services");
    if (routeTableId !== null) requireRouteTable(call, SERVICE, routeTableId, vcnId);
    if (!before) requireRoomIn(call, vcnId);
  },
  remove: ({ id }, call) => requireNoRoute(call, SERVICE, `The Service Gateway ${id}`, id),
  computed: ({ services, region }) => ({
    services: services.map(({ serviceId }) => ({ serviceId, serviceName: requireService(region, serviceId).name })),
  }),
};
