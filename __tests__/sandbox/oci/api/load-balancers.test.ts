/** Load balancers of layer 7: one of 10 Mbps for a free account, parts by work requests, and what keeps each of them. */
import { ociInventory, ociOverview } from "../../../../sandbox/oci/index.ts";
import { newAuthority } from "../../../../sandbox/pki/certificate.ts";
import type { Account } from "../../../../sandbox/world/oci.ts";
import { type Answered, type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

const BALANCERS = "/20170115/loadBalancers";
const CORE = "/20160918";
let api: Api;
let vcn: string;
let subnet: string;

afterEach(async () => {
  const { said } = api;
  await api.end();
  expect(said).toEqual([]);
});

function post(path: string, body: object): Promise<Answered> {
  return api.call("POST", path, { compartmentId: api.store.state.oci.tenancyId, ...body });
}

const get = async (path: string): Promise<Answered["body"]> => (await api.call("GET", path)).body;

async function opened(account: Account = "always-free"): Promise<void> {
  api = await ociApi(emptyStore(account));
  vcn = (await post(`${CORE}/vcns`, { cidrBlocks: ["10.0.0.0/16"] })).body.id;
  subnet = (await post(`${CORE}/subnets`, { vcnId: vcn, cidrBlock: "10.0.0.0/24" })).body.id;
}

const flexible = (minimumBandwidthInMbps: number, maximumBandwidthInMbps: number) => ({
  shapeName: "flexible",
  shapeDetails: { minimumBandwidthInMbps, maximumBandwidthInMbps },
});

const create = (more: object = {}) =>
  post(BALANCERS, { displayName: "web", subnetIds: [subnet], ...flexible(10, 10), ...more });

/** The work request that an answer names, once it is done. */
async function done({ status, headers }: Answered): Promise<Answered["body"]> {
  expect(status).toBe(202);
  api.turnClock(2000);
  return get(`/20170115/loadBalancerWorkRequests/${headers.get("opc-work-request-id")}`);
}

/** A load balancer's path. */
async function made(more: object = {}): Promise<string> {
  return `${BALANCERS}/${(await done(await create(more))).loadBalancerId}`;
}

const CHECKER = { protocol: "HTTP", urlPath: "/healthz", port: 8080 };
const SET = { name: "web", policy: "ROUND_ROBIN", healthChecker: CHECKER };
const LISTENER = { name: "http", defaultBackendSetName: "web", port: 80, protocol: "HTTP" };

/** With a set, a backend and a listener. */
async function whole(more: object = {}): Promise<string> {
  const path = await made(more);
  await post(`${path}/backendSets`, SET);
  await post(`${path}/backendSets/web/backends`, { ipAddress: "10.0.0.9", port: 8080 });
  await post(`${path}/listeners`, LISTENER);
  return path;
}

it("a load balancer is made by a work request of its own kind, whose id says so", async () => {
  await opened();
  const answer = await create();
  expect([answer.status, answer.body]).toEqual([202, null]);
  const id = answer.headers.get("opc-work-request-id") ?? "";
  expect(id).toMatch(/^ocid1\.loadbalancerworkrequest\./);
  const under = await get(`/20170115/loadBalancerWorkRequests/${id}`);
  expect(under).toMatchObject({ lifecycleState: "IN_PROGRESS", type: "CreateLoadBalancer", errorDetails: [] });
  expect((await get(`${BALANCERS}/${under.loadBalancerId}`)).lifecycleState).toBe("CREATING");
  expect(await done(answer)).toMatchObject({ lifecycleState: "SUCCEEDED" });
  expect((await get(`${BALANCERS}/${under.loadBalancerId}`)).lifecycleState).toBe("ACTIVE");
  expect(await get(`${BALANCERS}/${under.loadBalancerId}/workRequests`)).toMatchObject([{ id }]);
});

it("every argument of a load balancer reads back as it was set", async () => {
  await opened("pay-as-you-go");
  const group = (await post(`${CORE}/networkSecurityGroups`, { vcnId: vcn })).body.id;
  const reserved = (await post(`${CORE}/publicIps`, { lifetime: "RESERVED" })).body;
  const said = {
    displayName: "every",
    isPrivate: false,
    ipMode: "IPV4",
    isDeleteProtectionEnabled: true,
    isRequestIdEnabled: true,
    requestIdHeader: "X-Lab",
    networkSecurityGroupIds: [group],
    freeformTags: { team: "lab" },
    definedTags: { Operations: { CostCenter: "42" } },
    ...flexible(20, 100),
  };
  const path = await made({ ...said, reservedIps: [{ id: reserved.id }] });
  const ipAddresses = [{ ipAddress: reserved.ipAddress, isPublic: true, reservedIp: { id: reserved.id } }];
  expect(await get(path)).toMatchObject({ ...said, subnetIds: [subnet], ipAddresses });
});

it("every argument of its parts reads back as it was set", async () => {
  await opened();
  const path = await made();
  const set = {
    ...SET,
    policy: "LEAST_CONNECTIONS",
    backendMaxConnections: 300,
    healthChecker: {
      ...CHECKER,
      returnCode: 204,
      retries: 5,
      timeoutInMillis: 4000,
      intervalInMillis: 20_000,
      responseBodyRegex: "^ok$",
      isForcePlainText: true,
    },
    lbCookieSessionPersistenceConfiguration: {
      cookieName: "lab",
      disableFallback: true,
      domain: "example.org",
      path: "/a",
      maxAgeInSeconds: 60,
      isSecure: false,
      isHttpOnly: false,
    },
    sslConfiguration: { verifyDepth: 2, verifyPeerCertificate: false, protocols: ["TLSv1.3"], cipherSuiteName: "ours" },
  };
  await post(`${path}/backendSets`, set);
  const backend = {
    ipAddress: "10.0.0.9",
    port: 81,
    weight: 3,
    maxConnections: 256,
    backup: true,
    drain: true,
    offline: true,
  };
  await post(`${path}/backendSets/web/backends`, backend);
  const listener = {
    ...LISTENER,
    protocol: "TCP",
    connectionConfiguration: {
      idleTimeout: 400,
      backendTcpProxyProtocolVersion: 2,
      backendTcpProxyProtocolOptions: ["PP2_TYPE_AUTHORITY"],
    },
    sslConfiguration: { hasSessionResumption: false, serverOrderPreference: "DISABLED" },
  };
  await post(`${path}/listeners`, listener);
  expect(await get(`${path}/backendSets/web`)).toMatchObject(set);
  expect(await get(`${path}/backendSets/web/backends/10.0.0.9:81`)).toMatchObject(backend);
  expect((await get(path)).listeners).toMatchObject({ http: listener });
});

it("a free account has one, of 10 Mbps", async () => {
  await opened();
  const refused = await create(flexible(10, 20));
  expect([refused.status, refused.body.code]).toEqual([400, "LimitExceeded"]);
  expect(refused.body.message).toContain("lb-flexible-bandwidth-sum (limit 10, used 0, asked 20 more)");
  const path = await made();
  expect((await create()).body.message).toContain("lb-flexible-count (limit 1, used 1, asked 1 more)");
  expect((await api.call("PUT", `${path}/updateShape`, flexible(10, 11))).body.code).toBe("LimitExceeded");
});

it("the shape of a load balancer grows and shrinks", async () => {
  await opened("pay-as-you-go");
  const path = await made(flexible(10, 100));
  await done(await api.call("PUT", `${path}/updateShape`, flexible(20, 50)));
  expect(await get(path)).toMatchObject(flexible(20, 50));
});

it.each([
  ["a fixed shape", { shapeName: "100Mbps" }],
  ["less than 10 Mbps", flexible(5, 10)],
  ["a minimum over its maximum", flexible(20, 10)],
  ["more than 8000 Mbps", flexible(10, 8001)],
  ["no subnet", { subnetIds: [] }],
  ["a header that is none of one's own", { requestIdHeader: "Cookie" }],
  ["IPv6", { ipMode: "IPV6" }],
])("a load balancer with %s is refused", async (_what, more) => {
  await opened("pay-as-you-go");
  expect((await create(more)).status).toBeGreaterThanOrEqual(400);
  expect(api.store.state.oci.loadBalancers).toEqual([]);
});

it("a public one takes a regional subnet, or two of two availability domains", async () => {
  await opened("pay-as-you-go");
  const domains = await get(`${CORE}/availabilityDomains?compartmentId=${api.store.state.oci.tenancyId}`);
  const inDomain = async (index: number, cidrBlock: string): Promise<string> =>
    (await post(`${CORE}/subnets`, { vcnId: vcn, cidrBlock, availabilityDomain: domains[index].name })).body.id;
  const [first, second] = [await inDomain(0, "10.0.1.0/24"), await inDomain(1, "10.0.2.0/24")];
  expect((await create({ subnetIds: [first] })).status).toBe(400);
  expect((await create({ subnetIds: [subnet, first] })).status).toBe(400);
  expect((await create({ subnetIds: [first, second] })).status).toBe(202);
  expect((await create({ subnetIds: [first], isPrivate: true })).status).toBe(202);
});

it("a subnet without public addresses has private ones only", async () => {
  await opened();
  const closed = { vcnId: vcn, cidrBlock: "10.0.1.0/24", prohibitPublicIpOnVnic: true };
  const subnetIds = [(await post(`${CORE}/subnets`, closed)).body.id];
  expect((await create({ subnetIds })).status).toBe(400);
  const path = await made({ subnetIds, isPrivate: true });
  const address = { assignedPrivateIpv4: "10.0.1.2", subnetId: subnetIds[0], isPrivate: true, displayName: "other" };
  expect((await post("/20200501/networkLoadBalancers", address)).status).toBe(409);
  expect((await get(path)).ipAddresses).toEqual([{ ipAddress: "10.0.1.2", isPublic: false, reservedIp: null }]);
});

it("its subnet, group and reserved address are not deleted before it, and the address stays", async () => {
  await opened();
  const group = (await post(`${CORE}/networkSecurityGroups`, { vcnId: vcn })).body.id;
  const reserved = (await post(`${CORE}/publicIps`, { lifetime: "RESERVED" })).body.id;
  const path = await made({ networkSecurityGroupIds: [group], reservedIps: [{ id: reserved }] });
  const held = [`subnets/${subnet}`, `networkSecurityGroups/${group}`, `publicIps/${reserved}`];
  for (const each of held) expect([each, (await api.call("DELETE", `${CORE}/${each}`)).status]).toEqual([each, 409]);
  await done(await api.call("DELETE", path));
  expect((await api.call("GET", path)).status).toBe(404);
  expect((await get(`${CORE}/publicIps/${reserved}`)).lifecycleState).toBe("AVAILABLE");
  for (const each of held) expect([each, (await api.call("DELETE", `${CORE}/${each}`)).status]).toEqual([each, 204]);
});

it("one that is protected and takes traffic is not deleted", async () => {
  await opened();
  const path = await whole({ isDeleteProtectionEnabled: true });
  expect((await api.call("DELETE", path)).status).toBe(409);
  await api.call("PUT", path, { isDeleteProtectionEnabled: false });
  expect((await api.call("DELETE", path)).status).toBe(202);
});

it("parts are changed, each by a work request, and keep their names", async () => {
  await opened();
  const path = await whole();
  const change = (part: string, body: object) => api.call("PUT", `${path}/${part}`, body);
  const backends = [{ ipAddress: "10.0.0.10", port: 1 }];
  expect((await done(await change("backendSets/web", { ...SET, policy: "IP_HASH", backends }))).type).toBe(
    "UpdateBackendSet",
  );
  await done(
    await change("backendSets/web/backends/10.0.0.10:1", { weight: 9, backup: false, drain: true, offline: false }),
  );
  await done(await change("backendSets/web/healthChecker", { protocol: "TCP" }));
  await done(await change("listeners/http", { ...LISTENER, name: "other", port: 81 }));
  expect(await get(`${path}/backendSets`)).toMatchObject([
    {
      policy: "IP_HASH",
      healthChecker: { protocol: "TCP", port: 0 },
      backends: [{ name: "10.0.0.10:1", weight: 9, drain: true }],
    },
  ]);
  expect((await get(path)).listeners).toMatchObject({ http: { name: "http", port: 81 } });
});

it("a set with a listener is not deleted, and goes with its backends after it", async () => {
  await opened();
  const path = await whole();
  const remove = async (part: string) => (await api.call("DELETE", `${path}/${part}`)).status;
  expect(await remove("backendSets/web")).toBe(409);
  expect(await remove("listeners/http")).toBe(202);
  expect(await remove("backendSets/web/backends/10.0.0.9:8080")).toBe(202);
  expect(await remove("backendSets/web")).toBe(202);
  expect(await get(path)).toMatchObject({ listeners: {}, backendSets: {} });
});

it.each([
  ["a set of a name that there is", "backendSets", SET, 409],
  ["a set of another policy", "backendSets", { ...SET, name: "b", policy: "FIVE_TUPLE" }, 400],
  ["a set without a health check", "backendSets", { name: "b", policy: "IP_HASH" }, 400],
  [
    "a set with a certificate that is not there",
    "backendSets",
    { ...SET, name: "b", sslConfiguration: { certificateName: "no" } },
    400,
  ],
  ["a backend that is there", "backendSets/web/backends", { ipAddress: "10.0.0.9", port: 8080 }, 409],
  ["a backend by name", "backendSets/web/backends", { ipAddress: "host.example.org", port: 80 }, 400],
  ["a backend of a set that is not there", "backendSets/no/backends", { ipAddress: "10.0.0.8", port: 80 }, 404],
  [
    "a listener of a set that is not there",
    "listeners",
    { ...LISTENER, name: "b", port: 81, defaultBackendSetName: "no" },
    404,
  ],
  ["a second listener on a port", "listeners", { ...LISTENER, name: "b" }, 409],
  ["a listener of UDP", "listeners", { ...LISTENER, name: "b", port: 81, protocol: "UDP" }, 400],
  ["a listener with host names", "listeners", { ...LISTENER, name: "b", port: 81, hostnameNames: ["a"] }, 400],
  ["a certificate that is none", "certificates", { certificateName: "a", publicCertificate: "none" }, 400],
])("%s is refused", async (_what, part, body, status) => {
  await opened();
  const path = await whole();
  const before = await get(path);
  expect((await post(`${path}/${part}`, body)).status).toBe(status);
  expect(await get(path)).toEqual(before);
});

it("a certificate comes with its own key, and is not deleted while a listener has it", async () => {
  await opened();
  const path = await whole();
  const [from, until] = [new Date(), new Date(Date.now() + 86_400_000)];
  const [one, other] = ["one", "other"].map((commonName) => newAuthority({ curve: "p256", commonName, from, until }));
  const add = (key: string | undefined) =>
    post(`${path}/certificates`, { certificateName: "ours", publicCertificate: one?.certificate, privateKey: key });
  expect((await add(other?.key)).status).toBe(400);
  expect((await done(await add(one?.key))).type).toBe("CreateCertificate");
  expect(await get(`${path}/certificates`)).toEqual([
    { certificateName: "ours", publicCertificate: one?.certificate, caCertificate: "" },
  ]);
  const secure = { name: "https", defaultBackendSetName: "web", port: 443, protocol: "HTTP" };
  await done(await post(`${path}/listeners`, { ...secure, sslConfiguration: { certificateName: "ours" } }));
  const remove = async () => (await api.call("DELETE", `${path}/certificates/ours`)).status;
  expect(await remove()).toBe(409);
  await api.call("DELETE", `${path}/listeners/https`);
  expect(await remove()).toBe(202);
});

it("a bundle may be a name alone, and a backend set tells nothing of sessions", async () => {
  await opened();
  const path = await made();
  await done(await post(`${path}/certificates`, { certificateName: "ours" }));
  await done(await post(`${path}/backendSets`, { ...SET, sslConfiguration: { certificateName: "ours" } }));
  const [set] = await get(`${path}/backendSets`);
  expect(set.sslConfiguration).toMatchObject({ certificateName: "ours" });
  expect(set.sslConfiguration).not.toHaveProperty("hasSessionResumption");
  await done(await post(`${path}/listeners`, { ...LISTENER, sslConfiguration: { certificateName: "ours" } }));
  expect((await get(path)).listeners.http.sslConfiguration).toMatchObject({ hasSessionResumption: false });
});

it("tells the rules of a listener's sets", async () => {
  await opened();
  const path = await made();
  await done(await post(`${path}/backendSets`, SET));
  const rule = { action: "REMOVE_HTTP_REQUEST_HEADER", header: "x-debug" };
  await done(await post(`${path}/ruleSets`, { name: "clean", items: [rule] }));
  await done(await post(`${path}/listeners`, { ...LISTENER, ruleSetNames: ["clean"] }));
  expect(await get(`${path}/listeners/http/rules`)).toEqual([{ ruleSetName: "clean", rule }]);
});

it("has an IPv6 address of its subnet while its traffic is IPv6", async () => {
  await opened();
  const CIDRS = { cidrBlocks: ["10.1.0.0/16"], isIpv6Enabled: true };
  const { id: vcnId, ipv6CidrBlocks } = (await post(`${CORE}/vcns`, CIDRS)).body;
  const ipv6CidrBlock = ipv6CidrBlocks[0].replace("/56", "/64");
  subnet = (await post(`${CORE}/subnets`, { vcnId, cidrBlock: "10.1.0.0/24", ipv6CidrBlock })).body.id;
  const path = await made();
  await done(await api.call("PUT", path, { ipMode: "IPV6" }));
  expect(await get(path)).toMatchObject({ ipMode: "IPV6", ipAddresses: [{ ipAddress: "2001:db8:0:100::2" }] });
  await done(await api.call("PUT", path, { ipMode: "IPV4" }));
  expect((await get(path)).ipAddresses[0].ipAddress).not.toContain(":");
});

it("a backup goes into no set of IP_HASH", async () => {
  await opened();
  const path = await made();
  await post(`${path}/backendSets`, { ...SET, policy: "IP_HASH" });
  const backup = { ipAddress: "10.0.0.9", port: 80, backup: true };
  expect((await post(`${path}/backendSets/web/backends`, backup)).status).toBe(400);
});

it("its health is unknown, as nothing checks it, and so is that of its parts", async () => {
  await opened();
  const path = await made();
  await post(`${path}/backendSets`, SET);
  await post(`${path}/backendSets/web/backends`, { ipAddress: "10.0.0.9", port: 80 });
  const health = async (of: string) => (await api.call("GET", `${path}${of}/health`)).body;
  expect(await health("")).toMatchObject({ status: "UNKNOWN", unknownStateBackendSetNames: ["web"] });
  expect(await health("/backendSets/web")).toMatchObject({ unknownStateBackendNames: ["10.0.0.9:80"] });
  expect(await health("/backendSets/web/backends/10.0.0.9:80")).toMatchObject({ healthCheckResults: [] });
  const all = await api.call("GET", `/20170115/loadBalancerHealths?compartmentId=${api.store.state.oci.tenancyId}`);
  expect(all.body).toEqual([{ loadBalancerId: path.split("/").at(-1), status: "UNKNOWN" }]);
});

it("parts within a create are not played, and it says so", async () => {
  await opened();
  expect((await create({ listeners: { http: LISTENER } })).body.code).toBe("NotPlayed");
});

it("the inventory has it with its parts, and the overview its address and ports", async () => {
  await opened();
  const id = (await whole()).slice(BALANCERS.length + 1);
  const found = ociInventory(api.store.state.oci).filter(({ type }) => type.startsWith("oci_load_balancer"));
  expect(found).toEqual([
    { type: "oci_load_balancer_load_balancer", id, name: "web" },
    { type: "oci_load_balancer_backend_set", id: `loadBalancers/${id}/backendSets/web`, name: "web" },
    {
      type: "oci_load_balancer_backend",
      id: `loadBalancers/${id}/backendSets/web/backends/10.0.0.9:8080`,
      name: "10.0.0.9:8080",
    },
    { type: "oci_load_balancer_listener", id: `loadBalancers/${id}/listeners/http`, name: "http" },
  ]);
  const { loadBalancers, limits } = ociOverview(api.store.state.oci);
  expect(loadBalancers).toEqual([{ name: "web", publicIp: expect.stringContaining("."), ports: [80] }]);
  expect(limits).toContainEqual({ name: "lb-flexible-bandwidth-sum", used: 10, limit: 10 });
});
