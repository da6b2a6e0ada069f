/** What network load balancers have beside their parts: their groups, and work requests. */
import { change } from "../kernel/operations.ts";
import { networkLoadBalancer } from "../resources/network-load-balancer.ts";
import type { ApiResponse } from "../http/response.ts";
import { current, shown } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import { needed } from "../model/query.ts";
import type { ApiRequest, Route } from "../http/route.ts";
import { workHeader } from "../http/work.ts";

const BASE = "/20200501";

/** Its groups are changed by a call of their own: those that the body names are all that it has. */
function changeGroups(request: ApiRequest): ApiResponse {
  const found = current(request, networkLoadBalancer);
  change(networkLoadBalancer, request.call, found, {
    networkSecurityGroupIds: request.body.networkSecurityGroupIds ?? [],
  });
  return { status: 202, headers: workHeader(request, networkLoadBalancer, found, "UPDATED", "NSGS") };
}

/** Calls on network load balancers beside their collection. */
export const balancerRoutes: readonly Route[] = [
  { method: "PUT", path: `${networkLoadBalancer.path}/{id}/networkSecurityGroups`, run: changeGroups },
  {
    method: "GET",
    path: `${BASE}/workRequests`,
    run: (request) =>
      listed(
        request,
        request.api.workRequests.list(needed(request.query, "compartmentId"), "NetworkLoadBalancer"),
        "items",
      ),
  },
  {
    method: "GET",
    path: `${BASE}/workRequests/{id}`,
    run: ({ api, params }) => shown(api.workRequests.get(params.id ?? "")),
  },
  ...["errors", "logs"].map((kind): Route => ({
    method: "GET",
    path: `${BASE}/workRequests/{id}/${kind}`,
    run(request) {
      request.api.workRequests.get(request.params.id ?? "");
      return listed(request, [], "items");
    },
  })),
];
