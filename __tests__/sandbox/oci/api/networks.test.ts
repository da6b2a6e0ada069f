/** What other people's labs do with networks: lists and routes of their own, addresses that outlive a host. */
import { accepted, type Answered, type Api, ociApi } from "../client.ts";

const CORE = "/20160918";
let api: Api;
let root: string;

beforeEach(async () => {
  api = await ociApi();
  root = api.store.state.oci.tenancyId;
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function post(path: string, body: object): Promise<Answered["body"]> {
  return accepted(api.call("POST", `${CORE}${path}`, { compartmentId: root, ...body }));
}

async function get(path: string): Promise<Answered["body"]> {
  return (await api.call("GET", `${CORE}${path}`)).body;
}

/** A micro in a subnet of its own, with its primary private address. */
async function madeHost(assignPublicIp: boolean) {
  const vcn = await post("/vcns", { cidrBlocks: ["10.0.0.0/16"] });
  const subnet = await post("/subnets", { vcnId: vcn.id, cidrBlock: "10.0.0.0/24" });
  const [{ name: availabilityDomain }] = await get(`/availabilityDomains?compartmentId=${root}`);
  const [image] = await get(`/images?compartmentId=${root}&shape=VM.Standard.E2.1.Micro`);
  const instance = await post("/instances", {
    availabilityDomain,
    shape: "VM.Standard.E2.1.Micro",
    sourceDetails: { sourceType: "image", imageId: image.id },
    createVnicDetails: { subnetId: subnet.id, assignPublicIp },
  });
  const [{ vnicId }] = await get(`/vnicAttachments?compartmentId=${root}&instanceId=${instance.id}`);
  const [primary] = await get(`/privateIps?vnicId=${vnicId}`);
  return { vcn, instance, vnicId, primary };
}

it("a VCN has security lists beside its default one, and a subnet takes them", async () => {
  const vcn = await post("/vcns", { cidrBlocks: ["10.0.0.0/16"] });
  const rule = { protocol: "6", source: "0.0.0.0/0", tcpOptions: { destinationPortRange: { min: 80, max: 80 } } };
  const list = await post("/securityLists", { vcnId: vcn.id, displayName: "web", ingressSecurityRules: [rule] });
  expect(await get(`/securityLists/${list.id}`)).toMatchObject({
    vcnId: vcn.id,
    displayName: "web",
    ingressSecurityRules: [rule],
  });
  const subnet = await post("/subnets", { vcnId: vcn.id, cidrBlock: "10.0.0.0/24", securityListIds: [list.id] });
  expect(await get(`/subnets/${subnet.id}`)).toMatchObject({ securityListIds: [list.id] });
});

it("a reserved public IP on a primary private IP is the host's public address, and outlives it", async () => {
  const { instance, vnicId, primary } = await madeHost(false);
  const reserved = await post("/publicIps", { lifetime: "RESERVED", privateIpId: primary.id });
  expect(await get(`/vnics/${vnicId}`)).toMatchObject({ publicIp: reserved.ipAddress });
  await api.call("DELETE", `${CORE}/instances/${instance.id}`);
  expect(await get(`/publicIps/${reserved.id}`)).toMatchObject({ lifecycleState: "AVAILABLE", privateIpId: null });
});

it("a private IP that has an ephemeral public one takes no other", async () => {
  const { primary } = await madeHost(true);
  const body = { compartmentId: root, lifetime: "RESERVED", privateIpId: primary.id };
  expect(await api.call("POST", `${CORE}/publicIps`, body)).toMatchObject({ status: 409, body: { code: "Conflict" } });
});

it("an ephemeral public IP is taken from a host, stays away through a change, and is given to it again", async () => {
  const { vnicId, primary } = await madeHost(true);
  const shown = async () => (await get(`/vnics/${vnicId}`)).publicIp;
  const { id } = await post("/publicIps/actions/getByIpAddress", { ipAddress: await shown() });
  expect((await api.call("DELETE", `${CORE}/publicIps/${id}`)).status).toBe(204);
  await api.call("PUT", `${CORE}/vnics/${vnicId}`, { displayName: "renamed" });
  expect([await shown(), (await api.call("GET", `${CORE}/publicIps/${id}`)).status]).toEqual([null, 404]);
  const again = await post("/publicIps", { lifetime: "EPHEMERAL", privateIpId: primary.id });
  expect(again).toMatchObject({ lifetime: "EPHEMERAL", assignedEntityId: primary.id, ipAddress: await shown() });
});

it("a route leads to a private IP of its VCN, and to none of another", async () => {
  const { vcn, primary } = await madeHost(false);
  const rule = { destination: "192.168.0.0/16", destinationType: "CIDR_BLOCK", networkEntityId: primary.id };
  const table = await post("/routeTables", { vcnId: vcn.id, routeRules: [rule] });
  expect(await get(`/routeTables/${table.id}`)).toMatchObject({ routeRules: [rule] });
  const other = await post("/vcns", { cidrBlocks: ["10.1.0.0/16"] });
  const refused = await api.call("POST", `${CORE}/routeTables`, {
    compartmentId: root,
    vcnId: other.id,
    routeRules: [rule],
  });
  expect(refused).toMatchObject({ status: 400, body: { code: "InvalidParameter" } });
});

it.each(["22.04", "22.04 Minimal aarch64", "24.04"])("there are images of Ubuntu %s", async (version) => {
  const query = `operatingSystem=Canonical%20Ubuntu&operatingSystemVersion=${encodeURIComponent(version)}`;
  expect(await get(`/images?compartmentId=${root}&${query}`)).not.toEqual([]);
});

it("a reserved private IP is taken off its VNIC and stays, an ephemeral one is not", async () => {
  const { vnicId } = await madeHost(false);
  const [reserved, ephemeral] = [
    await post("/privateIps", { vnicId, lifetime: "RESERVED" }),
    await post("/privateIps", { vnicId }),
  ];
  const detach = ({ id }: Answered["body"]) => api.call("POST", `${CORE}/privateIps/${id}/actions/detach`);
  expect((await detach(reserved)).body).toMatchObject({ vnicId: null, ipState: "AVAILABLE" });
  expect((await detach(ephemeral)).status).toBe(409);
});

it("an availability domain is named in any case, and told as it is", async () => {
  const [{ name }] = await get(`/availabilityDomains?compartmentId=${root}`);
  const vcn = await post("/vcns", { cidrBlocks: ["10.0.0.0/16"] });
  const body = { vcnId: vcn.id, cidrBlock: "10.0.0.0/24", availabilityDomain: name.toLowerCase() };
  expect((await post("/subnets", body)).availabilityDomain).toBe(name);
});

it("a VLAN has addresses of its network, stays with them, and lists its security groups", async () => {
  const vcn = await post("/vcns", { cidrBlocks: ["10.0.0.0/16"] });
  const group = await post("/networkSecurityGroups", { vcnId: vcn.id });
  const vlan = await post("/vlans", { vcnId: vcn.id, cidrBlock: "10.0.1.0/24", nsgIds: [group.id] });
  await post("/networkSecurityGroups", { vcnId: vcn.id });
  expect(await get(`/networkSecurityGroups?vlanId=${vlan.id}`)).toMatchObject([{ id: group.id }]);
  const address = await post("/privateIps", { vlanId: vlan.id, ipAddress: "10.0.1.5" });
  expect(address).toMatchObject({ vlanId: vlan.id, subnetId: null, ipAddress: "10.0.1.5" });
  const again = await api.call("POST", `${CORE}/privateIps`, { vlanId: vlan.id, ipAddress: "10.0.1.5" });
  expect(again.status).toBe(409);
  expect((await api.call("DELETE", `${CORE}/vlans/${vlan.id}`)).status).toBe(409);
});

it("a volume is attached to several instances where each attachment is shareable", async () => {
  const { instance } = await madeHost(false);
  const { instance: other } = await madeHost(false);
  const [{ name: availabilityDomain }] = await get(`/availabilityDomains?compartmentId=${root}`);
  const { id: volumeId } = await post("/volumes", { availabilityDomain, sizeInGBs: 50 });
  const attach = (host: string, isShareable: boolean) =>
    api.call("POST", `${CORE}/volumeAttachments`, { instanceId: host, volumeId, type: "iscsi", isShareable });
  await attach(instance.id, true);
  expect([(await attach(other.id, false)).status, (await attach(other.id, true)).status]).toEqual([409, 200]);
});
