/** The real provider oracle/oci sets every argument of every resource once, reads it back, and sees no difference. */
import type { Attributes } from "../../sandbox/plugin/resource.ts";
import type { Case } from "../sandbox/oci/arguments/case.ts";
import { CASES } from "../sandbox/oci/arguments/index.ts";
import { argumentWorld, CORE, type Made } from "../sandbox/oci/arguments/world.ts";
import { everyArgument, schemas } from "../sandbox/oci/arguments/configurations.ts";
import { type OciTerraform, ociTerraform, type Ran } from "./oci-terraform.ts";
import { needing } from "./workshop.ts";

/** The provider (8.28.0) does not read these back, and so sees a difference by itself, in OCI too. */
const FORGOTTEN: Readonly<Record<string, readonly string[]>> = {
  oci_objectstorage_preauthrequest: ["bucket_listing_action"],
  oci_core_vnic_attachment: ["create_vnic_details.route_table_id"],
};

function configOf({ resource, said }: Case, made: Made): Attributes {
  const { values, without } = said(made);
  const forgotten = (FORGOTTEN[resource] ?? []).map((name) => [name, "the provider forgets it"]);
  return everyArgument(resource, {
    values: { compartment_id: made.root, ...values },
    without: { ...without, ...Object.fromEntries(forgotten) },
  });
}

/** A lifecycle policy is taken where the service may act on it. */
async function allowLifecycles({ api }: OciTerraform, { root: compartmentId }: Made): Promise<void> {
  const statements = ["Allow service objectstorage-eu-frankfurt-1 to manage object-family in tenancy"];
  await api.call("POST", `${CORE}/policies`, { compartmentId, name: "lifecycle", description: "", statements });
}

/** With another name and other tags, which replace nothing; and a compartment that stays, for its end takes half an hour. */
function renamed(resource: string, config: Attributes): Attributes {
  const { display_name: name, freeform_tags: tags } = config;
  const keepsName = typeof name !== "string" || resource.endsWith("_attachment");
  return {
    ...config,
    ...(keepsName ? {} : { display_name: `${name}-2` }),
    ...(resource === "oci_identity_compartment" && { enable_delete: false }),
    ...(tags === undefined ? {} : { freeform_tags: { of_freeform_tags: "another value" } }),
  };
}

type Resources = Readonly<Record<string, Readonly<Record<string, Attributes>>>>;

const mapped = (resources: Resources, change: (type: string, config: Attributes) => Attributes): Resources =>
  Object.fromEntries(
    Object.entries(resources).map(([type, named]) => [
      type,
      Object.fromEntries(Object.entries(named).map(([name, config]) => [name, change(type, config)])),
    ]),
  );

/** Without the plan that comes before them. */
function errors({ code, told }: Ran): string {
  return code === 0 ? "" : told.slice(told.indexOf("Error: "));
}

jest.setTimeout(900_000);
needing("terraform", "oci").describe("oracle/oci, with every argument of every resource", () => {
  let terraform: OciTerraform;
  let resources: Resources;

  beforeAll(async () => {
    terraform = await ociTerraform();
    const made = await argumentWorld(terraform.api);
    await allowLifecycles(terraform, made);
    const all: Record<string, Record<string, Attributes>> = {};
    for (const [index, each] of CASES.filter(({ resource }) => resource in schemas).entries())
      all[each.resource] = { ...all[each.resource], [`of_case_${index}`]: configOf(each, made) };
    resources = all;
    terraform.configure(resources);
  });
  afterAll(() => terraform.end());

  it("makes them all", async () => {
    const ran = await terraform.run("apply", "-auto-approve", "-no-color");
    expect([errors(ran), ran.code]).toEqual(["", 0]);
  });

  const seesNoDifference = async (): Promise<void> => {
    const { code, told } = await terraform.run("plan", "-detailed-exitcode", "-no-color");
    expect({ code, told: code === 0 ? "" : told }).toEqual({ code: 0, told: "" });
  };

  it("sees no difference afterwards", seesNoDifference);

  it("has asked for nothing that is not played, which it repeats for minutes", () => {
    expect(terraform.api.notPlayed).toEqual([]);
  });

  it("changes names and tags in place", async () => {
    terraform.configure(mapped(resources, renamed));
    const ran = await terraform.run("apply", "-auto-approve", "-no-color");
    expect([errors(ran), ran.code]).toEqual(["", 0]);
    expect(ran.told).toMatch(/Resources: 0 added, \d\d+ changed, 0 destroyed\./);
  });

  it("sees no difference after that either", seesNoDifference);

  it("destroys them all", async () => {
    const ran = await terraform.run("destroy", "-auto-approve", "-no-color");
    expect([errors(ran), ran.code]).toEqual(["", 0]);
  });
});
