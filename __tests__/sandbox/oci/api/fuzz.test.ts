/** Requests that no client would send, but signed: they are refused, and nothing breaks. */
import * as fc from "fast-check";
import { ROUTES } from "../../../../sandbox/oci/api/routes.ts";
import { type Api, ociApi } from "../client.ts";

let api: Api;
/** Ids and names that lead somewhere, so that calls get past the first lookup. */
let known: readonly string[];

async function made(path: string, body: object): Promise<string> {
  const { status, body: said } = await api.call("POST", path, {
    compartmentId: api.store.state.oci.tenancyId,
    ...body,
  });
  expect([status < 300, said.code]).toEqual([true, undefined]);
  return said.id ?? said.name;
}

beforeAll(async () => {
  api = await ociApi();
  const { oci } = api.store.state;
  const { body } = await api.call("GET", `/20160918/availabilityDomains?compartmentId=${oci.tenancyId}`);
  const vcnId = await made("/20160918/vcns", { cidrBlocks: ["10.0.0.0/16"], dnsLabel: "lab" });
  const subnetId = await made("/20160918/subnets", { vcnId, cidrBlock: "10.0.0.0/24", dnsLabel: "hosts" });
  const group = await made("/20160918/networkSecurityGroups", { vcnId });
  const balancer = await made("/20200501/networkLoadBalancers", { displayName: "api", subnetId });
  const budget = await made("/20190111/budgets", {
    amount: 1,
    resetPeriod: "MONTHLY",
    targetType: "COMPARTMENT",
    targets: [oci.tenancyId],
  });
  const volume = await made("/20160918/volumes", { availabilityDomain: body[0].name, sizeInGBs: 50 });
  await made(`/n/${oci.namespace}/b`, { name: "bucket" });
  const names = ["bucket", oci.namespace, body[0].name, "VM.Standard.A1.Flex", "__proto__", "constructor", ""];
  known = [oci.tenancyId, vcnId, subnetId, group, balancer, budget, volume, ...names];
});

afterAll(() => api.end());

const word = () => fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...known) }, fc.string({ maxLength: 12 }));

/** Fields that the services know, with values that they may not expect. */
const FIELDS = `
  compartmentId vcnId subnetId displayName name cidrBlock cidrBlocks dnsLabel routeRules
  imageSourceDetails sourceDetails shape shapeConfig createVnicDetails metadata freeformTags
  definedTags availabilityDomain sizeInGBs securityRules securityRuleIds ingressSecurityRules
  backends healthChecker policy port protocol targets amount statements description
  shapeAvailabilities partsToCommit object schemaData imageId vnicId type threshold lifetime
  ipAddress privateIpId instanceId volumeId sourceType ocpus min max __proto__
`
  .trim()
  .split(/\s+/);

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.integer(),
    fc.string({ maxLength: 12 }),
    fc.constantFrom("10.0.1.0/24", "0.0.0.0/0", "INGRESS", "TCP", "objectStorageTuple", "RESERVED", "paravirtualized"),
    fc.array(tie("any"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(fc.constantFrom(...FIELDS), tie("any"), { maxKeys: 6 }),
}));

it("strange paths, queries and bodies are never more than refused", async () => {
  const routes = ROUTES.filter(({ raw, method }) => raw !== true && method !== "HEAD");
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...routes),
      fc.infiniteStream(word()),
      fc.dictionary(
        fc.constantFrom("compartmentId", "limit", "page", "sortBy", "sortOrder", "fields", "action"),
        word(),
      ),
      value.object,
      async ({ method, path }, words, query, body) => {
        const target = path.replace(/\{\w+\+?\}/g, () => encodeURIComponent(String(words.next().value)) || "x");
        const search = new URLSearchParams({ compartmentId: api.store.state.oci.tenancyId, ...query });
        const withCompartment = { compartmentId: api.store.state.oci.tenancyId, ...Object(body) };
        const answer = await api.call(method, `${target}?${search}`, withCompartment);
        expect([api.said, answer.status < 500]).toEqual([[], true]);
      },
    ),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 1500), seed: 5 },
  );
}, 120_000);
