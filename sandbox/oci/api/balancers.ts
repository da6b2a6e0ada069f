/** What network load balancers have beside their parts: their groups, and work requests. */
import { networkLoadBalancer } from "../resources/network-load-balancer.ts";
import type { Answer } from "../http/answer.ts";
import { checkEtag, declared, record, shown, viewOf } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import { needed } from "../model/query.ts";
import type { Asked, Route } from "../http/route.ts";
import { workHeader } from "../http/work.ts";

const BASE = "/20200501";

const balancers = declared(networkLoadBalancer);

/** Its groups are changed by a call of their own: those that the body names are all that it has. */
async function changeGroups(asked: Asked): Promise<Answer> {
  const found = record(asked, balancers);
  checkEtag(asked, viewOf(asked, balancers, found));
  await balancers.change(asked, found, { networkSecurityGroupIds: asked.body.networkSecurityGroupIds ?? [] });
  return { status: 202, headers: workHeader(asked, networkLoadBalancer, found, "UPDATED", "NSGS") };
}

/** Calls on network load balancers beside their collection. */
export const balancerRoutes: readonly Route[] = [
  { method: "PUT", path: `${balancers.path}/{id}/networkSecurityGroups`, run: changeGroups },
  {
    method: "GET",
    path: `${BASE}/workRequests`,
    run: (asked) => listed(asked, asked.door.workRequests.list(needed(asked.query, "compartmentId")), "items"),
  },
  {
    method: "GET",
    path: `${BASE}/workRequests/{id}`,
    run: ({ door, params }) => shown(door.workRequests.get(params.id ?? "")),
  },
  ...["errors", "logs"].map((kind): Route => ({
    method: "GET",
    path: `${BASE}/workRequests/{id}/${kind}`,
    run(asked) {
      asked.door.workRequests.get(asked.params.id ?? "");
      return listed(asked, [], "items");
    },
  })),
];
