/** The real provider oracle/oci sets every argument of every resource once, reads it back, and sees no difference. */
import type { Attributes } from "../../sandbox/plugin/resource.ts";
import type { Case } from "../sandbox/argument-case.ts";
import { CASES } from "../sandbox/argument-cases.ts";
import { argumentWorld, type Made } from "../sandbox/argument-world.ts";
import { everyArgument, schemas } from "../sandbox/every-argument.ts";
import { type OciTerraform, ociTerraform } from "./oci-terraform.ts";
import { needing } from "./workshop.ts";

function configOf({ resource, said }: Case, made: Made): Attributes {
  const { values, without } = said(made);
  return everyArgument(resource, { values: { compartment_id: made.root, ...values }, without });
}

needing("terraform", "oci").describe("oracle/oci, with every argument of every resource", () => {
  let terraform: OciTerraform;

  beforeAll(async () => {
    terraform = await ociTerraform();
    const made = await argumentWorld(terraform.api);
    const resources: Record<string, Record<string, Attributes>> = {};
    for (const [index, each] of CASES.filter(({ resource }) => resource in schemas).entries())
      resources[each.resource] = { ...resources[each.resource], [`of_case_${index}`]: configOf(each, made) };
    terraform.configure(resources);
  });
  afterAll(() => terraform.end());

  it("makes them all", async () => {
    expect(await terraform.run("apply", "-auto-approve", "-no-color")).toMatchObject({
      code: 0,
      told: expect.stringContaining("Apply complete"),
    });
  });

  it("sees no difference afterwards", async () => {
    const { code, told } = await terraform.run("plan", "-detailed-exitcode", "-no-color");
    expect({ code, told: code === 0 ? "" : told }).toEqual({ code: 0, told: "" });
  });
});
