/** An argument that is taken is told again: what a create sets reads back as set, for every resource and all its arguments. */
import { apiName } from "../../../../sandbox/oci/model/fields.ts";
import type { Attributes } from "../../../../sandbox/plugin/resource.ts";
import { type Case, titleOf, toldOf } from "../arguments/case.ts";
import { CASES } from "../arguments/index.ts";
import { argumentWorld, CORE, type Made } from "../arguments/world.ts";
import { bodyOf, everyArgument, notPlayedOf, schemas } from "../arguments/configurations.ts";
import { type Answered, type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

let api: Api;
let made: Made;

beforeAll(async () => {
  api = await ociApi(emptyStore("pay-as-you-go"));
  made = await argumentWorld(api);
});

afterAll(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

async function get(path: string): Promise<Answered["body"]> {
  return (await api.call("GET", path)).body;
}

/** What a create says, and what of it is told again. */
function bodies(each: Case, made: Made): { readonly sent: Attributes; readonly told: Attributes } {
  const said = each.said(made);
  const config = everyArgument(each.resource, { ...said, values: { compartment_id: made.root, ...said.values } });
  const asBody = each.body ?? ((body: Attributes) => body);
  return {
    sent: asBody(bodyOf(each.resource, config)),
    told: { ...asBody(bodyOf(each.resource, toldOf(config, each))), ...each.shows?.(made) },
  };
}

function caseOf(resource: string, variant?: string): Case {
  const found = CASES.find((each) => each.resource === resource && each.variant === variant);
  if (!found) throw new Error(`there is no case of ${resource}`);
  return found;
}

/** The body of an answer that is no refusal. */
function accepted({ status, body }: Answered): Answered["body"] {
  expect([status, status < 300 ? null : body]).toEqual([expect.any(Number), null]);
  return body;
}

const known = CASES.filter(({ resource }) => resource in schemas).map((each) => ({ ...each, title: titleOf(each) }));

it.each(known.filter(({ path }) => path !== undefined))(
  "$title reads back with every argument as it was set",
  async (each) => {
    const place = each.path?.(made) ?? "";
    const { sent, told } = bodies(each, made);
    const body = accepted(await api.call("POST", place, sent));
    // The VNIC tells its own.
    const { createVnicDetails: _vnic, type: _type, ...own } = told;
    const name = each.named === undefined ? body.id : sent[each.named];
    // Oracle's own, which the provider reads where its schema has them: untold they are a difference in every plan.
    const { system_tags: tags } = schemas[each.resource]?.block.attributes ?? {};
    expect(await get(`${place}/${name}`)).toMatchObject({ ...own, ...(tags && { systemTags: expect.any(Object) }) });
  },
);

test("the VNIC of an instance tells what the instance was launched with", async () => {
  const host = api.store.state.oci.instances.find(({ displayName }) => displayName === "a-display-name");
  const { createVnicDetails } = bodies(caseOf("oci_core_instance"), made).told;
  const { assignPublicIp: _asked, ipv6AddressIpv6SubnetCidrPairDetails: pairs, ...told } = Object(createVnicDetails);
  const ipv6Addresses = Object(pairs).map(({ ipv6Address }: { ipv6Address: string }) => ipv6Address);
  expect(await get(`${CORE}/vnics/${host?.vnic.id}`)).toMatchObject({
    ...told,
    publicIp: host?.publicIp,
    ipv6Addresses,
  });
});

const named = known.filter(({ path, resource }) => {
  const { attributes } = schemas[resource]?.block ?? {};
  // Terraform replaces an attachment for another name.
  return path !== undefined && attributes?.["freeform_tags"]?.optional === true && !resource.endsWith("_attachment");
});

describe("after it was made,", () => {
  let other: Api;
  let there: Made;
  beforeAll(async () => {
    other = await ociApi(emptyStore("pay-as-you-go"));
    there = await argumentWorld(other);
  });
  afterAll(() => other.end());

  it.each(named)("$title takes other tags, and another name if it has one that is no identity", async (each) => {
    const place = each.path?.(there) ?? "";
    const { sent } = bodies(each, there);
    const made = accepted(await other.call("POST", place, sent));
    const path = `${place}/${each.named === undefined ? made.id : sent[each.named]}`;
    const changes = {
      ...(typeof sent.displayName === "string" && { displayName: "another-name" }),
      freeformTags: { of: "another" },
    };
    // Object Storage updates by POST.
    const method = each.resource.startsWith("oci_objectstorage_") ? "POST" : "PUT";
    accepted(await other.call(method, path, changes));
    expect((await other.call("GET", path)).body).toMatchObject(changes);
  });
});

const groupRules = known.filter(({ resource }) => resource === "oci_core_network_security_group_security_rule");

it.each(groupRules)("$title reads back with every argument as it was set", async (each) => {
  const { sent, told } = bodies(each, made);
  const group = `${CORE}/networkSecurityGroups/${made.group}`;
  const { securityRules } = accepted(
    await api.call("POST", `${group}/actions/addSecurityRules`, { securityRules: [sent] }),
  );
  const rules: readonly { readonly id: string }[] = await get(`${group}/securityRules`);
  expect(rules.find(({ id }) => id === securityRules[0].id)).toMatchObject(told);
});

const ofVcns = [
  ["oci_core_default_security_list", "securityLists"],
  ["oci_core_default_route_table", "routeTables"],
  ["oci_core_default_dhcp_options", "dhcps"],
] as const;

it.each(ofVcns.filter(([resource]) => resource in schemas))(
  "%s reads back with every argument as it was set",
  async (resource, collection) => {
    const { sent, told } = bodies(caseOf(resource), made);
    const { id, ...body } = sent;
    accepted(await api.call("PUT", `${CORE}/${collection}/${id}`, body));
    expect(await get(`${CORE}/${collection}/${id}`)).toMatchObject(told);
  },
);

const reports = known.filter(({ resource }) => resource === "oci_core_compute_capacity_report");

it.each(reports)("$title tells what it was asked", async (each) => {
  const { sent, told } = bodies(each, made);
  expect(accepted(await api.call("POST", `${CORE}/computeCapacityReports`, sent))).toMatchObject(told);
});

test("a boot volume grows, and what else is to be changed of it is not played", async () => {
  const { bootVolumeId } = api.store.state.oci.instances.find(({ id }) => id === made.instance) ?? {};
  const volume = `${CORE}/bootVolumes/${bootVolumeId}`;
  const { displayName } = await get(volume);
  expect(accepted(await api.call("PUT", volume, { displayName, sizeInGBs: 60 }))).toMatchObject({ sizeInGBs: 60 });
  for (const more of [{ displayName: "another" }, { vpusPerGB: 20 }, { freeformTags: { of: "its own" } }])
    expect((await api.call("PUT", volume, more)).body.code).toBe("NotPlayed");
});

test("oci_core_shape_management reads back as it was set", async () => {
  const entry = `${CORE}/images/${made.bareImage}/shapes/VM.Standard.A1.Flex`;
  accepted(await api.call("PUT", entry, {}));
  expect(await get(entry)).toMatchObject({ imageId: made.bareImage, shape: "VM.Standard.A1.Flex" });
});

test("oci_objectstorage_object_lifecycle_policy reads back with every argument as it was set", async () => {
  const { sent, told } = bodies(caseOf("oci_objectstorage_object_lifecycle_policy"), made);
  const statements = ["Allow service objectstorage-eu-frankfurt-1 to manage object-family in tenancy"];
  const permission = { compartmentId: made.root, name: "lifecycle", description: "", statements };
  accepted(await api.call("POST", `${CORE}/policies`, permission));
  const policy = `/n/${made.namespace}/b/${made.bucket}/l`;
  accepted(await api.call("PUT", policy, sent));
  expect(await get(policy)).toMatchObject(told);
});

// The arguments of oci_objectstorage_object, as the provider sends them.
const HEADERS = {
  "content-type": "text/plain",
  "content-language": "de",
  "content-disposition": "inline",
  "cache-control": "no-store",
  "storage-tier": "InfrequentAccess",
  "opc-meta-team": "lab",
};

test("oci_objectstorage_object reads back with every argument as it was set", async () => {
  const object = `/n/${made.namespace}/b/${made.bucket}/o/hello`;
  accepted(await api.put(object, "hello", HEADERS));
  const { headers } = await api.call("HEAD", object);
  expect(Object.fromEntries(headers)).toMatchObject(HEADERS);
  expect((await api.download(object)).toString()).toBe("hello");
});

test("an object that comes in parts reads back with every argument as it was set", async () => {
  const bucket = `/n/${made.namespace}/b/${made.bucket}`;
  const { uploadId } = accepted(
    await api.call("POST", `${bucket}/u`, {
      object: "in-parts",
      contentType: "text/plain",
      contentLanguage: "de",
      contentDisposition: "inline",
      cacheControl: "no-store",
      storageTier: "InfrequentAccess",
      metadata: { "opc-meta-team": "lab" },
    }),
  );
  const part = await api.put(`${bucket}/u/in-parts?uploadId=${uploadId}&uploadPartNum=1`, "hello");
  const partsToCommit = [{ partNum: 1, etag: part.headers.get("etag") }];
  accepted(await api.call("POST", `${bucket}/u/in-parts?uploadId=${uploadId}`, { partsToCommit }));
  expect(Object.fromEntries((await api.call("HEAD", `${bucket}/o/in-parts`)).headers)).toMatchObject(HEADERS);
});

// Only the whole provider's schema, beside the checkout, has these.
for (const { resource } of CASES.filter((each) => !(each.resource in schemas)))
  test.skip(`${resource}: its schema is not here`, () => undefined);

const refused = known.flatMap(({ path, title, ...given }) =>
  (path === undefined ? [] : notPlayedOf(given.resource)).map((argument) => ({
    title,
    argument,
    place: path ?? (() => ""),
  })),
);

it.each(refused)("$title says that $argument is not played", async ({ argument, place }) => {
  const names = argument.split(".").map(apiName);
  const nested = names.reduceRight<Attributes>(
    (inner, name, index) => ({ [name]: index === names.length - 1 ? "x" : inner }),
    {},
  );
  const answer = await api.call("POST", place(made), { compartmentId: made.root, ...nested });
  expect([answer.status, answer.body.code]).toEqual([400, "NotPlayed"]);
});

test.each([
  ["a load balancer of IPv6 alone", "oci_network_load_balancer_network_load_balancer", { nlbIpVersion: "IPV6" }],
])("%s is not played", async (_what, resource, more) => {
  const each = caseOf(resource);
  const answer = await api.call("POST", each.path?.(made) ?? "", { ...bodies(each, made).sent, ...more });
  expect([answer.status, answer.body.code]).toEqual([400, "NotPlayed"]);
});

test("a load balancer's reserved address is free again when the balancer is gone", async () => {
  const [balancer] = api.store.state.oci.networkLoadBalancers.slice(-1);
  const address = `${CORE}/publicIps/${made.reservedIp}`;
  expect((await api.call("DELETE", address)).status).toBe(409);
  accepted(await api.call("DELETE", `/20200501/networkLoadBalancers/${balancer?.id}`));
  expect(await get(address)).toMatchObject({ lifecycleState: "AVAILABLE", privateIpId: null });
});
