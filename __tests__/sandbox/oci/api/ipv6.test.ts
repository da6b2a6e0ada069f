/** IPv6 of VCNs, subnets and VNICs, over the REST API. */
import { type Answered, type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

const CORE = "/20160918";

let api: Api;
let root: string;

beforeEach(async () => {
  api = await ociApi(emptyStore("pay-as-you-go"));
  root = api.store.state.oci.tenancyId;
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function post(path: string, body: object = {}): Promise<Answered> {
  return api.call("POST", `${CORE}${path}`, { compartmentId: root, ...body });
}

async function network() {
  const vcn = (await post("/vcns", { cidrBlocks: ["10.0.0.0/16"], isIpv6Enabled: true })).body;
  const ipv6CidrBlock = vcn.ipv6CidrBlocks[0].replace("/56", "/64");
  const subnet = (await post("/subnets", { vcnId: vcn.id, cidrBlock: "10.0.0.0/24", ipv6CidrBlock })).body;
  return { vcn, subnet };
}

async function launch(createVnicDetails: object): Promise<Answered> {
  const [{ name }] = (await api.call("GET", `${CORE}/availabilityDomains?compartmentId=${root}`)).body;
  const [image] = (await api.call("GET", `${CORE}/images?compartmentId=${root}&shape=VM.Standard.A1.Flex`)).body;
  return post("/instances", {
    availabilityDomain: name,
    shape: "VM.Standard.A1.Flex",
    shapeConfig: { ocpus: 1 },
    sourceDetails: { sourceType: "image", imageId: image.id },
    createVnicDetails,
  });
}

async function vnicOf({ body }: Answered) {
  const found = await api.call("GET", `${CORE}/vnicAttachments?compartmentId=${root}&instanceId=${body.id}`);
  return (await api.call("GET", `${CORE}/vnics/${found.body[0].vnicId}`)).body;
}

test("a VCN with IPv6 gets a /56 of Oracle's that no other has, and none where that is not wanted", async () => {
  const blocks = async (body: object) =>
    (await post("/vcns", { cidrBlocks: ["10.0.0.0/16"], isIpv6Enabled: true, ...body })).body;
  const [first, second] = [await blocks({}), await blocks({})];
  expect(first.ipv6CidrBlocks).toEqual([expect.stringMatching(/^2001:db8:.*\/56$/)]);
  expect(second.ipv6CidrBlocks).not.toEqual(first.ipv6CidrBlocks);
  const own = { isOracleGuaAllocationEnabled: false, ipv6PrivateCidrBlocks: ["fc00:0000:1::/48"] };
  expect(await blocks(own)).toMatchObject({ ipv6CidrBlocks: [], ipv6PrivateCidrBlocks: ["fc00:0:1::/48"] });
});

test.each([
  ["a network of a subnet that is no /64", "2001:db8:0:100::/60"],
  ["one outside of the VCN", "2001:db8:0:900::/64"],
  ["one with host bits", "2001:db8:0:100::1/64"],
])("%s is refused", async (_what, ipv6CidrBlock) => {
  const { vcn } = await network();
  const answer = await post("/subnets", { vcnId: vcn.id, cidrBlock: "10.0.1.0/24", ipv6CidrBlock });
  expect([answer.status, answer.body.code]).toEqual([400, "InvalidParameter"]);
});

test("networks of a VCN and of a subnet come and go by actions, but not while something is in them", async () => {
  const { vcn, subnet } = await network();
  const action = (path: string, body: object) => post(`${path}`, body);
  const added = await action(`/vcns/${vcn.id}/actions/addIpv6Cidr`, { ipv6PrivateCidrBlock: "fc00:1::/48" });
  expect(added.body.ipv6PrivateCidrBlocks).toEqual(["fc00:1::/48"]);
  const held = await action(`/vcns/${vcn.id}/actions/removeIpv6Cidr`, { ipv6CidrBlock: vcn.ipv6CidrBlocks[0] });
  expect(held.status).toBe(409);
  const gone = await action(`/subnets/${subnet.id}/actions/removeIpv6Cidr`, { ipv6CidrBlock: subnet.ipv6CidrBlock });
  expect(gone.body.ipv6CidrBlocks).toEqual([]);
  const free = await action(`/vcns/${vcn.id}/actions/removeIpv6Cidr`, { ipv6CidrBlock: vcn.ipv6CidrBlocks[0] });
  expect(free.body.ipv6CidrBlocks).toEqual([]);
});

test("a subnet has several IPv4 networks, and addresses of each", async () => {
  const { vcn } = await network();
  const ipv4CidrBlocks = ["10.0.1.0/30", "10.0.2.0/24"];
  const subnet = (await post("/subnets", { vcnId: vcn.id, ipv4CidrBlocks })).body;
  expect(subnet).toMatchObject({ cidrBlock: "10.0.1.0/30", ipv4CidrBlocks });
  const first = await vnicOf(await launch({ subnetId: subnet.id }));
  const second = await vnicOf(await launch({ subnetId: subnet.id }));
  expect([first.privateIp, second.privateIp]).toEqual(["10.0.1.2", "10.0.2.2"]);
  const chosen = await vnicOf(await launch({ subnetId: subnet.id, subnetCidr: "10.0.2.0/24" }));
  expect(chosen.privateIp).toBe("10.0.2.3");
});

test("a launch assigns an address of each IPv6 network, or the one that it names, and its end frees them", async () => {
  const { subnet } = await network();
  const any = await vnicOf(await launch({ subnetId: subnet.id, assignIpv6Ip: true }));
  expect(any.ipv6Addresses).toEqual(["2001:db8:0:100::2"]);
  const ipv6Address = "2001:db8:0:100::beef";
  const pair = { ipv6SubnetCidr: subnet.ipv6CidrBlock, ipv6Address };
  const details = { subnetId: subnet.id, ipv6AddressIpv6SubnetCidrPairDetails: [pair] };
  const host = await launch(details);
  expect((await vnicOf(host)).ipv6Addresses).toEqual([ipv6Address]);
  expect((await launch(details)).status).toBe(409);
  await api.call("DELETE", `${CORE}/instances/${host.body.id}`);
  expect((await launch(details)).status).toBe(200);
});

test("a launch that wants IPv6 in a subnet without is refused", async () => {
  const { vcn } = await network();
  const subnet = (await post("/subnets", { vcnId: vcn.id, cidrBlock: "10.0.1.0/24" })).body;
  expect((await launch({ subnetId: subnet.id, assignIpv6Ip: true })).status).toBe(400);
});

test("an address is reserved in a subnet, and put on a VNIC", async () => {
  const { subnet } = await network();
  const reserved = (await post("/ipv6", { subnetId: subnet.id, lifetime: "RESERVED" })).body;
  expect(reserved).toMatchObject({ ipState: "AVAILABLE", ipv6SubnetCidr: subnet.ipv6CidrBlock });
  const { id: vnicId } = await vnicOf(await launch({ subnetId: subnet.id }));
  const assigned = await api.call("PUT", `${CORE}/ipv6/${reserved.id}`, { vnicId });
  expect(assigned.body).toMatchObject({ ipState: "ASSIGNED", vnicId });
  const { body } = await api.call("GET", `${CORE}/ipv6?vnicId=${vnicId}`);
  expect(body.map(({ id }: { id: string }) => id)).toEqual([reserved.id]);
});

test("rules and routes lead to IPv6 networks, too", async () => {
  const { vcn } = await network();
  const gateway = (await post("/internetGateways", { vcnId: vcn.id, isEnabled: true })).body;
  const rule = { destination: "::/0", networkEntityId: gateway.id };
  expect((await post("/routeTables", { vcnId: vcn.id, routeRules: [rule] })).status).toBe(200);
  const wrong = { ...rule, destination: "2001:db8::/130" };
  expect((await post("/routeTables", { vcnId: vcn.id, routeRules: [wrong] })).status).toBe(400);
});

test("a PATCH replaces the private networks of a VCN, and those of a subnet", async () => {
  const { vcn, subnet } = await network();
  const instructions = (selection: string, cidrs: readonly string[]) => [
    { operation: "REPLACE", selection, value: { cidrs } },
  ];
  const patchVcnInstructions = instructions("ipv6PrivateCidrBlocks", ["fc00:1::/48"]);
  const wider = await api.call("PATCH", `${CORE}/vcns/${vcn.id}`, { patchVcnInstructions });
  expect(wider.body.ipv6PrivateCidrBlocks).toEqual(["fc00:1::/48"]);
  const patchSubnetInstructions = instructions("ipv6CidrBlocks", ["fc00:1::/64"]);
  const moved = await api.call("PATCH", `${CORE}/subnets/${subnet.id}`, { patchSubnetInstructions });
  // Subnets tell every digit, and take any writing of it.
  expect(moved.body.ipv6CidrBlocks).toEqual(["fc00:0001:0000:0000:0000:0000:0000:0000/64"]);
  const taken = await api.call("POST", `${CORE}/subnets/${subnet.id}/actions/removeIpv6Cidr`, {
    ipv6CidrBlock: "fc00:1::/64",
  });
  expect(taken.body.ipv6CidrBlocks).toEqual([]);
});

test.each([
  ["of networks that somebody brings", "NotPlayed", { operation: "REPLACE", selection: "byoipv6CidrDetails" }],
  ["that inserts", "InvalidParameter", { operation: "INSERT", selection: "ipv6PrivateCidrBlocks" }],
])("a PATCH %s is refused", async (_what, code, instruction) => {
  const { vcn } = await network();
  const body = { patchVcnInstructions: [{ ...instruction, value: { cidrs: ["2001:db8:1::/48"] } }] };
  expect((await api.call("PATCH", `${CORE}/vcns/${vcn.id}`, body)).body.code).toBe(code);
});

test("a PATCH to none of the networks that somebody brings leaves a VCN as it is", async () => {
  const { vcn } = await network();
  const instruction = { operation: "REPLACE", selection: "byoipv6CidrDetails", value: { cidrs: [] } };
  const { body } = await api.call("PATCH", `${CORE}/vcns/${vcn.id}`, { patchVcnInstructions: [instruction] });
  expect(body.ipv6CidrBlocks).toEqual(vcn.ipv6CidrBlocks);
});

test("an address is of a subnet's first network where none of several is named", async () => {
  const { vcn, subnet } = await network();
  await post(`/vcns/${vcn.id}/actions/addIpv6Cidr`, { ipv6PrivateCidrBlock: "fc00:1::/48" });
  await post(`/subnets/${subnet.id}/actions/addIpv6Cidr`, { ipv6CidrBlock: "fc00:1::/64" });
  const { body } = await post("/ipv6", { subnetId: subnet.id, lifetime: "RESERVED" });
  expect(body.ipv6SubnetCidr).toBe(subnet.ipv6CidrBlock);
});

test("a network load balancer of both versions has an IPv6 address too, which stays until another is said", async () => {
  const { subnet } = await network();
  const path = "/20200501/networkLoadBalancers";
  const body = { compartmentId: root, displayName: "api", subnetId: subnet.id, nlbIpVersion: "IPV4_AND_IPV6" };
  const { id } = (await api.call("POST", path, body)).body;
  const addresses = async (): Promise<readonly string[]> =>
    (await api.call("GET", `${path}/${id}`)).body.ipAddresses.map((each: { ipAddress: string }) => each.ipAddress);
  const own = subnet.ipv6CidrBlock.replace("/64", "").replace(/(?::0000){4}$/, "::99");
  const [, , first] = await addresses();
  await api.call("PUT", `${path}/${id}`, { displayName: "other" });
  expect((await addresses())[2]).toBe(first);
  await api.call("PUT", `${path}/${id}`, { assignedIpv6: own });
  expect((await addresses())[2]).toMatch(/::99$/);
  await api.call("PUT", `${path}/${id}`, { nlbIpVersion: "IPV4" });
  expect(await addresses()).toHaveLength(2);
});
