/** Instance configurations, and pools whose instances are the account's like any others. */
import { parseFault } from "../../../../sandbox/faults/spec.ts";
import { ociInventory } from "../../../../sandbox/oci/index.ts";
import type { Account } from "../../../../sandbox/world/oci.ts";
import { type Answered, type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

const CORE = "/20160918";
const [POOLS, CONFIGURATIONS] = [`${CORE}/instancePools`, `${CORE}/instanceConfigurations`];
let api: Api;
let root: string;
let subnet: string;
let domains: readonly string[];
let configuration: string;

afterEach(async () => {
  const { said } = api;
  await api.end();
  expect(said).toEqual([]);
});

const post = (path: string, body: object): Promise<Answered> =>
  api.call("POST", path, { compartmentId: root, ...body });
const get = async (path: string): Promise<Answered["body"]> => (await api.call("GET", path)).body;

/** A subnet, and a configuration of one OCPU with 6 GB. */
async function opened(account: Account = "always-free"): Promise<void> {
  api = await ociApi(emptyStore(account));
  root = api.store.state.oci.tenancyId;
  const vcnId = (await post(`${CORE}/vcns`, { cidrBlocks: ["10.0.0.0/16"], dnsLabel: "lab" })).body.id;
  subnet = (await post(`${CORE}/subnets`, { vcnId, cidrBlock: "10.0.0.0/24", dnsLabel: "hosts" })).body.id;
  domains = (await get(`${CORE}/availabilityDomains?compartmentId=${root}`)).map(({ name }: Answered["body"]) => name);
  const [image] = await get(`${CORE}/images?compartmentId=${root}&shape=VM.Standard.A1.Flex`);
  const launchDetails = {
    shape: "VM.Standard.A1.Flex",
    shapeConfig: { ocpus: 1, memoryInGBs: 6 },
    sourceDetails: { sourceType: "image", imageId: image.id, bootVolumeSizeInGBs: 60 },
    createVnicDetails: { assignPublicIp: false },
    metadata: { role: "worker" },
  };
  const body = { displayName: "worker", instanceDetails: { instanceType: "compute", launchDetails } };
  configuration = (await post(CONFIGURATIONS, body)).body.id;
}

const placed = (...all: readonly object[]) => ({
  placementConfigurations: all.map((each) => ({ availabilityDomain: domains[0], primarySubnetId: subnet, ...each })),
});

const create = (size: number, more: object = {}) =>
  post(POOLS, { displayName: "workers", instanceConfigurationId: configuration, size, ...placed({}), ...more });

/** A pool's path, past the moment that it takes. */
async function made(size: number, more: object = {}): Promise<string> {
  const { status, body } = await create(size, more);
  expect([status, body.message]).toEqual([200, undefined]);
  api.turnClock(2000);
  return `${POOLS}/${body.id}`;
}

const members = (pool: string) => get(`${pool}/instances?compartmentId=${root}`);

it("a pool launches what its configuration says, where it is placed", async () => {
  await opened();
  const pool = await made(2, placed({ faultDomains: ["FAULT-DOMAIN-2", "FAULT-DOMAIN-3"] }));
  expect(await get(pool)).toMatchObject({ lifecycleState: "RUNNING", size: 2, currentSize: 2 });
  const all = await members(pool);
  expect(all.map(({ faultDomain, state }: Answered["body"]) => [faultDomain, state])).toEqual([
    ["FAULT-DOMAIN-2", "Running"],
    ["FAULT-DOMAIN-3", "Running"],
  ]);
  expect(await get(`${CORE}/instances/${all[0].id}`)).toMatchObject({
    displayName: expect.stringMatching(/^inst-\w{5}-workers$/),
    shapeConfig: { ocpus: 1, memoryInGBs: 6 },
    sourceDetails: { bootVolumeSizeInGBs: 60 },
    metadata: { role: "worker" },
  });
});

it("placements take turns, and names count on", async () => {
  await opened("pay-as-you-go");
  const formatters = { instanceDisplayNameFormatter: "w-${launchCount}", instanceHostnameFormatter: "w${launchCount}" };
  const pool = await made(3, { ...placed({}, { availabilityDomain: domains[1] }), ...formatters });
  const all = await members(pool);
  expect(all.map(({ displayName, availabilityDomain }: Answered["body"]) => [displayName, availabilityDomain])).toEqual(
    [
      ["w-1", domains[0]],
      ["w-2", domains[1]],
      ["w-3", domains[0]],
    ],
  );
  const hosts = api.store.state.oci.instances;
  expect(hosts.map(({ vnic }) => vnic.hostnameLabel)).toEqual(["w1", "w2", "w3"]);
});

it("a pool that the account has no room for is refused whole", async () => {
  await opened();
  expect(await create(3)).toMatchObject({ status: 400, body: { code: "LimitExceeded" } });
  expect(api.store.state.oci).toMatchObject({ instances: [], instancePools: [] });
  const pool = await made(2);
  expect((await api.call("PUT", pool, { size: 3 })).body.code).toBe("LimitExceeded");
  expect([await get(pool), (await members(pool)).length]).toMatchObject([{ size: 2, currentSize: 2 }, 2]);
});

it("a pool finds no host where the place is full", async () => {
  await opened();
  const full = { id: 1, spec: parseFault({ what: "capacity" }), seen: 0, hits: 0 };
  api.store.state.faults = { lastId: 1, active: [full] };
  expect(await create(1)).toMatchObject({ status: 500, body: { message: "Out of host capacity." } });
  expect(api.store.state.oci.instancePools).toEqual([]);
});

it("a pool grows, and shrinks by its oldest", async () => {
  await opened("pay-as-you-go");
  const pool = await made(2);
  const [oldest, kept] = (await members(pool)).map(({ id }: Answered["body"]) => id);
  expect((await api.call("PUT", pool, { size: 3 })).body).toMatchObject({ lifecycleState: "SCALING", currentSize: 3 });
  await api.call("PUT", pool, { size: 2 });
  const left = (await members(pool)).map(({ id }: Answered["body"]) => id);
  expect([left.length, left[0]]).toEqual([2, kept]);
  expect((await get(`${CORE}/instances/${oldest}`)).lifecycleState).toBe("TERMINATING");
});

it("what a change does not say stays, and a new configuration is of those to come", async () => {
  await opened("pay-as-you-go");
  const { instanceDetails } = await get(`${CONFIGURATIONS}/${configuration}`);
  const launchDetails = { ...instanceDetails.launchDetails, metadata: { role: "second" } };
  const second = (await post(CONFIGURATIONS, { instanceDetails: { ...instanceDetails, launchDetails } })).body.id;
  const pool = await made(1);
  await api.call("PUT", pool, { instanceConfigurationId: second });
  expect(await get(pool)).toMatchObject({ displayName: "workers", size: 1, ...placed({}) });
  await api.call("PUT", pool, { size: 2 });
  expect(api.store.state.oci.instances.map(({ metadata }) => metadata.role)).toEqual(["worker", "second"]);
});

it("a pool is stopped and started with all that it has", async () => {
  await opened();
  const pool = await made(2);
  const states = async (action: string) => {
    const during = (await api.call("POST", `${pool}/actions/${action}`)).body.lifecycleState;
    api.turnClock(2000);
    return [during, (await get(pool)).lifecycleState, ...api.store.state.oci.instances.map(({ state }) => state)];
  };
  expect(await states("stop")).toEqual(["STOPPING", "STOPPED", "STOPPED", "STOPPED"]);
  expect(await states("start")).toEqual(["STARTING", "RUNNING", "RUNNING", "RUNNING"]);
});

it("a detached instance is nobody's, and the pool launches another unless it is to shrink", async () => {
  await opened("pay-as-you-go");
  const pool = await made(1);
  const [{ id: instanceId }] = await members(pool);
  const detach = (body: object) => post(`${pool}/actions/detachInstance`, { instanceId, ...body });
  await detach({ isDecrementSize: false, isAutoTerminate: false });
  const [{ id: other }] = await members(pool);
  expect([other === instanceId, api.store.state.oci.instances.length]).toEqual([false, 2]);
  expect((await detach({})).status).toBe(404);
  await post(`${pool}/actions/detachInstance`, { instanceId: other, isDecrementSize: true, isAutoTerminate: true });
  expect([(await get(pool)).size, api.store.state.oci.instances.map(({ id }) => id)]).toEqual([0, [instanceId]]);
});

it("a pool is terminated with its instances, and told of for a while", async () => {
  await opened();
  const pool = await made(2);
  expect((await api.call("DELETE", pool)).status).toBe(204);
  expect((await get(pool)).lifecycleState).toBe("TERMINATING");
  api.turnClock(2000);
  expect((await get(pool)).lifecycleState).toBe("TERMINATED");
  expect(api.store.state.oci).toMatchObject({ instances: [], instancePools: [] });
});

it("a configuration is not deleted while a pool has it", async () => {
  await opened();
  const pool = await made(0);
  const remove = async () => (await api.call("DELETE", `${CONFIGURATIONS}/${configuration}`)).status;
  expect(await remove()).toBe(409);
  await api.call("DELETE", pool);
  expect(await remove()).toBe(204);
});

it("an instance is launched by a configuration, with what it lacks said beside it", async () => {
  await opened();
  const launch = (launchDetails: object) =>
    post(`${CONFIGURATIONS}/${configuration}/actions/launch`, { instanceType: "compute", launchDetails });
  const place = { availabilityDomain: domains[0], createVnicDetails: { subnetId: subnet } };
  expect((await launch({ ...place, displayName: "one" })).body).toMatchObject({ displayName: "one" });
  expect((await launch({})).status).toBe(400);
});

it("the inventory has pools and configurations, and no instance of a pool", async () => {
  await opened();
  const id = (await made(1)).slice(POOLS.length + 1);
  const found = ociInventory(api.store.state.oci).filter(({ type }) => type.startsWith("oci_core_instance"));
  expect(found).toEqual([
    { type: "oci_core_instance_configuration", id: configuration, name: "worker" },
    { type: "oci_core_instance_pool", id, name: "workers" },
  ]);
});

interface Wrong {
  readonly placementConfigurations?: readonly object[];
  readonly [field: string]: unknown;
}

const WRONG: readonly (readonly [what: string, code: string, said: Wrong])[] = [
  [
    "of a configuration that does not exist",
    "NotAuthorizedOrNotFound",
    { instanceConfigurationId: "ocid1.instanceconfiguration.oc1..no" },
  ],
  [
    "in a subnet that does not exist",
    "NotAuthorizedOrNotFound",
    { placementConfigurations: [{ primarySubnetId: "no" }] },
  ],
  ["without a place", "InvalidParameter", { placementConfigurations: [] }],
  ["of less than nothing", "InvalidParameter", { size: -1 }],
  [
    "behind a load balancer that does not exist",
    "NotAuthorizedOrNotFound",
    { loadBalancers: [{ loadBalancerId: "no", backendSetName: "web", port: 80, vnicSelection: "PrimaryVnic" }] },
  ],
];

it.each(WRONG)("a pool %s is refused", async (_what, code, { placementConfigurations, ...more }) => {
  await opened();
  const places = placementConfigurations ? placed(...placementConfigurations) : {};
  expect((await create(0, { ...more, ...places })).body.code).toBe(code);
  expect(api.store.state.oci.instancePools).toEqual([]);
});

it.each([
  ["of no compute instance", "InvalidParameter", { instanceType: "other" }],
  ["with block volumes", "NotPlayed", { instanceType: "compute", blockVolumes: [{}] }],
  [
    "of a preemptible instance",
    "NotPlayed",
    { instanceType: "compute", launchDetails: { preemptibleInstanceConfig: { a: 1 } } },
  ],
])("a configuration %s is refused, itself or its launch", async (_what, code, instanceDetails) => {
  await opened();
  const kept = await post(CONFIGURATIONS, { instanceDetails });
  const answer = kept.status === 200 ? await post(`${CONFIGURATIONS}/${kept.body.id}/actions/launch`, {}) : kept;
  expect(answer.body.code).toBe(code);
});

it("a configuration is made of an instance, and launches more of them", async () => {
  await opened("pay-as-you-go");
  const [first] = await members(await made(1));
  const { body } = await post(CONFIGURATIONS, { source: "INSTANCE", instanceId: first.id });
  expect(body.instanceDetails.launchDetails).toMatchObject({ shapeConfig: { ocpus: 1 }, metadata: { role: "worker" } });
  const launched = await post(`${CONFIGURATIONS}/${body.id}/actions/launch`, {});
  expect(launched.body).toMatchObject({ shape: "VM.Standard.A1.Flex", metadata: { role: "worker" } });
});

it("the instances of a pool are backends of the sets that it is attached to, as long as they are its", async () => {
  await opened("pay-as-you-go");
  const BALANCERS = "/20170115/loadBalancers";
  const bandwidth = { minimumBandwidthInMbps: 10, maximumBandwidthInMbps: 10 };
  await post(BALANCERS, { displayName: "web", subnetIds: [subnet], shapeName: "flexible", shapeDetails: bandwidth });
  const [balancer] = api.store.state.oci.loadBalancers;
  const set = { name: "web", policy: "ROUND_ROBIN", healthChecker: { protocol: "TCP", port: 80 } };
  await post(`${BALANCERS}/${balancer?.id}/backendSets`, set);
  const attached = { loadBalancerId: balancer?.id, backendSetName: "web", port: 80, vnicSelection: "PrimaryVnic" };
  const pool = await made(2, { loadBalancers: [attached] });
  const backends = () => balancer?.backendSets[0]?.backends.length;
  expect(backends()).toBe(2);
  await api.call("PUT", pool, { size: 1 });
  expect(backends()).toBe(1);
  const { loadBalancers } = (await post(`${pool}/actions/detachLoadBalancer`, attached)).body;
  expect([backends(), loadBalancers]).toMatchObject([0, [{ backendSetName: "web", lifecycleState: "DETACHED" }]]);
});

it("a pool takes an instance that there is, and a launch what a configuration says", async () => {
  await opened("pay-as-you-go");
  const pool = await made(0);
  const place = { availabilityDomain: domains[0], createVnicDetails: { subnetId: subnet } };
  const host = (await post(`${CORE}/instances`, { instanceConfigurationId: configuration, ...place })).body;
  expect(host).toMatchObject({ instanceConfigurationId: configuration, metadata: { role: "worker" } });
  expect((await post(`${pool}/instances`, { instanceId: host.id })).body).toMatchObject({ id: host.id });
  expect(await get(pool)).toMatchObject({ size: 1, currentSize: 1 });
});

it("the instances of a pool have the VNICs that its configuration names, where it is placed", async () => {
  await opened("pay-as-you-go");
  const { instanceDetails } = await get(`${CONFIGURATIONS}/${configuration}`);
  const details = { ...instanceDetails, secondaryVnics: [{ displayName: "second", createVnicDetails: {} }] };
  const { id: instanceConfigurationId } = (await post(CONFIGURATIONS, { instanceDetails: details })).body;
  const secondaryVnicSubnets = [{ displayName: "second", subnetId: subnet }];
  await made(1, { instanceConfigurationId, ...placed({ secondaryVnicSubnets }) });
  expect(api.store.state.oci.vnicAttachments).toMatchObject([{ displayName: "second", vnic: { subnetId: subnet } }]);
});
