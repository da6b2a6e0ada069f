/** Instance configurations and pools. A pool has its instances at once: what one of them is refused, the whole call is. */
import { change } from "../kernel/operations.ts";
import { remove } from "../kernel/deletion.ts";
import { text } from "../model/attributes.ts";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { conflict, invalid, notFound } from "../model/refusals.ts";
import { type Instance, instance } from "../resources/instance.ts";
import { instanceConfiguration } from "../resources/instance-configuration.ts";
import { type InstancePool, instancePool } from "../resources/instance-pool.ts";
import type { ApiResponse } from "../http/response.ts";
import { current, end, make, record, shown, viewOf } from "../http/collection.ts";
import { switchPower } from "./instances.ts";
import { attachSecondary, launchFrom, object, vnicOf } from "./launches.ts";
import { backendsOf, balance, poolBalancerRoutes } from "./pool-balancers.ts";
import { listed } from "../http/lists.ts";
import type { ApiRequest, Route } from "../http/route.ts";

function member({ call }: ApiRequest, id: string): Instance {
  const found = call.world.state.oci.instances.find((each) => each.id === id);
  if (!found) throw notFound(instancePool.service, id);
  return found;
}

function hasNames({ call }: ApiRequest, subnetId: string | null): boolean {
  return call.world.state.oci.subnets.some(({ id, dnsLabel }) => id === subnetId && dnsLabel !== null);
}

/** Placements take their turns, and so do the fault domains in each. */
function launchOne(request: ApiRequest, pool: InstancePool): void {
  const turn = pool.instanceIds.length;
  const place = pool.placementConfigurations[turn % pool.placementConfigurations.length];
  if (!place) throw new Error(`${pool.id} has no placement`);
  const round = Math.floor(turn / pool.placementConfigurations.length);
  const faultDomain = place.faultDomains[round % Math.max(1, place.faultDomains.length)];
  const named = (formatter: string): string => formatter.replaceAll("${launchCount}", String(pool.launched + 1));
  const name = pool.instanceDisplayNameFormatter ?? `inst-${request.call.world.random(5)}-${pool.displayName}`;
  const { subnetId = null, ...primary } = object(place.primaryVnicSubnets ?? null);
  const host = launchFrom(request, pool.instanceConfigurationId, {
    compartmentId: pool.compartmentId,
    availabilityDomain: place.availabilityDomain,
    ...(faultDomain !== undefined && { faultDomain }),
    displayName: named(name),
    createVnicDetails: {
      ...vnicOf(primary),
      ...(subnetId !== null && { subnetId }),
      // Where the subnet's hosts have no names, the pool's have none (oracle/oci 8.28.0, its acceptance tests).
      ...(pool.instanceHostnameFormatter !== null &&
        hasNames(request, place.primarySubnetId) && { hostnameLabel: named(pool.instanceHostnameFormatter) }),
    },
  });
  host.state = pool.lifecycleState;
  pool.launched += 1;
  pool.instanceIds = [...pool.instanceIds, host.id];
  attachSecondary(request, pool.instanceConfigurationId, host, place.secondaryVnicSubnets ?? []);
}

function terminate(request: ApiRequest, ids: readonly string[]): void {
  for (const id of ids) end(request, instance, member(request, id));
}

/** To the pool's size: the oldest go first. Where a launch is refused, those of this call are taken back. */
function scale(request: ApiRequest, pool: InstancePool): void {
  const before = pool.instanceIds;
  try {
    while (pool.instanceIds.length < pool.size) launchOne(request, pool);
  } catch (error) {
    terminate(
      request,
      pool.instanceIds.filter((id) => !before.includes(id)),
    );
    throw error;
  }
  terminate(request, pool.instanceIds.slice(0, Math.max(0, pool.instanceIds.length - pool.size)));
  balance(request, pool);
  request.call.world.changed();
}

function createPool(request: ApiRequest): ApiResponse {
  const pool = make(request, instancePool, request.body);
  try {
    scale(request, pool);
  } catch (error) {
    remove(instancePool, request.call, pool);
    throw error;
  }
  return shown(viewOf(request, instancePool, pool));
}

function updatePool(request: ApiRequest): ApiResponse {
  const pool = current(request, instancePool);
  const before = { ...pool };
  change(instancePool, request.call, pool, request.body);
  try {
    scale(request, pool);
  } catch (error) {
    Object.assign(pool, before);
    throw error;
  }
  if (pool.size !== before.size) request.api.lifecycles.begin(pool.id, "SCALING");
  return shown(viewOf(request, instancePool, pool));
}

function removePool(request: ApiRequest): ApiResponse {
  const pool = current(request, instancePool);
  terminate(request, pool.instanceIds);
  balance(request, pool);
  end(request, instancePool, pool);
  return { status: 204 };
}

