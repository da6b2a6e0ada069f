/** The services of Oracle's that service gateways lead to, and how a gateway gets another one. */
import { conflict, invalid } from "../model/refusals.ts";
import { oracleServices, requireService } from "../model/oracle-services.ts";
import { regionOf } from "../model/regions.ts";
import { serviceGateway } from "../resources/service-gateway.ts";
import { checkEtag, declared, record, shown, viewOf } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { Route } from "../http/route.ts";

const BASE = "/20160918";

const gateways = declared(serviceGateway);

function action(name: "attachService" | "detachService"): Route {
  return {
    method: "POST",
    path: `${gateways.path}/{id}/actions/${name}`,
    async run(request) {
      const found = record(request, gateways);
      checkEtag(request, viewOf(request, gateways, found));
      const { serviceId } = request.body;
      if (typeof serviceId !== "string") throw invalid(gateways.service, "serviceId is required.");
      const attach = name === "attachService";
      const service = requireService(found.region, serviceId);
      const others = found.services.filter((each) => each.serviceId !== serviceId);
      if (others.length < found.services.length === attach)
        throw conflict(gateways.service, `${service.name} is ${attach ? "already" : "not"} enabled on ${found.id}.`);
      await gateways.change(request, found, { services: attach ? [...others, { serviceId }] : others });
      return shown(viewOf(request, gateways, found));
    },
  };
}

/** Calls on Oracle's services, and on what gateways lead to. */
export const serviceGatewayRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${BASE}/services`,
    run: (request) => listed(request, oracleServices(regionOf(request.call))),
  },
  {
    method: "GET",
    path: `${BASE}/services/{id}`,
    run: ({ call, params }) => shown(requireService(regionOf(call), params.id ?? "")),
  },
  action("attachService"),
  action("detachService"),
];
