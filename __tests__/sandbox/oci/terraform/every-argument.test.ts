/** The stand-in of the provider: what a configuration sets is in the world, is read back from it, and is no change. */
import { ociProvider } from "../../../../sandbox/oci/index.ts";
import type { Attributes } from "../../../../sandbox/plugin/resource.ts";
import type { Values } from "../../../../sandbox/plugin/value.ts";
import { type Case, titleOf, toldOf } from "../arguments/case.ts";
import { CASES } from "../arguments/index.ts";
import { argumentWorld, type Made } from "../arguments/world.ts";
import { everyArgument, notPlayedOf, oneArgument } from "../arguments/configurations.ts";
import { type Api, ociApi } from "../client.ts";
import { emptyStore, idOf, type Tenancy, tenancy } from "../tenancy.ts";

let api: Api;
let made: Made;
let to: Tenancy;

beforeAll(async () => {
  api = await ociApi(emptyStore("pay-as-you-go"));
  made = await argumentWorld(api);
  to = await tenancy("pay-as-you-go", { region: "eu-frankfurt-1" }, api.store);
});

afterAll(() => api.end());

function configOf({ resource, said }: Case): Attributes {
  const { values, without } = said(made);
  return everyArgument(resource, { values: { compartment_id: made.root, ...values }, without });
}

/** How Terraform names the parts of other objects; all else is imported by its id. */
function importId({ resource }: Case, id: string): string {
  if (resource === "oci_core_network_security_group_security_rule")
    return `networkSecurityGroups/${made.group}/securityRules/${id}`;
  return resource === "oci_budget_alert_rule" ? `budgets/${made.budget}/alertRules/${id}` : id;
}

const played = CASES.filter(({ resource }) => resource in ociProvider.resources).map((each) => ({
  ...each,
  title: titleOf(each),
}));

test("every resource of the stand-in has a case", () => {
  expect([...new Set(played.map(({ resource }) => resource))].toSorted()).toEqual(
    Object.keys(ociProvider.resources).toSorted(),
  );
});

describe.each(played)("$title", (each) => {
  let config: Attributes;
  let state: Values;

  beforeAll(async () => {
    config = configOf(each);
    state = await to.apply(each.resource, config);
  });

  it("reads back with every argument as it was set", async () => {
    expect(await to.read(each.resource, state)).toMatchObject(config);
    const importing = to.importState(each.resource, importId(each, idOf(state)));
    if (each.resource === "oci_core_shape_management") return expect(importing).rejects.toThrow("cannot be imported");
    const imported = await importing;
    expect(imported).toMatchObject(toldOf(config, each));
  });

  it("is no change after it was made", async () => {
    const read = await to.read(each.resource, state);
    const { empty, values } = await to.plan(each.resource, config, read);
    expect([values, empty]).toEqual([read, true]);
  });
});

const refused = played.flatMap(({ title, resource, ...given }) =>
  notPlayedOf(resource).map((argument) => ({ title, argument, each: { resource, ...given } })),
);

it.each(refused)("$title says that $argument is not played", async ({ argument, each }) => {
  const config = { ...configOf(each), ...oneArgument(each.resource, argument) };
  await expect(to.apply(each.resource, config)).rejects.toThrow("400-NotPlayed");
});

function launch(): Attributes {
  const each = played.find(({ resource }) => resource === "oci_core_instance");
  if (!each) throw new Error("there is no case of an instance");
  return configOf(each);
}

test("a launch that says the subnet and the host name by their older names reads back so", async () => {
  const { create_vnic_details: _newer, ...config } = launch();
  const older = { subnet_id: made.subnet, hostname_label: "older" };
  const state = await to.apply("oci_core_instance", { ...config, ...older });
  expect(await to.importState("oci_core_instance", idOf(state))).toMatchObject({
    ...older,
    create_vnic_details: [older],
  });
});

test("extended metadata is JSON in a text here, and what that says in the API", async () => {
  const { create_vnic_details: _vnic, ...config } = launch();
  const extended_metadata = { deep: '{"er":["x"]}', text: "plain" };
  const state = await to.apply("oci_core_instance", { ...config, subnet_id: made.subnet, extended_metadata });
  expect(await to.importState("oci_core_instance", idOf(state))).toMatchObject({ extended_metadata });
  const { body } = await api.call("GET", `/20160918/instances/${idOf(state)}`);
  expect(body.extendedMetadata).toEqual({ deep: { er: ["x"] }, text: "plain" });
});
