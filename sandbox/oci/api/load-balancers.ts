/** What flexible load balancers have beside their parts: shape, groups, compartment, health checkers, and work requests. */
import type { Attributes } from "../../plugin/resource.ts";
import { change, parsed } from "../kernel/operations.ts";
import { requirePart } from "../kernel/part.ts";
import type { Stored } from "../kernel/resource.ts";
import { loadBalancer, type LoadBalancerBody, reshape, SHAPE } from "../resources/load-balancer.ts";
import { type BackendSet, checkerBody, LISTENER_PROTOCOLS, POLICIES } from "../resources/load-balancer-bodies.ts";
import { loadBalancerBackendSet } from "../resources/load-balancer-parts.ts";
import { current, record, shown } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import { notFound } from "../model/refusals.ts";
import type { ApiResponse } from "../http/response.ts";
import type { ApiRequest, Route } from "../http/route.ts";
import { workHeader } from "../http/work.ts";

const BASE = "/20170115";

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
function changed(
  method: "POST" | "PUT",
  path: string,
  operation: string,
  run: (request: ApiRequest, balancer: Stored<LoadBalancerBody>) => void,
): Route {
  return {
    method,
    path: `${loadBalancer.path}/{id}/${path}`,
    run(request) {
      const balancer = current(request, loadBalancer);
      run(request, balancer);
      request.call.world.changed();
      return { status: 202, headers: workHeader(request, loadBalancer, balancer, "UPDATED", operation) };
    },
  };
}

function setOf(request: ApiRequest): BackendSet {
  const { set = "" } = request.params;
  return requirePart(loadBalancerBackendSet, record(request, loadBalancer), { ...request.params, part: set });
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

/** What a listener's rule sets come to. */
function listenerRules(request: ApiRequest): ApiResponse {
  const { listeners, ruleSets } = record(request, loadBalancer);
  const found = listeners.find(({ name }) => name === request.params.listener);
  if (!found) throw notFound(loadBalancer.service, `listener ${request.params.listener}`);
  const sets = ruleSets.filter(({ name }) => found.ruleSetNames.includes(name));
  return listed(
    request,
    sets.flatMap(({ name, items }) => items.map((rule): Attributes => ({ ruleSetName: name, rule }))),
  );
}

/** Calls on flexible load balancers beside their collection and their parts. */
export const loadBalancerRoutes: readonly Route[] = [
  changed("PUT", "updateShape", "Shape", ({ call, body }, balancer) => reshape(call, balancer, body)),
  changed("PUT", "networkSecurityGroups", "NetworkSecurityGroups", (request, balancer) =>
    change(loadBalancer, request.call, balancer, {
      networkSecurityGroupIds: request.body.networkSecurityGroupIds ?? [],
    }),
  ),
  changed("POST", "changeCompartment", "LoadBalancerCompartment", (request, balancer) =>
    change(loadBalancer, request.call, balancer, { compartmentId: request.body.compartmentId ?? null }),
  ),
  changed("PUT", "backendSets/{set}/healthChecker", "HealthChecker", (request) => {
    setOf(request).healthChecker = parsed(loadBalancer.service, checkerBody, request.body);
  }),
  { method: "GET", path: `${loadBalancer.path}/{id}/listeners/{listener}/rules`, run: listenerRules },
  {
    method: "GET",
    path: `${loadBalancer.path}/{id}/backendSets/{set}/healthChecker`,
    run: (request) => shown(setOf(request).healthChecker),
  },
  {
    method: "GET",
    path: `${BASE}/loadBalancerWorkRequests/{id}`,
    run: (request) => shown(workFields(request, request.params.id ?? "")),
  },
  {
    method: "GET",
    path: `${loadBalancer.path}/{id}/workRequests`,
    run(request) {
      const all = request.api.workRequests.of(record(request, loadBalancer).id);
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
