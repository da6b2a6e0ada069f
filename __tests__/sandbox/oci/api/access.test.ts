/** Who may do what: policies, groups, users and dynamic groups, kept as the identity service keeps them. */
import { ociInventory } from "../../../../sandbox/oci/index.ts";
import { remove } from "../../../../sandbox/oci/kernel/deletion.ts";
import { change, create } from "../../../../sandbox/oci/kernel/operations.ts";
import type { Resource } from "../../../../sandbox/oci/kernel/resource.ts";
import { dynamicGroup } from "../../../../sandbox/oci/resources/dynamic-group.ts";
import { group } from "../../../../sandbox/oci/resources/group.ts";
import { policy } from "../../../../sandbox/oci/resources/policy.ts";
import { user } from "../../../../sandbox/oci/resources/user.ts";
import { find } from "../../../../sandbox/oci/model/records.ts";
import type { Attributes, ProviderContext } from "../../../../sandbox/plugin/resource.ts";
import { accepted, type Answered, type Api, ociApi } from "../client.ts";

const CORE = "/20160918";
let api: Api;
let root: string;

beforeAll(async () => {
  api = await ociApi();
  root = api.store.state.oci.tenancyId;
});

beforeEach(() => {
  const nothing = { compartments: [], policies: [], groups: [], dynamicGroups: [], users: [], memberships: [] };
  Object.assign(api.store.state.oci, { ...nothing, deletedCompartments: [], homeRegion: null });
});

