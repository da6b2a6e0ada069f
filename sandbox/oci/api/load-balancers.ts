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
import type { ApiRequest, Route } from "../http/route.ts";
import { workHeader } from "../http/work.ts";

const BASE = "/20170115";

const balancers = declared(loadBalancer);

/** A work request as this service tells it (oracle/oci-go-sdk v65, loadbalancer/work_request.go). */
function workFields(request: ApiRequest, id: string): Attributes {
  const { operationType = null, status, compartmentId = null, resources, ...times } = request.api.workRequests.get(id);
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
  run: (request: ApiRequest, balancer: Stored<LoadBalancerBody>) => void | Promise<void>,
): Route {
  return {
    method,
    path: `${balancers.path}/{id}/${path}`,
    async run(request) {
      const balancer = record(request, balancers);
      checkEtag(request, viewOf(request, balancers, balancer));
      await run(request, balancer);
      request.call.world.changed();
      return { status: 202, headers: workHeader(request, loadBalancer, balancer, "UPDATED", operation) };
    },
  };
}

function setOf(request: ApiRequest): BackendSet {
  const { set = "" } = request.params;
  return requirePart(loadBalancerBackendSet, record(request, balancers), { ...request.params, part: set });
}

function names(path: string, all: readonly string[]): Route {
  return {
    method: "GET",
    path: `${BASE}/${path}`,
    run: (request) =>
      listed(
        request,
        all.map((name) => ({ name })),
      ),
  };
}

/** Calls on flexible load balancers beside their collection and their parts. */
export const loadBalancerRoutes: readonly Route[] = [
  change("PUT", "updateShape", "Shape", ({ call, body }, balancer) => reshape(call, balancer, body)),
  change("PUT", "networkSecurityGroups", "NetworkSecurityGroups", (request, balancer) =>
    balancers.change(request, balancer, { networkSecurityGroupIds: request.body.networkSecurityGroupIds ?? [] }),
  ),
  change("POST", "changeCompartment", "LoadBalancerCompartment", (request, balancer) =>
    balancers.change(request, balancer, { compartmentId: request.body.compartmentId ?? null }),
  ),
  change("PUT", "backendSets/{set}/healthChecker", "HealthChecker", (request) => {
    setOf(request).healthChecker = parsed(balancers.service, checkerBody, request.body);
  }),
  {
    method: "GET",
    path: `${balancers.path}/{id}/backendSets/{set}/healthChecker`,
    run: (request) => shown(setOf(request).healthChecker),
  },
  {
    method: "GET",
    path: `${BASE}/loadBalancerWorkRequests/{id}`,
    run: (request) => shown(workFields(request, request.params.id ?? "")),
  },
  {
    method: "GET",
    path: `${balancers.path}/{id}/workRequests`,
    run(request) {
      const all = request.api.workRequests.of(record(request, balancers).id);
      return listed(
        request,
        all.map((id) => workFields(request, id)),
      );
    },
  },
  names("loadBalancerShapes", [SHAPE]),
  names("loadBalancerPolicies", POLICIES),
  names("loadBalancerProtocols", LISTENER_PROTOCOLS),
];