/** A whole pool's power: those that are so already stay. */
function power(name: string): Route {
  return {
    method: "POST",
    path: `${instancePool.path}/{id}/actions/${name}`,
    run(request) {
      const pool = current(request, instancePool);
      for (const id of pool.instanceIds) switchPower(request, member(request, id), name.toUpperCase());
      pool.lifecycleState = name.endsWith("stop") ? "STOPPED" : "RUNNING";
      request.api.lifecycles.begin(pool.id, name.endsWith("stop") ? "STOPPING" : "STARTING");
      request.call.world.changed();
      return shown(viewOf(request, instancePool, pool));
    },
  };
}

function memberFields(request: ApiRequest, pool: InstancePool, id: string): Attributes {
  const host = member(request, id);
  const view = viewOf(request, instance, host);
  return {
    id,
    instancePoolId: pool.id,
    instanceConfigurationId: pool.instanceConfigurationId,
    compartmentId: host.compartmentId,
    availabilityDomain: host.availabilityDomain,
    faultDomain: host.faultDomain,
    displayName: host.displayName,
    region: host.region,
    shape: host.shape,
    // As the console words it: Running.
    state: String(view.lifecycleState).charAt(0) + String(view.lifecycleState).slice(1).toLowerCase(),
    lifecycleState: "ACTIVE",
    timeCreated: host.timeCreated,
    loadBalancerBackends: backendsOf(request, pool, host),
  };
}

/** The id of a path or body that has to be one of the pool's. */
function requireMember(pool: InstancePool, id: Json | undefined): string {
  if (typeof id !== "string") throw invalid(instancePool.service, "instanceId is required.");
  if (!pool.instanceIds.includes(id)) throw notFound(instancePool.service, `instance ${id} of ${pool.id}`);
  return id;
}

/** What is done to a member, which a work request of the pool tells. */
function memberWork({ api, call }: ApiRequest, { id, compartmentId }: InstancePool, operationType: string) {
  const entityUri = `${instancePool.path}/${id}`;
  const named = { entityType: "instancepool", actionType: "RELATED", operationType } as const;
  return {
    "opc-work-request-id": api.workRequests.accept(call, { ...named, compartmentId, identifier: id, entityUri }),
  };
}

function attachInstance(request: ApiRequest): ApiResponse {
  const pool = record(request, instancePool);
  const id = text(request.body, "instanceId");
  const { instancePools } = request.call.world.state.oci;
  const other = instancePools.find(({ instanceIds }) => instanceIds.includes(member(request, id).id));
  if (other) throw conflict(instancePool.service, `The instance ${id} is in the pool ${other.id}.`);
  pool.instanceIds = [...pool.instanceIds, id];
  pool.size += 1;
  scale(request, pool);
  return shown(memberFields(request, pool, id), memberWork(request, pool, "AttachInstance"));
}

function detachInstance(request: ApiRequest): ApiResponse {
  const pool = record(request, instancePool);
  const id = requireMember(pool, request.body.instanceId);
  pool.instanceIds = pool.instanceIds.filter((each) => each !== id);
  if (request.body.isDecrementSize === true) pool.size -= 1;
  if (request.body.isAutoTerminate === true) terminate(request, [id]);
  scale(request, pool);
  return { status: 202, headers: memberWork(request, pool, "DetachInstance") };
}

function launch(request: ApiRequest): ApiResponse {
  const found = record(request, instanceConfiguration);
  const host = launchFrom(request, found.id, object(request.body.launchDetails));
  attachSecondary(request, found.id, host, []);
  return shown(viewOf(request, instance, host));
}

/** Calls on configurations and instancePool, which launch and terminate. */
export const instancePoolRoutes: readonly Route[] = [
  { method: "POST", path: `${instanceConfiguration.path}/{id}/actions/launch`, run: launch },
  { method: "POST", path: instancePool.path, run: createPool },
  { method: "PUT", path: `${instancePool.path}/{id}`, run: updatePool },
  { method: "DELETE", path: `${instancePool.path}/{id}`, run: removePool },
  ...["start", "stop", "softstop", "reset", "softreset"].map(power),
  { method: "POST", path: `${instancePool.path}/{id}/instances`, run: attachInstance },
  { method: "POST", path: `${instancePool.path}/{id}/actions/detachInstance`, run: detachInstance },
  ...poolBalancerRoutes,
  {
    method: "GET",
    path: `${instancePool.path}/{id}/instances`,
    run(request) {
      const pool = record(request, instancePool);
      return listed(
        request,
        pool.instanceIds.map((id) => memberFields(request, pool, id)),
      );
    },
  },
  {
    method: "GET",
    path: `${instancePool.path}/{id}/instances/{instanceId}`,
    run(request) {
      const pool = record(request, instancePool);
      return shown(memberFields(request, pool, requireMember(pool, request.params.instanceId)));
    },
  },
];