afterAll(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function post(path: string, body: object): Promise<Answered> {
  return api.call("POST", `${CORE}${path}`, { compartmentId: root, description: "of a test", ...body });
}

const made = (path: string, body: object): Promise<Answered["body"]> => accepted(post(path, body));

async function get(path: string): Promise<Answered["body"]> {
  return (await api.call("GET", `${CORE}${path}`)).body;
}

function saying(...statements: readonly string[]): Promise<Answered> {
  return post("/policies", { name: "a-policy", statements });
}

function refusal({ status, body }: Answered) {
  return [status, body?.code, body?.message];
}

const lab = { name: "lab", email: "lab@example.com" };

it.each([
  "Allow group Admins to manage all-resources in tenancy",
  "allow GROUP 'Default'/'Lab Admins', Others to READ buckets IN TENANCY",
  "Allow group id ocid1.group.oc1..a, group id ocid1.group.oc1..b to inspect users in tenancy",
  "Allow dynamic-group hosts to use volume-family in compartment lab where request.region = 'fra'",
  "Allow any-user to {INSTANCE_READ, VNIC_READ} in compartment lab:guests where all {request.user.name = 'x'}",
  "Allow service objectstorage-eu-frankfurt-1 to manage object-family in compartment id LAB",
  "Allow group Admins to read instances in >> tenancy",
])("takes the statement: %s", async (statement) => {
  const outer = await made("/compartments", { name: "lab" });
  await made("/compartments", { name: "guests", compartmentId: outer.id });
  const said = statement.replace("LAB", outer.id);
  const { status, body } = await saying(said);
  expect([status, body.statements]).toEqual([200, [said]]);
});

it.each([
  ["Allow group Admins to manage all-resources", "'syntax error starting with <<EOF>>'@'line 1, char 43'"],
  ["Permit group Admins to manage x in tenancy", "'syntax error starting with Permit'@'line 1, char 1'"],
  ["Allow group to manage x in tenancy", "'syntax error starting with to'@'line 1, char 13'"],
  ["Allow user me to manage x in tenancy", "'syntax error starting with user'@'line 1, char 7'"],
  ["Allow group a to own x in tenancy", "'syntax error starting with own'@'line 1, char 18'"],
  ["Allow group a to use x in region fra", "'syntax error starting with region'@'line 1, char 27'"],
  ["Allow group a to use x in tenancy where", "'syntax error starting with <<EOF>>'@'line 1, char 40'"],
  ["Allow group a to use x in tenancy please", "'syntax error starting with please'@'line 1, char 35'"],
  ["Allow group a to {X, in tenancy", "'syntax error starting with tenancy'@'line 1, char 25'"],
])("refuses the statement: %s", async (statement, message) => {
  expect(refusal(await saying("Allow any-user to read x in tenancy", statement))).toEqual([
    400,
    "InvalidParameter",
    message,
  ]);
  expect(api.store.state.oci.policies).toEqual([]);
});

it("refuses a statement about a compartment that is not at or below the policy's", async () => {
  const [lab, other] = [await made("/compartments", { name: "lab" }), await made("/compartments", { name: "other" })];
  const missing = (name: string) =>
    `Compartment {${name}} does not exist or is not part of the policy compartment subtree`;
  // An OCID without the word `id` is taken for a name.
  expect(refusal(await saying(`Allow group a to read x in compartment ${lab.id}`))[2]).toBe(missing(lab.id));
  const inLab = (where: string) =>
    post("/policies", { name: "p", compartmentId: lab.id, statements: [`Allow group a to read x in ${where}`] });
  expect(refusal(await inLab(`compartment id ${other.id}`))).toEqual([400, "InvalidParameter", missing(other.id)]);
  expect(refusal(await inLab("tenancy"))[2]).toBe(missing("tenancy"));
  expect((await inLab("compartment lab")).status).toBe(200);
});

it("does not play statements between tenancies, and says so", async () => {
  const { status, body } = await saying("Endorse group a to manage object-family in any-tenancy");
  expect([status, body.code]).toEqual([400, "NotPlayed"]);
});

it("a policy's name is taken once, its statements change, and a compartment with a policy stays", async () => {
  const compartment = await made("/compartments", { name: "lab" });
  const statements = ["Allow group a to read x in compartment lab"];
  const policy = await made("/policies", { name: "p", compartmentId: compartment.id, statements });
  expect(policy.lifecycleState).toBe("CREATING");
  api.turnClock(1000);
  expect(refusal(await post("/policies", { name: "p", statements }))).toEqual([
    409,
    "PolicyAlreadyExists",
    "Policy 'p' already exists",
  ]);
  const changed = { statements: ["Allow group b to use y in compartment lab"], versionDate: "2026-11-29" };
  expect((await api.call("PUT", `${CORE}/policies/${policy.id}`, changed)).body).toMatchObject({
    ...changed,
    description: "of a test",
    lifecycleState: "ACTIVE",
  });
  expect(await get(`/policies?compartmentId=${root}`)).toEqual([]);
  expect(await get(`/policies?compartmentId=${compartment.id}`)).toMatchObject([{ id: policy.id }]);
  expect((await api.call("DELETE", `${CORE}/compartments/${compartment.id}`)).status).toBe(409);
  expect((await api.call("DELETE", `${CORE}/policies/${policy.id}`)).status).toBe(204);
  expect((await get(`/policies/${policy.id}`)).lifecycleState).toBe("DELETING");
  api.turnClock(1000);
  expect((await get(`/policies/${policy.id}`)).lifecycleState).toBe("DELETED");
  expect((await api.call("DELETE", `${CORE}/compartments/${compartment.id}`)).status).toBe(204);
});

it("a group with members, and a user in a group, are not deleted", async () => {
  const [group, user] = [await made("/groups", { name: "Admins" }), await made("/users", lab)];
  const member = await made("/userGroupMemberships", { userId: user.id, groupId: group.id });
  expect((await api.call("DELETE", `${CORE}/groups/${group.id}`)).status).toBe(409);
  expect((await api.call("DELETE", `${CORE}/users/${user.id}`)).body.message).toBe(
    "unable to delete User 'lab' since it is currently referenced by Group Admins",
  );
  const again = await post("/userGroupMemberships", { userId: user.id, groupId: group.id });
  expect([again.status, again.body.code]).toEqual([409, "IdcsConversionError"]);
  expect((await api.call("DELETE", `${CORE}/userGroupMemberships/${member.id}`)).status).toBe(204);
  expect((await api.call("DELETE", `${CORE}/groups/${group.id}`)).status).toBe(204);
  expect((await api.call("DELETE", `${CORE}/users/${user.id}`)).status).toBe(204);
});

it("all of it is in the inventory, by what imports it", async () => {
  const [group, user] = [await made("/groups", { name: "Admins" }), await made("/users", lab)];
  const rule = "instance.id = 'x'";
  const things = [
    ["oci_identity_group", group.id, "Admins"],
    ["oci_identity_user", user.id, "lab"],
    [
      "oci_identity_user_group_membership",
      (await made("/userGroupMemberships", { userId: user.id, groupId: group.id })).id,
      "lab in Admins",
    ],
    ["oci_identity_dynamic_group", (await made("/dynamicGroups", { name: "hosts", matchingRule: rule })).id, "hosts"],
    ["oci_identity_policy", (await saying("Allow group Admins to read x in tenancy")).body.id, "a-policy"],
  ];
  const inventory = ociInventory(api.store.state.oci).map(({ type, id, name }) => [type, id, name]);
  expect(inventory.toSorted()).toEqual(things.toSorted());
});

it("memberships are listed of a user or of a group, and only so", async () => {
  const [group, user] = [await made("/groups", { name: "Admins" }), await made("/users", lab)];
  const { id } = await made("/userGroupMemberships", { userId: user.id, groupId: group.id });
  const list = `/userGroupMemberships?compartmentId=${root}`;
  expect(await get(`${list}&groupId=${group.id}`)).toMatchObject([{ id, userId: user.id }]);
  expect(await get(`${list}&userId=ocid1.user.oc1..other`)).toEqual([]);
  expect((await api.call("GET", `${CORE}${list}`)).status).toBe(400);
});

it.each([
  ["/groups", { name: "twin" }, "Group with the same displayName already exists."],
  [
    "/dynamicGroups",
    { name: "twin", matchingRule: "instance.id = 'x'" },
    "DynamicResourceGroup with the same displayName already exists.",
  ],
  ["/users", { ...lab, name: "twin" }, "User with the same userName already exists."],
])("%s: a name is taken once, in upper or lower case", async (path, body, detail) => {
  await made(path, body);
  const { status, body: said } = await post(path, { ...body, name: "TWIN", email: "another@example.com" });
  expect([status, said.code]).toEqual([409, "IdcsConversionError"]);
  expect(said.message).toContain(detail);
});

it("a user needs an email, which no other user has", async () => {
  const without = await post("/users", { name: "lab" });
  expect([without.status, without.body.code]).toEqual([400, "IdcsConversionError"]);
  expect(without.body.message).toContain("The primary email must be specified.");
  await made("/users", lab);
  expect((await post("/users", { ...lab, name: "other" })).status).toBe(409);
  expect((await post("/users", { name: "no spaces", email: "x@example.com" })).status).toBe(400);
});

it("groups, dynamic groups and users are the tenancy's, not a compartment's", async () => {
  const { id } = await made("/compartments", { name: "lab" });
  const rule = { matchingRule: "instance.id = 'x'" };
  expect((await post("/groups", { name: "g", compartmentId: id })).status).toBe(400);
  expect((await post("/users", { ...lab, compartmentId: id })).status).toBe(400);
  expect(refusal(await post("/dynamicGroups", { name: "g", compartmentId: id, ...rule }))).toEqual([
    400,
    "InvalidParameter",
    "Dynamic group can only be created in the tenancy compartment",
  ]);
});

it.each([
  ["ANY {instance.id='a', ALL {instance.compartment.id != 'b', tag.ns.key.value = 'c'}}", 200],
  ["instance.compartment.id = 'a'", 200],
  ["all {tag.ns.key.value}", 200],
  ["ANY {instance.id = a}", 400],
  ["ANY {instance.id = 'a'", 400],
  ["ANY {}", 400],
  ["my hosts", 400],
])("a dynamic group by the rule %s: %i", async (matchingRule, status) => {
  expect((await post("/dynamicGroups", { name: "hosts", matchingRule })).status).toBe(status);
});

const madeAtHome: readonly (readonly [string, Resource, Attributes])[] = [
  ["policy", policy, { statements: ["Allow any-user to read x in tenancy"] }],
  ["group", group, {}],
  ["dynamic group", dynamicGroup, { matchingRule: "instance.id = 'x'" }],
  ["user", user, { email: "lab@example.com" }],
];

it.each(madeAtHome)("outside the home region a %s is read, and not made, changed or deleted", (_kind, type, more) => {
  api.store.state.oci.homeRegion = "eu-frankfurt-1";
  const from = (region: string): ProviderContext => ({ world: api.store, provider: { region } });
  const said = { compartmentId: root, name: "lab", description: "", ...more };
  const record = create(type, from("eu-frankfurt-1"), said);
  const elsewhere = from("us-ashburn-1");
  const refused = expect.objectContaining({ status: 403, code: "NotAllowed" });
  expect(() => create(type, elsewhere, { ...said, name: "other" })).toThrow(refused);
  expect(() => change(type, elsewhere, record, said)).toThrow(refused);
  expect(() => remove(type, elsewhere, record)).toThrow(refused);
  expect(find(elsewhere, type.all(api.store.state.oci), record.id)).toMatchObject({ id: record.id });
});

it("the account's own user is listed among the others, and may be in groups", async () => {
  const { userId = "" } = api.store.state.oci.apiKey ?? {};
  await made("/users", lab);
  expect(await get(`/users?compartmentId=${root}`)).toMatchObject([{ id: userId }, { name: "lab" }]);
  const group = await made("/groups", { name: "Admins" });
  await made("/userGroupMemberships", { userId, groupId: group.id });
  expect((await post("/userGroupMemberships", { userId: "ocid1.user.oc1..x", groupId: group.id })).status).toBe(404);
  expect((await get(`/users/${userId}`)).name).toBe("sandbox");
});

it("a user may sign in with everything, until some of it is taken away", async () => {
  const user = await made("/users", lab);
  const { body } = await api.call("PUT", `${CORE}/users/${user.id}/capabilities`, { canUseApiKeys: false });
  expect(body.capabilities).toMatchObject({ canUseApiKeys: false, canUseConsolePassword: true });
});
