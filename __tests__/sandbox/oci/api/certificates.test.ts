/** The Certificates service: imported certificates and bundles of authorities, which load balancers use. */
import { createPrivateKey } from "node:crypto";
import { newSelfSigned } from "../../../../sandbox/pki/certificate.ts";
import { accepted, type Answered, type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

const DAY = 24 * 3600 * 1000;
const CORE = "/20160918";
const SERVICE = "/20210224";

const pair = newSelfSigned({
  from: new Date("2026-01-01T00:00:00Z"),
  until: new Date("2036-01-01T00:00:00Z"),
  commonName: "lab.test",
  names: ["lab.test"],
});
const privateKeyPem = String(createPrivateKey(pair.key).export({ format: "pem", type: "pkcs8" }));
const IMPORTED = {
  configType: "IMPORTED",
  certificatePem: pair.certificate,
  certChainPem: pair.certificate,
  privateKeyPem,
};

let api: Api;

beforeEach(async () => {
  api = await ociApi(emptyStore("pay-as-you-go"));
});

afterEach(async () => {
  const { said } = api;
  await api.end();
  expect(said).toEqual([]);
});

function post(path: string, body: object): Promise<Answered> {
  return api.call("POST", path, { compartmentId: api.store.state.oci.tenancyId, ...body });
}

const certificate = (name = "web", config: object = {}): Promise<Answered> =>
  post(`${SERVICE}/certificates`, { name, certificateConfig: { ...IMPORTED, ...config } });
const bundle = (name = "root"): Promise<Answered> =>
  post(`${SERVICE}/caBundles`, { name, caBundlePem: pair.certificate });
const get = async (path: string): Promise<Answered["body"]> => accepted(api.call("GET", path));
const refused = async (answering: Promise<Answered>): Promise<readonly [number, string]> => {
  const { status, body } = await answering;
  return [status, body.code];
};

/** A load balancer's path, with a set. */
async function balancer(): Promise<string> {
  const vcnId = (await post(`${CORE}/vcns`, { cidrBlocks: ["10.0.0.0/16"] })).body.id;
  const subnet = (await post(`${CORE}/subnets`, { vcnId, cidrBlock: "10.0.0.0/24" })).body.id;
  const shape = { shapeName: "flexible", shapeDetails: { minimumBandwidthInMbps: 10, maximumBandwidthInMbps: 10 } };
  await post("/20170115/loadBalancers", { displayName: "web", subnetIds: [subnet], ...shape });
  const path = `/20170115/loadBalancers/${api.store.state.oci.loadBalancers[0]?.id}`;
  const healthChecker = { protocol: "HTTP", urlPath: "/" };
  await post(`${path}/backendSets`, { name: "web", policy: "ROUND_ROBIN", healthChecker });
  return path;
}

const LISTENER = { name: "https", defaultBackendSetName: "web", port: 443, protocol: "HTTP" };
const listen = (path: string, sslConfiguration: object): Promise<Answered> =>
  post(`${path}/listeners`, { ...LISTENER, sslConfiguration });

test("a certificate tells what is read in it, and neither itself nor its key", async () => {
  const { id } = await accepted(certificate("web", { versionName: "a" }));
  api.turnClock(1000);
  const told = await get(`${SERVICE}/certificates/${id}`);
  expect(told).toMatchObject({
    name: "web",
    configType: "IMPORTED",
    lifecycleState: "ACTIVE",
    subject: { commonName: "lab.test" },
    currentVersion: {
      certificateId: id,
      versionNumber: 1,
      versionName: "a",
      validity: { timeOfValidityNotAfter: "2036-01-01T00:00:00.000Z" },
    },
  });
  expect([JSON.stringify(told), JSON.stringify(api.store.state)].filter((each) => each.includes("PRIVATE"))).toEqual(
    [],
  );
});

test("another import is its next version", async () => {
  const { id } = await accepted(certificate());
  const path = `${SERVICE}/certificates/${id}`;
  expect((await accepted(api.call("PUT", path, { description: "of the lab" }))).currentVersion.versionNumber).toBe(1);
  const again = await accepted(api.call("PUT", path, { certificateConfig: IMPORTED }));
  expect([again.currentVersion.versionNumber, again.description]).toEqual([2, "of the lab"]);
});

test("a key of another certificate, and one that the service would issue itself, are refused", async () => {
  const other = newSelfSigned({ from: new Date(0), until: new Date(DAY), commonName: "other", names: ["other"] });
  const key = String(createPrivateKey(other.key).export({ format: "pem", type: "pkcs8" }));
  expect(await refused(certificate("web", { privateKeyPem: key }))).toEqual([400, "InvalidParameter"]);
  const issued = { configType: "ISSUED_BY_INTERNAL_CA" };
  expect(await refused(certificate("web", issued))).toEqual([400, "NotPlayed"]);
});

test("a name is taken once in a compartment, and lists are of items", async () => {
  await accepted(certificate());
  await accepted(bundle());
  expect([await refused(certificate()), await refused(bundle())]).toEqual([
    [409, "Conflict"],
    [409, "Conflict"],
  ]);
  const query = `compartmentId=${api.store.state.oci.tenancyId}`;
  expect((await get(`${SERVICE}/certificates?${query}&name=web`)).items).toHaveLength(1);
  expect((await get(`${SERVICE}/caBundles?${query}&name=other`)).items).toEqual([]);
});

test("a certificate is deleted later, a day from now at least and usually in thirty, and that is called off", async () => {
  const { id } = await accepted(certificate());
  const path = `${SERVICE}/certificates/${id}`;
  const act = (action: string, body: object = {}): Promise<Answered> =>
    api.call("POST", `${path}/actions/${action}`, body);
  const tomorrow = new Date(Date.now() + DAY / 2).toISOString();
  expect(await refused(act("scheduleDeletion", { timeOfDeletion: tomorrow }))).toEqual([400, "InvalidParameter"]);
  await accepted(act("scheduleDeletion"));
  api.turnClock(1000);
  const { lifecycleState, timeOfDeletion } = await get(path);
  expect(lifecycleState).toBe("PENDING_DELETION");
  expect(Math.round((Date.parse(timeOfDeletion) - Date.now()) / DAY)).toBe(30);
  expect(await refused(api.call("PUT", path, { description: "x" }))).toEqual([409, "IncorrectState"]);
  await accepted(act("cancelDeletion"));
  expect((await get(path)).lifecycleState).toBe("ACTIVE");
});

test("a listener has a certificate of the service and trusts a bundle, which stay as long as it has them", async () => {
  const path = await balancer();
  const [own, trusted] = [(await accepted(certificate())).id, (await accepted(bundle())).id];
  const ssl = { certificateIds: [own], trustedCertificateAuthorityIds: [trusted] };
  expect((await listen(path, ssl)).status).toBe(202);
  expect((await get(path)).listeners.https.sslConfiguration).toMatchObject({ ...ssl, certificateName: null });
  const end = (): Promise<Answered> => api.call("POST", `${SERVICE}/certificates/${own}/actions/scheduleDeletion`, {});
  expect(await refused(end())).toEqual([409, "IncorrectState"]);
  expect(await refused(api.call("DELETE", `${SERVICE}/caBundles/${trusted}`))).toEqual([409, "IncorrectState"]);
  await api.call("DELETE", `${path}/listeners/https`);
  expect((await end()).status).toBe(204);
  expect((await api.call("DELETE", `${SERVICE}/caBundles/${trusted}`)).status).toBe(204);
});

test("a listener has one certificate, that there is, of one kind", async () => {
  const path = await balancer();
  const [own, other] = [(await accepted(certificate())).id, (await accepted(certificate("other"))).id];
  await post(`${path}/certificates`, { certificateName: "named" });
  expect(await refused(listen(path, { certificateIds: [own, other] }))).toEqual([400, "InvalidParameter"]);
  expect(await refused(listen(path, { certificateIds: [own], certificateName: "named" }))).toEqual([
    400,
    "InvalidParameter",
  ]);
  expect(await refused(listen(path, { trustedCertificateAuthorityIds: [own] }))).toEqual([
    404,
    "NotAuthorizedOrNotFound",
  ]);
});
