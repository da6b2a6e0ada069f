/** Health of load balancers: checkers check nothing here, so that all of it is UNKNOWN. And how they choose and speak. */
import { requirePart } from "../kernel/part.ts";
import { inCompartment, record, shown } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { ApiRequest, Route } from "../http/route.ts";
import { backend } from "../resources/network-backend.ts";
import { type BackendSet, backendSet } from "../resources/network-backend-set.ts";
import { loadBalancer } from "../resources/load-balancer.ts";
import { loadBalancerBackend, loadBalancerBackendSet } from "../resources/load-balancer-parts.ts";
import { networkLoadBalancer } from "../resources/network-load-balancer.ts";

const BASE = "/20200501";
const ONE = `${networkLoadBalancer.path}/{id}`;
const SET = `${ONE}/backendSets/{set}`;
const BACKEND = `${SET}/backends/{part}`;

/** oracle/oci-go-sdk v65, networkloadbalancer/network_load_balancers_{policy,protocol}_summary.go */
const POLICIES = ["TWO_TUPLE", "THREE_TUPLE", "FIVE_TUPLE"];
const PROTOCOLS = ["ANY", "TCP", "UDP", "TCP_AND_UDP", "L3IP"];

function setOf(request: ApiRequest): BackendSet {
  const { set = "" } = request.params;
  return requirePart(backendSet, record(request, networkLoadBalancer), { ...request.params, part: set });
}

/** Of what lies in something: which are in which state. @param what `Backend` */
function healthOf(what: string, names: readonly string[]) {
  return {
    status: "UNKNOWN",
    [`warningState${what}Names`]: [],
    [`criticalState${what}Names`]: [],
    [`unknownState${what}Names`]: names,
    [`total${what}Count`]: names.length,
  };
}

function backendOf(request: ApiRequest): void {
  requirePart(backend, record(request, networkLoadBalancer), request.params);
}

const read = (path: string, run: Route["run"]): Route => ({ method: "GET", path, run });
const namesOf = (list: readonly { readonly name: string }[]): readonly string[] => list.map(({ name }) => name);

/** The same of flexible ones, whose lists are arrays. */
const flexibleRoutes: readonly Route[] = [
  read("/20170115/loadBalancerHealths", (request) =>
    listed(
      request,
      inCompartment(request, loadBalancer).map(({ id }) => ({ loadBalancerId: id, status: "UNKNOWN" })),
    ),
  ),
  read(`${loadBalancer.path}/{id}/health`, (request) =>
    shown(healthOf("BackendSet", namesOf(record(request, loadBalancer).backendSets))),
  ),
  read(`${loadBalancer.path}/{id}/backendSets/{part}/health`, (request) => {
    const set = requirePart(loadBalancerBackendSet, record(request, loadBalancer), request.params);
    return shown(healthOf("Backend", namesOf(set.backends)));
  }),
  read(`${loadBalancer.path}/{id}/backendSets/{set}/backends/{part}/health`, (request) => {
    requirePart(loadBalancerBackend, record(request, loadBalancer), request.params);
    return shown({ status: "UNKNOWN", healthCheckResults: [] });
  }),
];

/** What is read of load balancers beside themselves. */
export const balancerHealthRoutes: readonly Route[] = [
  ...flexibleRoutes,
  read(`${networkLoadBalancer.path}/health`, (request) => {
    const here = inCompartment(request, networkLoadBalancer);
    return listed(
      request,
      here.map(({ id }) => ({ networkLoadBalancerId: id, status: "UNKNOWN" })),
      "items",
    );
  }),
  read(`${ONE}/health`, (request) =>
    shown(healthOf("BackendSet", namesOf(record(request, networkLoadBalancer).backendSets))),
  ),
  read(`${SET}/health`, (request) => shown(healthOf("Backend", namesOf(setOf(request).backends)))),
  read(`${BACKEND}/health`, (request) => {
    backendOf(request);
    return shown({ status: "UNKNOWN", healthCheckResults: [] });
  }),
  read(`${BACKEND}/operationalStatus`, (request) => {
    backendOf(request);
    return shown({ status: "UNKNOWN" });
  }),
  read(`${BASE}/networkLoadBalancersPolicies`, () => shown({ items: POLICIES })),
  read(`${BASE}/networkLoadBalancersProtocols`, () => shown({ items: PROTOCOLS })),
];
