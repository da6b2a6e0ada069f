/** NAT gateways, local peering and dynamic routing: an account that pays has them. */
import type { Account } from "../../../../sandbox/world/oci.ts";
import { accepted, type Answered, type Api, ociApi } from "../client.ts";
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

async function opened(account: Account = "pay-as-you-go") {
  api = await ociApi(emptyStore(account));
  const vcn = (cidr: string) => accepted(post("/vcns", { cidrBlocks: [cidr] }));
  return { vcn };
}

it.each(["/natGateways", "/localPeeringGateways"])("a free account has none of %s", async (path) => {
  const { vcn } = await opened("always-free");
  const { id: vcnId } = await vcn("10.0.0.0/16");
  expect(await post(path, { vcnId })).toMatchObject({ status: 400, body: { code: "LimitExceeded" } });
});

it("a VCN has one NAT gateway, with a public address", async () => {
  const { vcn } = await opened();
  const { id: vcnId } = await vcn("10.0.0.0/16");
  const gateway = await accepted(post("/natGateways", { vcnId }));
  expect(gateway.natIp).toMatch(/^[\d.]+$/);
  expect(await post("/natGateways", { vcnId })).toMatchObject({ status: 400, body: { code: "LimitExceeded" } });
});

it("a NAT gateway that a route leads to is not deleted", async () => {
  const { vcn } = await opened();
  const { id: vcnId } = await vcn("10.0.0.0/16");
  const { id } = await accepted(post("/natGateways", { vcnId }));
  const routeRules = [{ destination: "0.0.0.0/0", destinationType: "CIDR_BLOCK", networkEntityId: id }];
  const table = await accepted(post("/routeTables", { vcnId, routeRules }));
  expect(await api.call("DELETE", `${CORE}/natGateways/${id}`)).toMatchObject({
    status: 409,
    body: { code: "Conflict" },
  });
  await api.call("DELETE", `${CORE}/routeTables/${table.id}`);
  expect((await api.call("DELETE", `${CORE}/natGateways/${id}`)).status).toBe(204);
});

describe("local peering", () => {
  async function ends(...cidrs: readonly string[]) {
    const { vcn } = await opened();
    const all = [];
    for (const cidr of cidrs) all.push(await accepted(post("/localPeeringGateways", { vcnId: (await vcn(cidr)).id })));
    const [one, other] = all;
    const connect = () => post(`/localPeeringGateways/${one.id}/actions/connect`, { peerId: other.id });
    const status = async (id: string) =>
      (await api.call("GET", `${CORE}/localPeeringGateways/${id}`)).body.peeringStatus;
    return { one, other, connect, status };
  }

  it("connects two VCNs once", async () => {
    const { one, other, connect, status } = await ends("10.0.0.0/16", "10.1.0.0/16");
    expect(await status(one.id)).toBe("NEW");
    expect((await connect()).status).toBeLessThan(300);
    expect([await status(one.id), await status(other.id)]).toEqual(["PEERED", "PEERED"]);
    expect((await connect()).status).toBe(409);
  });

  it("does not connect VCNs whose addresses overlap", async () => {
    const { connect } = await ends("10.0.0.0/16", "10.0.128.0/17");
    expect((await connect()).status).toBe(400);
  });

  it("says at one end that the other is gone", async () => {
    const { one, other, connect, status } = await ends("10.0.0.0/16", "10.1.0.0/16");
    await connect();
    await api.call("DELETE", `${CORE}/localPeeringGateways/${one.id}`);
    expect(await status(other.id)).toBe("REVOKED");
  });
});

it("attachments of dynamic routing gateways are listed by the network that they lead to", async () => {
  const { vcn } = await opened();
  const [one, other] = [await vcn("10.0.0.0/16"), await vcn("10.1.0.0/16")];
  const { id: drgId, compartmentId } = await accepted(post("/drgs", {}));
  const { id } = await accepted(post("/drgAttachments", { drgId, networkDetails: { type: "VCN", id: one.id } }));
  const of = async (networkId: string): Promise<readonly string[]> => {
    const path = `${CORE}/drgAttachments?compartmentId=${compartmentId}&networkId=${networkId}`;
    return (await accepted(api.call("GET", path))).map((each: { id: string }) => each.id);
  };
  expect([await of(one.id), await of(other.id)]).toEqual([[id], []]);
});

it("a dynamic routing gateway is attached to a VCN once, and goes once it is attached to none", async () => {
  const { vcn } = await opened();
  const { id: vcnId } = await vcn("10.0.0.0/16");
  const { id: drgId } = await accepted(post("/drgs", {}));
  const attach = () => post("/drgAttachments", { drgId, vcnId });
  const { id } = await accepted(attach());
  expect((await attach()).status).toBe(409);
  expect((await api.call("DELETE", `${CORE}/drgs/${drgId}`)).status).toBe(409);
  await api.call("DELETE", `${CORE}/drgAttachments/${id}`);
  expect((await api.call("DELETE", `${CORE}/drgs/${drgId}`)).status).toBe(204);
});
