/** The services of Oracle's that service gateways lead to, and how a gateway gets another one. */
import { change } from "../kernel/operations.ts";
import { conflict, invalid } from "../model/refusals.ts";
import { oracleServices, requireService } from "../model/oracle-services.ts";
import { regionOf } from "../model/regions.ts";
import { serviceGateway } from "../resources/service-gateway.ts";
import { current, shown, viewOf } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { Route } from "../http/route.ts";

const BASE = "/20160918";

function action(name: "attachService" | "detachService"): Route {
  return {
    method: "POST",
    path: `${serviceGateway.path}/{id}/actions/${name}`,
    run(request) {
      const found = current(request, serviceGateway);
      const { serviceId } = request.body;
      if (typeof serviceId !== "string") throw invalid(serviceGateway.service, "serviceId is required.");
      const attach = name === "attachService";
      const service = requireService(found.region, serviceId);
      const others = found.services.filter((each) => each.serviceId !== serviceId);
      if (others.length < found.services.length === attach)
        throw conflict(
          serviceGateway.service,
          `${service.name} is ${attach ? "already" : "not"} enabled on ${found.id}.`,
        );
      change(serviceGateway, request.call, found, { services: attach ? [...others, { serviceId }] : others });
      return shown(viewOf(request, serviceGateway, found));
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
