/** Oracle's services of a region, and the gateway that leads to them. */
import { ociInventory } from "../../../../sandbox/oci/index.ts";
import type { Account } from "../../../../sandbox/world/oci.ts";
import { type Answered, type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

const CORE = "/20160918";
let api: Api;

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function post(path: string, body: object): Promise<Answered> {
  return api.call("POST", `${CORE}${path}`, { compartmentId: api.store.state.oci.tenancyId, ...body });
}

/** A VCN, and a call that makes a gateway of its own. */
async function opened(account: Account = "pay-as-you-go") {
  api = await ociApi(emptyStore(account));
  const { body: services } = await api.call("GET", `${CORE}/services`);
  const [storage, all] = services;
  const vcn = (await post("/vcns", { cidrBlocks: ["10.0.0.0/16"] })).body;
  const gateway = (serviceId: string = storage.id) =>
    post("/serviceGateways", { vcnId: vcn.id, displayName: "way", services: [{ serviceId }] });
  return { services, storage, all, vcn, gateway };
}

it("a region has two services: Object Storage, and all of them", async () => {
  const { services } = await opened();
  expect(services.map(({ name, cidrBlock }: Record<string, string>) => [name, cidrBlock])).toEqual([
    ["OCI FRA Object Storage", "oci-fra-objectstorage"],
    ["All FRA Services In Oracle Services Network", "all-fra-services-in-oracle-services-network"],
  ]);
  expect((await api.call("GET", `${CORE}/services/${services[1].id}`)).body).toEqual(services[1]);
});

it("a route of a service's label leads to the gateway, which is not deleted then", async () => {
  const { all, vcn, gateway } = await opened();
  const { id } = (await gateway(all.id)).body;
  const rule = { destination: all.cidrBlock, destinationType: "SERVICE_CIDR_BLOCK", networkEntityId: id };
  const table = (await post("/routeTables", { vcnId: vcn.id, routeRules: [rule] })).body;
  expect((await api.call("GET", `${CORE}/routeTables/${table.id}`)).body.routeRules).toMatchObject([rule]);
  const remove = () => api.call("DELETE", `${CORE}/serviceGateways/${id}`);
  expect(await remove()).toMatchObject({ status: 409, body: { code: "Conflict" } });
  await api.call("DELETE", `${CORE}/routeTables/${table.id}`);
  expect((await remove()).status).toBe(204);
});

it.each([
  ["an address range", "10.9.0.0/16", "CIDR_BLOCK"],
  ["another label", "oci-phx-objectstorage", "SERVICE_CIDR_BLOCK"],
])("no route of %s leads to the gateway", async (_what, destination, destinationType) => {
  const { vcn, gateway } = await opened();
  const networkEntityId = (await gateway()).body.id;
  const routeRules = [{ destination, destinationType, networkEntityId }];
  expect((await post("/routeTables", { vcnId: vcn.id, routeRules })).status).toBe(400);
});

it("a service is attached and detached, each once", async () => {
  const { storage, all, gateway } = await opened();
  const { id } = (await gateway()).body;
  const act = (action: string) =>
    api.call("POST", `${CORE}/serviceGateways/${id}/actions/${action}`, { serviceId: all.id });
  const names = async () =>
    (await api.call("GET", `${CORE}/serviceGateways/${id}`)).body.services.map(
      ({ serviceName }: Record<string, string>) => serviceName,
    );
  expect((await act("attachService")).status).toBe(200);
  expect(await names()).toEqual([storage.name, all.name]);
  expect((await act("attachService")).status).toBe(409);
  await act("detachService");
  expect(await names()).toEqual([storage.name]);
  expect((await act("detachService")).status).toBe(409);
});

it("traffic through a gateway is blocked by a change", async () => {
  const { gateway } = await opened();
  const path = `${CORE}/serviceGateways/${(await gateway()).body.id}`;
  await api.call("PUT", path, { blockTraffic: true });
  expect((await api.call("GET", path)).body).toMatchObject({ blockTraffic: true, services: [{}] });
});

it("a VCN has one gateway, is in the inventory with it, and is not deleted before it", async () => {
  const { vcn, gateway } = await opened();
  const { id } = (await gateway()).body;
  expect(await gateway()).toMatchObject({ status: 400, body: { code: "LimitExceeded" } });
  expect(ociInventory(api.store.state.oci)).toContainEqual({ type: "oci_core_service_gateway", id, name: "way" });
  expect((await api.call("DELETE", `${CORE}/vcns/${vcn.id}`)).status).toBe(409);
});

it("a free account has none", async () => {
  const { gateway } = await opened("always-free");
  expect(await gateway()).toMatchObject({ status: 400, body: { code: "LimitExceeded" } });
});

it("a gateway leads to services that there are", async () => {
  const { gateway } = await opened();
  expect((await gateway("ocid1.service.oc1.phx.nobody")).status).toBe(404);
});
