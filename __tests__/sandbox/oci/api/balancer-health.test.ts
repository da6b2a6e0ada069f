/** Health of network load balancers, over the REST API. */
import { type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

const CORE = "/20160918";
const BALANCERS = "/20200501/networkLoadBalancers";

let api: Api;
let path: string;

beforeEach(async () => {
  api = await ociApi(emptyStore("pay-as-you-go"));
  const compartmentId = api.store.state.oci.tenancyId;
  const post = (to: string, body: object) => api.call("POST", to, { compartmentId, ...body });
  const vcnId = (await post(`${CORE}/vcns`, { cidrBlocks: ["10.0.0.0/16"] })).body.id;
  const subnetId = (await post(`${CORE}/subnets`, { vcnId, cidrBlock: "10.0.0.0/24" })).body.id;
  path = `${BALANCERS}/${(await post(BALANCERS, { displayName: "api", subnetId })).body.id}`;
  await post(`${path}/backendSets`, { name: "set", policy: "FIVE_TUPLE", healthChecker: { protocol: "TCP" } });
  await post(`${path}/backendSets/set/backends`, { name: "one", ipAddress: "10.0.0.9", port: 80 });
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

test.each([
  ["a load balancer", "/health", { totalBackendSetCount: 1, unknownStateBackendSetNames: ["set"] }],
  ["a backend set", "/backendSets/set/health", { totalBackendCount: 1, unknownStateBackendNames: ["one"] }],
  ["a backend", "/backendSets/set/backends/one/health", { healthCheckResults: [] }],
  ["what a backend does", "/backendSets/set/backends/one/operationalStatus", {}],
])("the health of %s is unknown, as nothing checks it", async (_what, of, more) => {
  expect((await api.call("GET", `${path}${of}`)).body).toMatchObject({ status: "UNKNOWN", ...more });
});

test("the health of all in a compartment is listed", async () => {
  const { body } = await api.call("GET", `${BALANCERS}/health?compartmentId=${api.store.state.oci.tenancyId}`);
  expect(body.items).toEqual([{ networkLoadBalancerId: path.split("/").at(-1), status: "UNKNOWN" }]);
});

test.each(["/backendSets/gone/health", "/backendSets/set/backends/gone/health"])("%s is not found", async (of) => {
  expect((await api.call("GET", `${path}${of}`)).status).toBe(404);
});

test("policies and protocols are listed", async () => {
  const items = async (what: string) => (await api.call("GET", `/20200501/networkLoadBalancers${what}`)).body.items;
  expect(await items("Policies")).toContain("FIVE_TUPLE");
  expect(await items("Protocols")).toContain("TCP_AND_UDP");
});
