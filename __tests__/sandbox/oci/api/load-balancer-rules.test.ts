/** What listeners of load balancers go by: host names, rule sets, path routes, routing policies, cipher suites. */
import { type Answered, type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

const BALANCERS = "/20170115/loadBalancers";
const CORE = "/20160918";
let api: Api;
let path: string;

const post = (to: string, body: object): Promise<Answered> => api.call("POST", to, body);

beforeEach(async () => {
  api = await ociApi(emptyStore("pay-as-you-go"));
  const compartmentId = api.store.state.oci.tenancyId;
  const vcn = (await post(`${CORE}/vcns`, { compartmentId, cidrBlocks: ["10.0.0.0/16"] })).body.id;
  const subnet = (await post(`${CORE}/subnets`, { compartmentId, vcnId: vcn, cidrBlock: "10.0.0.0/24" })).body.id;
  const shapeDetails = { minimumBandwidthInMbps: 10, maximumBandwidthInMbps: 10 };
  await post(BALANCERS, {
    compartmentId,
    displayName: "web",
    subnetIds: [subnet],
    shapeName: "flexible",
    shapeDetails,
  });
  path = `${BALANCERS}/${api.store.state.oci.loadBalancers[0]?.id}`;
  await post(`${path}/backendSets`, { name: "web", policy: "ROUND_ROBIN", healthChecker: { protocol: "TCP" } });
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

const LISTENER = { name: "http", defaultBackendSetName: "web", port: 80, protocol: "HTTP" };

const PARTS = [
  ["hostnames", { name: "a", hostname: "app.example.com" }, { hostnameNames: ["a"] }],
  ["ruleSets", { name: "a", items: [{ action: "REMOVE_HTTP_REQUEST_HEADER", header: "x" }] }, { ruleSetNames: ["a"] }],
  [
    "pathRouteSets",
    { name: "a", pathRoutes: [{ path: "/v", backendSetName: "web", pathMatchType: { matchType: "EXACT_MATCH" } }] },
    { pathRouteSetName: "a" },
  ],
  [
    "routingPolicies",
    {
      name: "a",
      conditionLanguageVersion: "V1",
      rules: [{ name: "r", condition: "x", actions: [{ name: "FORWARD_TO_BACKENDSET", backendSetName: "web" }] }],
    },
    { routingPolicyName: "a" },
  ],
] as const;

it.each(PARTS)("one of %s reads back, and is not deleted while a listener has it", async (list, body, used) => {
  expect((await post(`${path}/${list}`, body)).status).toBe(202);
  expect((await api.call("GET", `${path}/${list}/a`)).body).toEqual(body);
  expect((await api.call("GET", path)).body[list]).toEqual({ a: body });
  expect((await post(`${path}/listeners`, { ...LISTENER, ...used })).status).toBe(202);
  expect((await api.call("DELETE", `${path}/${list}/a`)).status).toBe(409);
  await api.call("DELETE", `${path}/listeners/http`);
  expect((await api.call("DELETE", `${path}/${list}/a`)).status).toBe(202);
});

it.each(PARTS)("a listener cannot name one of %s that is not there", async (_list, _body, used) => {
  expect((await post(`${path}/listeners`, { ...LISTENER, ...used })).status).toBe(400);
});

it("listeners on one port are told apart by their host names", async () => {
  for (const name of ["a", "b"]) await post(`${path}/hostnames`, { name, hostname: `${name}.example.com` });
  const listen = (name: string, hostnameNames: string[]) =>
    post(`${path}/listeners`, { ...LISTENER, name, hostnameNames });
  expect((await listen("a", ["a"])).status).toBe(202);
  expect((await listen("b", ["b"])).status).toBe(202);
  expect((await listen("c", ["a"])).status).toBe(409);
});

it("routes lead to backend sets that are there", async () => {
  const pathRoutes = [{ path: "/", backendSetName: "gone", pathMatchType: { matchType: "PREFIX_MATCH" } }];
  expect((await post(`${path}/pathRouteSets`, { name: "a", pathRoutes })).status).toBe(400);
});

it("a rule says what its kind needs", async () => {
  const items = [{ action: "ADD_HTTP_REQUEST_HEADER", header: "x" }];
  expect((await post(`${path}/ruleSets`, { name: "a", items })).status).toBe(400);
});

it("a cipher suite of one's own is used by listeners, and is not named as Oracle's are", async () => {
  const suite = { name: "own", ciphers: ["AES128-SHA"] };
  await post(`${path}/sslCipherSuites`, suite);
  expect((await api.call("GET", path)).body.sslCipherSuites).toEqual({ own: suite });
  const oracles = { ...suite, name: "oci-default-ssl-cipher-suite-v1" };
  expect((await post(`${path}/sslCipherSuites`, oracles)).status).toBe(400);
});
