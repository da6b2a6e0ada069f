/** Load balancers of instance pools: every instance of a pool is a backend of the sets that the pool is attached to. */
import type { Attributes } from "../../plugin/resource.ts";
import { text } from "../model/attributes.ts";
import { conflict, notFound } from "../model/refusals.ts";
import { fieldsFrom } from "../kernel/operations.ts";
import { type Instance } from "../resources/instance.ts";
import {
  type InstancePool,
  instancePool,
  type PoolBalancer,
  poolBalancer,
  poolBalancerView,
} from "../resources/instance-pool.ts";
import type { BackendSet } from "../resources/load-balancer-bodies.ts";
import { loadBalancerBackend } from "../resources/load-balancer-parts.ts";
import { current, record, shown, viewOf } from "../http/collection.ts";
import type { ApiResponse } from "../http/response.ts";
import type { ApiRequest, Route } from "../http/route.ts";

function setOf({ call }: ApiRequest, { loadBalancerId, backendSetName }: PoolBalancer): BackendSet | undefined {
  const balancer = call.world.state.oci.loadBalancers.find(({ id }) => id === loadBalancerId);
  return balancer?.backendSets.find(({ name }) => name === backendSetName);
}

/** The address that an instance is reached at: of its primary VNIC, or of the one that is named. */
function addressOf({ call }: ApiRequest, { vnicSelection }: PoolBalancer, { id, privateIp }: Instance): string {
  const named = call.world.state.oci.vnicAttachments.find(
    ({ instanceId, displayName }) => instanceId === id && displayName === vnicSelection,
  );
  return named?.privateIp ?? privateIp;
}

/** Has in a set those that are wanted, of those that the pool puts there. */
function put(request: ApiRequest, attached: PoolBalancer, addresses: readonly string[]): void {
  const { port, backends: had } = attached;
  const wanted = addresses.map((ipAddress) => ({ ipAddress, name: `${ipAddress}:${port}` }));
  attached.backends = wanted.map(({ name }) => name);
  const set = setOf(request, attached);
  if (!set) return;
  const stay = set.backends.filter(({ name }) => !had.includes(name) || attached.backends.includes(name));
  const fresh = wanted.filter(({ name }) => !stay.some((each) => each.name === name));
  const made = fresh.map((each) => fieldsFrom(loadBalancerBackend, request.call, { ...each, port }, null));
  set.backends = [...stay, ...made];
}

function attachedOf({ loadBalancers }: InstancePool): readonly PoolBalancer[] {
  // In a world of before a pool had none.
  return (loadBalancers ?? []).filter(({ lifecycleState }) => lifecycleState === "ATTACHED");
}

/** Has a pool's instances, as they are now, in its sets. */
export function balance(request: ApiRequest, pool: InstancePool): void {
  const hosts = request.call.world.state.oci.instances.filter(({ id }) => pool.instanceIds.includes(id));
  for (const attached of attachedOf(pool))
    put(
      request,
      attached,
      hosts.map((host) => addressOf(request, attached, host)),
    );
  request.call.world.changed();
}

/** Which backends an instance of a pool is. */
export function backendsOf(request: ApiRequest, pool: InstancePool, host: Instance): Attributes[] {
  return attachedOf(pool).map((attached) => ({
    loadBalancerId: attached.loadBalancerId,
    backendSetName: attached.backendSetName,
    backendName: `${addressOf(request, attached, host)}:${attached.port}`,
    backendHealthStatus: "UNKNOWN",
    state: "ATTACHED",
  }));
}

function isSame({ loadBalancerId, backendSetName }: PoolBalancer, body: Attributes): boolean {
  return loadBalancerId === body.loadBalancerId && backendSetName === body.backendSetName;
}

function attach(request: ApiRequest): ApiResponse {
  const pool = current(request, instancePool);
  if (attachedOf(pool).some((each) => isSame(each, request.body)))
    throw conflict(instancePool.service, `The pool is in the set ${String(request.body.backendSetName)} already.`);
  pool.loadBalancers = [...attachedOf(pool), poolBalancer(request.call, request.body)];
  balance(request, pool);
  return shown(viewOf(request, instancePool, pool));
}

function detach(request: ApiRequest): ApiResponse {
  const pool = current(request, instancePool);
  const [id, name] = [text(request.body, "loadBalancerId"), text(request.body, "backendSetName")];
  const found = attachedOf(pool).find((each) => isSame(each, request.body));
  if (!found) throw notFound(instancePool.service, `${name} of ${id}`);
  put(request, found, []);
  pool.loadBalancers = [...attachedOf(pool).filter((each) => each !== found), { ...found, lifecycleState: "DETACHED" }];
  request.call.world.changed();
  return shown(viewOf(request, instancePool, pool));
}

function get(request: ApiRequest): ApiResponse {
  const { id, loadBalancers } = record(request, instancePool);
  const found = loadBalancers.find((each) => each.id === request.params.attachment);
  if (!found) throw notFound(instancePool.service, request.params.attachment ?? "");
  return shown(poolBalancerView(id, found));
}

const POOL = `${instancePool.path}/{id}`;

/** Calls on a pool's load balancers. */
export const poolBalancerRoutes: readonly Route[] = [
  { method: "POST", path: `${POOL}/actions/attachLoadBalancer`, run: attach },
  { method: "POST", path: `${POOL}/actions/detachLoadBalancer`, run: detach },
  { method: "GET", path: `${POOL}/loadBalancerAttachments/{attachment}`, run: get },
];
