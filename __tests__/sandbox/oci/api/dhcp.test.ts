/** DHCP options: a VCN's own, and others that its subnets take. */
import { ociInventory } from "../../../../sandbox/oci/index.ts";
import { type Answered, type Api, ociApi } from "../client.ts";

const CORE = "/20160918";
const INTERNET = { type: "DomainNameServer", serverType: "VcnLocalPlusInternet", customDnsServers: [] };
const CUSTOM = { type: "DomainNameServer", serverType: "CustomDnsServer", customDnsServers: ["9.9.9.9"] };

let api: Api;
let root: string;
let vcn: Answered["body"];

beforeEach(async () => {
  api = await ociApi();
  root = api.store.state.oci.tenancyId;
  vcn = (await post("/vcns", { cidrBlocks: ["10.0.0.0/16"], dnsLabel: "lab" })).body;
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function post(path: string, body: object): Promise<Answered> {
  return api.call("POST", `${CORE}${path}`, { compartmentId: root, ...body });
}

async function madeOptions(): Promise<string> {
  return (await post("/dhcps", { vcnId: vcn.id, displayName: "ours", options: [CUSTOM] })).body.id;
}

const remove = (id: string) => api.call("DELETE", `${CORE}/dhcps/${id}`);

it("a VCN is born with options that name its domain, and keeps them under the name of then", async () => {
  await api.call("PUT", `${CORE}/vcns/${vcn.id}`, { displayName: "another" });
  expect((await api.call("GET", `${CORE}/dhcps/${vcn.defaultDhcpOptionsId}`)).body).toMatchObject({
    displayName: `Default DHCP Options for ${vcn.displayName}`,
    options: [INTERNET, { type: "SearchDomain", searchDomainNames: ["lab.oraclevcn.com"] }],
  });
});

it("the VCN's own options are changed as Terraform's default resource changes them, and cannot be deleted", async () => {
  const path = `${CORE}/dhcps/${vcn.defaultDhcpOptionsId}`;
  await api.call("PUT", path, { options: [CUSTOM] });
  expect((await api.call("GET", path)).body.options).toEqual([CUSTOM]);
  expect(await remove(vcn.defaultDhcpOptionsId)).toMatchObject({ status: 409, body: { code: "Conflict" } });
});

it("a subnet takes options of its VCN, which are then not deleted", async () => {
  const id = await madeOptions();
  const subnet = (await post("/subnets", { vcnId: vcn.id, cidrBlock: "10.0.0.0/24", dhcpOptionsId: id })).body;
  expect((await api.call("GET", `${CORE}/subnets/${subnet.id}`)).body.dhcpOptionsId).toBe(id);
  expect((await remove(id)).status).toBe(409);
  await api.call("PUT", `${CORE}/subnets/${subnet.id}`, { dhcpOptionsId: vcn.defaultDhcpOptionsId });
  expect((await remove(id)).status).toBe(204);
});

it("a subnet takes no options of another VCN, and none that do not exist", async () => {
  const other = (await post("/vcns", { cidrBlocks: ["10.1.0.0/16"] })).body;
  const subnet = (dhcpOptionsId: string) =>
    post("/subnets", { vcnId: other.id, cidrBlock: "10.1.0.0/24", dhcpOptionsId });
  expect(await subnet(await madeOptions())).toMatchObject({ status: 400, body: { code: "InvalidParameter" } });
  expect((await subnet("ocid1.dhcpoptions.oc1..nobody")).status).toBe(404);
});

it("a VCN with options beside its own is not deleted, and takes its own with it", async () => {
  const id = await madeOptions();
  expect((await api.call("DELETE", `${CORE}/vcns/${vcn.id}`)).status).toBe(409);
  await remove(id);
  await api.call("DELETE", `${CORE}/vcns/${vcn.id}`);
  expect(api.store.state.oci.dhcpOptions).toEqual([]);
});

it("the inventory has options that somebody made, and not those of the VCN", async () => {
  const id = await madeOptions();
  const found = ociInventory(api.store.state.oci).filter(({ type }) => type.includes("dhcp"));
  expect(found).toEqual([{ type: "oci_core_dhcp_options", id, name: "ours" }]);
});

it.each([
  ["no option", []],
  ["a server of one's own that is not named", [{ ...CUSTOM, customDnsServers: [] }]],
  ["four servers", [{ ...CUSTOM, customDnsServers: ["9.9.9.1", "9.9.9.2", "9.9.9.3", "9.9.9.4"] }]],
  ["servers beside Oracle's", [{ ...INTERNET, customDnsServers: ["9.9.9.9"] }]],
  ["a server that is no address", [{ ...CUSTOM, customDnsServers: ["dns.example.org"] }]],
  ["another kind of server", [{ ...INTERNET, serverType: "Mine" }]],
  ["no search domain in the option of one", [{ type: "SearchDomain", searchDomainNames: [] }]],
  ["one option twice", [INTERNET, CUSTOM]],
])("options with %s are refused", async (_what, options) => {
  const answer = await post("/dhcps", { vcnId: vcn.id, options });
  expect([answer.status, answer.body.code]).toEqual([400, "InvalidParameter"]);
});

it("options are made in a VCN that there is", async () => {
  expect((await post("/dhcps", { vcnId: "ocid1.vcn.oc1..nobody", options: [INTERNET] })).status).toBe(404);
});
