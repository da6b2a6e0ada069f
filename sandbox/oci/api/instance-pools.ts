/** Instance configurations and pools. A pool has its instances at once: what one of them is refused, the whole call is. */
import { isObject } from "../model/attributes.ts";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { invalid, notFound } from "../model/refusals.ts";
import type { Instance } from "../resources/instance.ts";
import { instanceConfiguration } from "../resources/instance-configuration.ts";
import { type InstancePool, instancePool } from "../resources/instance-pool.ts";
import type { Answer } from "../http/answer.ts";
import { checkEtag, declared, end, make, record, shown, viewOf } from "../http/collection.ts";
import { instances, switchPower } from "./instances.ts";
import { listed } from "../http/lists.ts";
import type { Asked, Route } from "../http/route.ts";

const configurations = declared(instanceConfiguration);
const pools = declared(instancePool);

function member({ call }: Asked, id: string): Instance {
  const found = call.world.state.oci.instances.find((each) => each.id === id);
  if (!found) throw notFound(pools.service, id);
  return found;
}

function object(value: Json | undefined): Attributes {
  return isObject(value) ? value : {};
}

/** The body of a launch that a configuration stands for, with what else is said laid over it. */
function launchBody(asked: Asked, configurationId: string, more: Attributes): Attributes {
  const found = asked.call.world.state.oci.instanceConfigurations.find(({ id }) => id === configurationId);
  if (!found) throw notFound(configurations.service, configurationId);
  const { createVnicDetails, ...launch } = object(found.instanceDetails.launchDetails);
  return {
    compartmentId: found.compartmentId,
    ...launch,
    ...more,
    createVnicDetails: { ...object(createVnicDetails), ...object(more.createVnicDetails) },
  };
}

/** Placements take their turns, and so do the fault domains in each. */
async function launchOne(asked: Asked, pool: InstancePool): Promise<void> {
  const turn = pool.instanceIds.length;
  const place = pool.placementConfigurations[turn % pool.placementConfigurations.length];
  if (!place) throw new Error(`${pool.id} has no placement`);
  const round = Math.floor(turn / pool.placementConfigurations.length);
  const faultDomain = place.faultDomains[round % Math.max(1, place.faultDomains.length)];
  const named = (formatter: string): string => formatter.replaceAll("${launchCount}", String(pool.launched + 1));
  const name = pool.instanceDisplayNameFormatter ?? `inst-${asked.call.world.random(5)}-${pool.displayName}`;
  const host = await make(
    asked,
    instances,
    launchBody(asked, pool.instanceConfigurationId, {
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

async function terminate(asked: Asked, ids: readonly string[]): Promise<void> {
  for (const id of ids) await end(asked, instances, member(asked, id));
}

/** To the pool's size: the oldest go first. Where a launch is refused, those of this call are taken back. */
async function scale(asked: Asked, pool: InstancePool): Promise<void> {
  const before = pool.instanceIds;
  try {
    while (pool.instanceIds.length < pool.size) await launchOne(asked, pool);
  } catch (error) {
    await terminate(
      asked,
      pool.instanceIds.filter((id) => !before.includes(id)),
    );
    throw error;
  }
  await terminate(asked, pool.instanceIds.slice(0, Math.max(0, pool.instanceIds.length - pool.size)));
  asked.call.world.changed();
}

async function createPool(asked: Asked): Promise<Answer> {
  const pool = await make(asked, pools, asked.body);
  try {
    await scale(asked, pool);
  } catch (error) {
    await pools.end(asked, pool);
    throw error;
  }
  return shown(viewOf(asked, pools, pool));
}

async function updatePool(asked: Asked): Promise<Answer> {
  const pool = record(asked, pools);
  checkEtag(asked, viewOf(asked, pools, pool));
  const before = { ...pool };
  await pools.change(asked, pool, asked.body);
  try {
    await scale(asked, pool);
  } catch (error) {
    Object.assign(pool, before);
    throw error;
  }
  if (pool.size !== before.size) asked.door.lifecycles.begin(pool.id, "SCALING");
  return shown(viewOf(asked, pools, pool));
}

async function removePool(asked: Asked): Promise<Answer> {
  const pool = record(asked, pools);
  checkEtag(asked, viewOf(asked, pools, pool));
  await terminate(asked, pool.instanceIds);
  await end(asked, pools, pool);
  return { status: 204 };
}

/** A whole pool's power: those that are so already stay. */
function power(name: string): Route {
  return {
    method: "POST",
    path: `${pools.path}/{id}/actions/${name}`,
    run(asked) {
      const pool = record(asked, pools);
      checkEtag(asked, viewOf(asked, pools, pool));
      for (const id of pool.instanceIds) switchPower(asked, member(asked, id), name.toUpperCase());
      pool.lifecycleState = name.endsWith("stop") ? "STOPPED" : "RUNNING";
      asked.door.lifecycles.begin(pool.id, name.endsWith("stop") ? "STOPPING" : "STARTING");
      asked.call.world.changed();
      return shown(viewOf(asked, pools, pool));
    },
  };
}

function memberFields(asked: Asked, pool: InstancePool, id: string): Attributes {
  const host = member(asked, id);
  const view = viewOf(asked, instances, host);
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
  if (typeof id !== "string") throw invalid(pools.service, "instanceId is required.");
  if (!pool.instanceIds.includes(id)) throw notFound(pools.service, `instance ${id} of ${pool.id}`);
  return id;
}

async function detachInstance(asked: Asked): Promise<Answer> {
  const pool = record(asked, pools);
  const id = requireMember(pool, asked.body.instanceId);
  pool.instanceIds = pool.instanceIds.filter((each) => each !== id);
  if (asked.body.isDecrementSize === true) pool.size -= 1;
  if (asked.body.isAutoTerminate === true) await terminate(asked, [id]);
  await scale(asked, pool);
  return { status: 202 };
}

async function launch(asked: Asked): Promise<Answer> {
  const found = record(asked, configurations);
  const host = await make(asked, instances, launchBody(asked, found.id, object(asked.body.launchDetails)));
  return shown(viewOf(asked, instances, host));
}

/** Calls on configurations and pools, which launch and terminate. */
export const instancePoolRoutes: readonly Route[] = [
  { method: "POST", path: `${configurations.path}/{id}/actions/launch`, run: launch },
  { method: "POST", path: pools.path, run: createPool },
  { method: "PUT", path: `${pools.path}/{id}`, run: updatePool },
  { method: "DELETE", path: `${pools.path}/{id}`, run: removePool },
  ...["start", "stop", "softstop", "reset", "softreset"].map(power),
  { method: "POST", path: `${pools.path}/{id}/actions/detachInstance`, run: detachInstance },
  {
    method: "GET",
    path: `${pools.path}/{id}/instances`,
    run(asked) {
      const pool = record(asked, pools);
      return listed(
        asked,
        pool.instanceIds.map((id) => memberFields(asked, pool, id)),
      );
    },
  },
  {
    method: "GET",
    path: `${pools.path}/{id}/instances/{instanceId}`,
    run(asked) {
      const pool = record(asked, pools);
      return shown(memberFields(asked, pool, requireMember(pool, asked.params.instanceId)));
    },
  },
];
