/** What flexible load balancers have beside their parts: shape, groups, compartment, health checkers, and work requests. */
import type { Attributes } from "../../plugin/resource.ts";
import { parsed } from "../kernel/operations.ts";
import { requirePart } from "../kernel/part.ts";
import type { Stored } from "../kernel/resource.ts";
import { loadBalancer, type LoadBalancerBody, reshape, SHAPE } from "../resources/load-balancer.ts";
import { type BackendSet, checkerBody, LISTENER_PROTOCOLS, POLICIES } from "../resources/load-balancer-bodies.ts";
import { loadBalancerBackendSet } from "../resources/load-balancer-parts.ts";
import { checkEtag, declared, record, shown, viewOf } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { Asked, Route } from "../http/route.ts";
import { workHeader } from "../http/work.ts";

const BASE = "/20170115";

const balancers = declared(loadBalancer);

/** A work request as this service tells it (oracle/oci-go-sdk v65, loadbalancer/work_request.go). */
function workFields(asked: Asked, id: string): Attributes {
  const { operationType = null, status, compartmentId = null, resources, ...times } = asked.door.workRequests.get(id);
  const [balancer] = Array.isArray(resources) ? resources : [];
  return {
    id,
    loadBalancerId: balancer?.identifier ?? null,
    type: operationType,
    lifecycleState: status ?? null,
    message: status === "SUCCEEDED" ? "OK" : "",
    compartmentId,
    timeAccepted: times.timeAccepted ?? null,
    timeFinished: times.timeFinished ?? null,
    errorDetails: [],
  };
}

/** A change by a call of its own, answered by a work request. @param operation `Shape` */
function change(
  method: "POST" | "PUT",
  path: string,
  operation: string,
  run: (asked: Asked, balancer: Stored<LoadBalancerBody>) => void | Promise<void>,
): Route {
  return {
    method,
    path: `${balancers.path}/{id}/${path}`,
    async run(asked) {
      const balancer = record(asked, balancers);
      checkEtag(asked, viewOf(asked, balancers, balancer));
      await run(asked, balancer);
      asked.call.world.changed();
      return { status: 202, headers: workHeader(asked, loadBalancer, balancer, "UPDATED", operation) };
    },
  };
}

function setOf(asked: Asked): BackendSet {
  const { set = "" } = asked.params;
  return requirePart(loadBalancerBackendSet, record(asked, balancers), { ...asked.params, part: set });
}

function names(path: string, all: readonly string[]): Route {
  return {
    method: "GET",
    path: `${BASE}/${path}`,
    run: (asked) =>
      listed(
        asked,
        all.map((name) => ({ name })),
      ),
  };
}

/** Calls on flexible load balancers beside their collection and their parts. */
export const loadBalancerRoutes: readonly Route[] = [
  change("PUT", "updateShape", "Shape", ({ call, body }, balancer) => reshape(call, balancer, body)),
  change("PUT", "networkSecurityGroups", "NetworkSecurityGroups", (asked, balancer) =>
    balancers.change(asked, balancer, { networkSecurityGroupIds: asked.body.networkSecurityGroupIds ?? [] }),
  ),
  change("POST", "changeCompartment", "LoadBalancerCompartment", (asked, balancer) =>
    balancers.change(asked, balancer, { compartmentId: asked.body.compartmentId ?? null }),
  ),
  change("PUT", "backendSets/{set}/healthChecker", "HealthChecker", (asked) => {
    setOf(asked).healthChecker = parsed(balancers.service, checkerBody, asked.body);
  }),
  {
    method: "GET",
    path: `${balancers.path}/{id}/backendSets/{set}/healthChecker`,
    run: (asked) => shown(setOf(asked).healthChecker),
  },
  {
    method: "GET",
    path: `${BASE}/loadBalancerWorkRequests/{id}`,
    run: (asked) => shown(workFields(asked, asked.params.id ?? "")),
  },
  {
    method: "GET",
    path: `${balancers.path}/{id}/workRequests`,
    run(asked) {
      const all = asked.door.workRequests.of(record(asked, balancers).id);
      return listed(
        asked,
        all.map((id) => workFields(asked, id)),
      );
    },
  },
  names("loadBalancerShapes", [SHAPE]),
  names("loadBalancerPolicies", POLICIES),
  names("loadBalancerProtocols", LISTENER_PROTOCOLS),
];
