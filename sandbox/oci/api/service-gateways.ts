/** Service gateways, and the services of Oracle's that they lead to. */
import type { ServiceGateway } from "../../world/oci.ts";
import { invalid } from "../refusals.ts";
import { changeServices, oracleServices, requireService, serviceGateway } from "../service-gateway.ts";
import { checkEtag, byRules, collection, record, shown, viewOf } from "./collection.ts";
import { listed } from "./lists.ts";
import type { Route } from "./route.ts";

const BASE = "/20160918";

const gateways = byRules<ServiceGateway>({
  path: `${BASE}/serviceGateways`,
  service: "Core Service Gateway",
  resource: "oci_core_service_gateway",
  type: serviceGateway,
  states: { creating: "PROVISIONING", deleting: "TERMINATING", deleted: null },
  all: (tenancy) => tenancy.serviceGateways,
  view: (each, { call }) => ({
    lifecycleState: "AVAILABLE",
    displayName: each.displayName,
    vcnId: each.vcnId,
    blockTraffic: each.blockTraffic,
    routeTableId: each.routeTableId,
    services: each.serviceIds.map((id) => ({ serviceId: id, serviceName: requireService(call, id).name })),
  }),
});

function action(name: "attachService" | "detachService"): Route {
  return {
    method: "POST",
    path: `${gateways.path}/{id}/actions/${name}`,
    async run(asked) {
      const found = record(asked, gateways);
      checkEtag(asked, viewOf(asked, gateways, found));
      const { serviceId } = asked.body;
      if (typeof serviceId !== "string") throw invalid(gateways.service, "serviceId is required.");
      await gateways.change(asked, found, changeServices(asked.call, found, serviceId, name === "attachService"));
      return shown(viewOf(asked, gateways, found));
    },
  };
}

export const serviceGatewayRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${BASE}/services`,
    run: (asked) =>
      listed(
        asked,
        oracleServices(asked.call).map((each) => ({ ...each })),
      ),
  },
  {
    method: "GET",
    path: `${BASE}/services/{id}`,
    run: ({ call, params }) => shown({ ...requireService(call, params.id ?? "") }),
  },
  ...collection(gateways),
  action("attachService"),
  action("detachService"),
];
