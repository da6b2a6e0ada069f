/** Instance configurations and pools. A pool has its instances at once: what one of them is refused, the whole call is. */
import { change } from "../kernel/operations.ts";
import { remove } from "../kernel/deletion.ts";
import { isObject } from "../model/attributes.ts";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { refuse } from "../model/not-played.ts";
import { invalid, notFound } from "../model/refusals.ts";
import { type Instance, instance } from "../resources/instance.ts";
import { instanceConfiguration } from "../resources/instance-configuration.ts";
import { type InstancePool, instancePool } from "../resources/instance-pool.ts";
import type { ApiResponse } from "../http/response.ts";
import { current, end, make, record, shown, viewOf } from "../http/collection.ts";
import { switchPower } from "./instances.ts";
import { listed } from "../http/lists.ts";
import type { ApiRequest, Route } from "../http/route.ts";

function member({ call }: ApiRequest, id: string): Instance {
  const found = call.world.state.oci.instances.find((each) => each.id === id);
  if (!found) throw notFound(instancePool.service, id);
  return found;
}

function object(value: Json | undefined): Attributes {
  return isObject(value) ? value : {};
}

/** The body of a launch that a configuration stands for, with what else is said laid over it. */
function launchBody(request: ApiRequest, configurationId: string, more: Attributes): Attributes {
  const found = request.call.world.state.oci.instanceConfigurations.find(({ id }) => id === configurationId);
  if (!found) throw notFound(instanceConfiguration.service, configurationId);
  refuse(["block_volumes", "options", "secondary_vnics"], found.instanceDetails);
  const { createVnicDetails, ...launch } = object(found.instanceDetails.launchDetails);
  return {
    compartmentId: found.compartmentId,
    ...launch,
    ...more,
    createVnicDetails: { ...object(createVnicDetails), ...object(more.createVnicDetails) },
  };
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
  const host = make(
    request,
    instance,
    launchBody(request, pool.instanceConfigurationId, {
      compartmentId: pool.compartmentId,
      availabilityDomain: place.availabilityDomain,
      ...(faultDomain !== undefined && { faultDomain }),
      displayName: named(name),
      createVnicDetails: {
        ...(place.primarySubnetId !== null && { subnetId: place.primarySubnetId }),
        ...(pool.instanceHostnameFormatter !== null && { hostnameLabel: named(pool.instanceHostnameFormatter) }),
      },
    }),
  );
  host.state = pool.lifecycleState;
  pool.launched += 1;
  pool.instanceIds = [...pool.instanceIds, host.id];
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
    loadBalancerBackends: [],
  };
}

/** The id of a path or body that has to be one of the pool's. */
function requireMember(pool: InstancePool, id: Json | undefined): string {
  if (typeof id !== "string") throw invalid(instancePool.service, "instanceId is required.");
  if (!pool.instanceIds.includes(id)) throw notFound(instancePool.service, `instance ${id} of ${pool.id}`);
  return id;
}

function detachInstance(request: ApiRequest): ApiResponse {
  const pool = record(request, instancePool);
  const id = requireMember(pool, request.body.instanceId);
  pool.instanceIds = pool.instanceIds.filter((each) => each !== id);
  if (request.body.isDecrementSize === true) pool.size -= 1;
  if (request.body.isAutoTerminate === true) terminate(request, [id]);
  scale(request, pool);
  return { status: 202 };
}

function launch(request: ApiRequest): ApiResponse {
  const found = record(request, instanceConfiguration);
  const host = make(request, instance, launchBody(request, found.id, object(request.body.launchDetails)));
  return shown(viewOf(request, instance, host));
}

/** Calls on configurations and instancePool, which launch and terminate. */
export const instancePoolRoutes: readonly Route[] = [
  { method: "POST", path: `${instanceConfiguration.path}/{id}/actions/launch`, run: launch },
  { method: "POST", path: instancePool.path, run: createPool },
  { method: "PUT", path: `${instancePool.path}/{id}`, run: updatePool },
  { method: "DELETE", path: `${instancePool.path}/{id}`, run: removePool },
  ...["start", "stop", "softstop", "reset", "softreset"].map(power),
  { method: "POST", path: `${instancePool.path}/{id}/actions/detachInstance`, run: detachInstance },
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
