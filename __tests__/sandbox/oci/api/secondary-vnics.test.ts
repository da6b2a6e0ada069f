/** Secondary VNICs: as many as the shape has, with addresses like a primary one, and gone with their instance. */
import { ociInventory } from "../../../../sandbox/oci/index.ts";
import { type Answered, type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

const CORE = "/20160918";
const A1 = "VM.Standard.A1.Flex";
let api: Api;
let root: string;
let vcn: Answered["body"];
let subnet: Answered["body"];

beforeEach(async () => {
  api = await ociApi(emptyStore("pay-as-you-go"));
  root = api.store.state.oci.tenancyId;
  vcn = (await post("/vcns", { cidrBlocks: ["10.0.0.0/16"], dnsLabel: "lab" })).body;
  subnet = (await post("/subnets", { vcnId: vcn.id, cidrBlock: "10.0.0.0/24", dnsLabel: "hosts" })).body;
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function post(path: string, body: object): Promise<Answered> {
  return api.call("POST", `${CORE}${path}`, { compartmentId: root, ...body });
}

async function get(path: string): Promise<Answered["body"]> {
  return (await api.call("GET", `${CORE}${path}`)).body;
}

async function launched(shape = A1, ocpus = 1): Promise<string> {
  const [{ name: availabilityDomain }] = await get(`/availabilityDomains?compartmentId=${root}`);
  const [image] = await get(`/images?compartmentId=${root}&shape=${shape}`);
  const instance = await post("/instances", {
    availabilityDomain,
    shape,
    ...(shape === A1 && { shapeConfig: { ocpus } }),
    sourceDetails: { sourceType: "image", imageId: image.id },
    createVnicDetails: { subnetId: subnet.id, assignPublicIp: false },
  });
  return instance.body.id;
}

const attach = (instanceId: string, details: object = {}) =>
  post("/vnicAttachments", { instanceId, createVnicDetails: { subnetId: subnet.id, ...details } });

/** Attached, and past the moment that it takes. */
async function attached(instanceId: string, details: object = {}): Promise<Answered["body"]> {
  const { body } = await attach(instanceId, details);
  api.turnClock(2000);
  return get(`/vnicAttachments/${body.id}`);
}

it("a VNIC is attached after a moment, and told with all that was said of it", async () => {
  const group = (await post("/networkSecurityGroups", { vcnId: vcn.id })).body.id;
  const details = {
    displayName: "second",
    hostnameLabel: "second",
    nsgIds: [group],
    privateIp: "10.0.0.99",
    skipSourceDestCheck: true,
    freeformTags: { team: "lab" },
  };
  const instanceId = await launched();
  const { body } = await attach(instanceId, { ...details, assignPublicIp: false });
  expect(body).toMatchObject({ lifecycleState: "ATTACHING", instanceId, vnicId: null });
  api.turnClock(2000);
  const { vnicId, ...rest } = await get(`/vnicAttachments/${body.id}`);
  expect(rest).toMatchObject({ lifecycleState: "ATTACHED", vlanTag: 1, nicIndex: 0, subnetId: subnet.id });
  expect(await get(`/vnics/${vnicId}`)).toMatchObject({ ...details, isPrimary: false, publicIp: null });
});

it("the attachments of an instance are its primary VNIC's and the others'", async () => {
  const instanceId = await launched();
  const second = await attached(instanceId);
  const all = await get(`/vnicAttachments?compartmentId=${root}&instanceId=${instanceId}`);
  const primary = await Promise.all(
    all.map(async ({ vnicId }: Answered["body"]) => (await get(`/vnics/${vnicId}`)).isPrimary),
  );
  expect(primary).toEqual([true, false]);
  expect(all[1].id).toBe(second.id);
});

it.each([
  ["the micro", "VM.Standard.E2.1.Micro", 1, 0],
  ["A1 with one OCPU", A1, 1, 1],
  ["A1 with two OCPUs", A1, 2, 1],
  ["A1 with four OCPUs", A1, 4, 3],
])("%s takes as many as its shape has", async (_name, shape, ocpus, more) => {
  const instanceId = await launched(shape, ocpus);
  for (let count = 0; count < more; count += 1) expect((await attach(instanceId)).status).toBe(200);
  expect(await attach(instanceId)).toMatchObject({ status: 400, body: { code: "LimitExceeded" } });
});

it("an instance does not shrink below the VNICs that it has", async () => {
  const instanceId = await launched(A1, 3);
  await attach(instanceId);
  await attach(instanceId);
  const resize = (ocpus: number) => api.call("PUT", `${CORE}/instances/${instanceId}`, { shapeConfig: { ocpus } });
  expect(await resize(2)).toMatchObject({ status: 400, body: { code: "LimitExceeded" } });
  expect((await resize(4)).status).toBe(200);
});

it("a VNIC takes its public address from the subnet's kind, and keeps it through a change", async () => {
  const closed = { vcnId: vcn.id, cidrBlock: "10.0.1.0/24", prohibitPublicIpOnVnic: true };
  const privateSubnet = (await post("/subnets", closed)).body.id;
  const instanceId = await launched(A1, 3);
  const inside = await attached(instanceId, { subnetId: privateSubnet });
  expect((await get(`/vnics/${inside.vnicId}`)).publicIp).toBeNull();
  const { vnicId } = await attached(instanceId);
  const { publicIp } = await get(`/vnics/${vnicId}`);
  for (const id of [vnicId, inside.vnicId]) await api.call("PUT", `${CORE}/vnics/${id}`, { displayName: "renamed" });
  expect(await get(`/vnics/${vnicId}`)).toMatchObject({ displayName: "renamed", publicIp });
  expect((await get(`/vnics/${inside.vnicId}`)).publicIp).toBeNull();
});

it("a secondary VNIC takes more private addresses, and a reserved public one", async () => {
  const { vnicId } = await attached(await launched(), { assignPublicIp: false });
  expect((await post("/privateIps", { vnicId, ipAddress: "10.0.0.50" })).status).toBe(200);
  const addresses = await get(`/privateIps?vnicId=${vnicId}`);
  expect(addresses.map(({ isPrimary }: Answered["body"]) => isPrimary)).toEqual([true, false]);
  const reserved = (await post("/publicIps", { lifetime: "RESERVED", privateIpId: addresses[0].id })).body;
  expect((await get(`/vnics/${vnicId}`)).publicIp).toBe(reserved.ipAddress);
});

it("its address is nobody else's, and its subnet and group are not deleted before it", async () => {
  const group = (await post("/networkSecurityGroups", { vcnId: vcn.id })).body.id;
  const other = (await post("/subnets", { vcnId: vcn.id, cidrBlock: "10.0.1.0/24" })).body.id;
  const instanceId = await launched();
  const { id } = await attached(instanceId, { subnetId: other, privateIp: "10.0.1.9", nsgIds: [group] });
  const twin = await attach(await launched(), { subnetId: other, privateIp: "10.0.1.9" });
  expect([twin.status, twin.body.code]).toEqual([409, "Conflict"]);
  const remove = async (path: string) => (await api.call("DELETE", `${CORE}${path}`)).status;
  expect([await remove(`/subnets/${other}`), await remove(`/networkSecurityGroups/${group}`)]).toEqual([409, 409]);
  expect(await remove(`/vnicAttachments/${id}`)).toBe(204);
  expect([await remove(`/subnets/${other}`), await remove(`/networkSecurityGroups/${group}`)]).toEqual([204, 204]);
});

it("what is detached is told as such for a while, and its addresses are free", async () => {
  const { id, vnicId } = await attached(await launched(), { privateIp: "10.0.0.99" });
  await post("/privateIps", { vnicId });
  await api.call("DELETE", `${CORE}/vnicAttachments/${id}`);
  expect((await get(`/vnicAttachments/${id}`)).lifecycleState).toBe("DETACHING");
  api.turnClock(2000);
  expect((await get(`/vnicAttachments/${id}`)).lifecycleState).toBe("DETACHED");
  expect((await api.call("GET", `${CORE}/vnics/${vnicId}`)).status).toBe(404);
  expect(api.store.state.oci.privateIps).toEqual([]);
});

it("the primary VNIC is not detached", async () => {
  const instanceId = await launched();
  const [{ id }] = await get(`/vnicAttachments?compartmentId=${root}&instanceId=${instanceId}`);
  expect((await api.call("DELETE", `${CORE}/vnicAttachments/${id}`)).status).toBe(400);
});

it("an instance that is terminated takes its VNICs with it, out of the inventory too", async () => {
  const instanceId = await launched();
  const { id } = await attached(instanceId, { displayName: "second" });
  expect(ociInventory(api.store.state.oci)).toContainEqual({ type: "oci_core_vnic_attachment", id, name: "second" });
  await api.call("DELETE", `${CORE}/instances/${instanceId}`);
  expect(ociInventory(api.store.state.oci).filter(({ type }) => type === "oci_core_vnic_attachment")).toEqual([]);
});

it.each([
  ["an instance that does not exist", 404, { instanceId: "ocid1.instance.oc1..nobody" }],
  ["a subnet that does not exist", 404, { createVnicDetails: { subnetId: "ocid1.subnet.oc1..nobody" } }],
  ["a second card, which a VM has not", 400, { nicIndex: 1 }],
])("a VNIC for %s is refused", async (_what, status, said) => {
  const body = { instanceId: await launched(), createVnicDetails: { subnetId: subnet.id }, ...said };
  expect((await post("/vnicAttachments", body)).status).toBe(status);
});

it("no VNIC has an IPv6 address, which the real provider asks for with each look at an instance", async () => {
  const { vnicId } = await attached(await launched());
  expect(await get(`/ipv6?vnicId=${vnicId}`)).toEqual([]);
  expect((await api.call("GET", `${CORE}/ipv6`)).status).toBe(400);
});
