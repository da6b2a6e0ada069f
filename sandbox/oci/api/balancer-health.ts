/** Health of load balancers: checkers check nothing here, so that all of it is UNKNOWN. And how they choose and speak. */
import type { Attributes } from "../../plugin/resource.ts";
import { type Part, requirePart } from "../kernel/part.ts";
import { inCompartment, record, shown } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { Route } from "../http/route.ts";
import { backend } from "../resources/network-backend.ts";
import { backendSet } from "../resources/network-backend-set.ts";
import { loadBalancerBackend, loadBalancerBackendSet } from "../resources/load-balancer-parts.ts";
import { networkLoadBalancer } from "../resources/network-load-balancer.ts";

/** oracle/oci-go-sdk v65, networkloadbalancer/network_load_balancers_{policy,protocol}_summary.go */
const POLICIES = ["TWO_TUPLE", "THREE_TUPLE", "FIVE_TUPLE"];
const PROTOCOLS = ["ANY", "TCP", "UDP", "TCP_AND_UDP", "L3IP"];

/** Of what lies in something: which are in which state. @param what `Backend` */
function healthOf(what: string, list: readonly { readonly name: string }[]): Attributes {
  return {
    status: "UNKNOWN",
    [`warningState${what}Names`]: [],
    [`criticalState${what}Names`]: [],
    [`unknownState${what}Names`]: list.map(({ name }) => name),
    [`total${what}Count`]: list.length,
  };
}

type Named = Attributes & { readonly name: string };

/** A kind of load balancer, and where the health of all of a compartment is read. */
interface Kind<B extends Attributes, S extends Attributes, K extends Attributes> {
  readonly set: Part<B, S>;
  readonly backend: Part<B, K>;
  readonly all: string;
  /** What an item of that list calls the load balancer. */
  readonly idField: string;
  /** Where that list stands in an object. */
  readonly within?: "items";
}

const read = (path: string, run: Route["run"]): Route => ({ method: "GET", path, run });

function healthRoutes<
  B extends Attributes & { readonly backendSets: readonly Named[] },
  S extends Attributes & { readonly backends: readonly Named[] },
  K extends Attributes,
>({ set, backend: member, all, idField, within }: Kind<B, S, K>): readonly Route[] {
  const balancer = set.parent;
  const one = `${balancer.path}/{id}`;
  return [
    read(all, (request) => {
      const here = inCompartment(request, balancer);
      return listed(
        request,
        here.map(({ id }) => ({ [idField]: id, status: "UNKNOWN" })),
        within,
      );
    }),
    read(`${one}/health`, (request) => shown(healthOf("BackendSet", record(request, balancer).backendSets))),
    read(`${one}/backendSets/{part}/health`, (request) =>
      shown(healthOf("Backend", requirePart(set, record(request, balancer), request.params).backends)),
    ),
    read(`${one}/backendSets/{set}/backends/{part}/health`, (request) => {
      requirePart(member, record(request, balancer), request.params);
      return shown({ status: "UNKNOWN", healthCheckResults: [] });
    }),
  ];
}

/** What is read of load balancers beside themselves. */
export const balancerHealthRoutes: readonly Route[] = [
  ...healthRoutes({
    set: loadBalancerBackendSet,
    backend: loadBalancerBackend,
    all: "/20170115/loadBalancerHealths",
    idField: "loadBalancerId",
  }),
  ...healthRoutes({
    set: backendSet,
    backend,
    all: `${networkLoadBalancer.path}/health`,
    idField: "networkLoadBalancerId",
    within: "items",
  }),
  read(`${networkLoadBalancer.path}/{id}/backendSets/{set}/backends/{part}/operationalStatus`, (request) => {
    requirePart(backend, record(request, networkLoadBalancer), request.params);
    return shown({ status: "UNKNOWN" });
  }),
  read("/20200501/networkLoadBalancersPolicies", () => shown({ items: POLICIES })),
  read("/20200501/networkLoadBalancersProtocols", () => shown({ items: PROTOCOLS })),
];
