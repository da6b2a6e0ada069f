import type { Oci } from "../../../../cli/clients/oci.ts";
import { lookUp } from "../../../../cli/engine/runs/lookup-oci.ts";

const VCN = { id: "ocid1.vcn", displayName: "lab", lifecycleState: "AVAILABLE", freeformTags: { lab: "mine" } };

/** What of these a lab called `mine` takes for what it calls `lab`. */
async function found(type: string, ...objects: readonly object[]) {
  const account: Pick<Oci, "tenancy" | "list"> = {
    tenancy: "t",
    list: async (_service, _path, schema) => objects.map((each) => schema.parse(each)),
  };
  const said: Readonly<Record<string, string>> = {
    compartment_id: "c",
    network_security_group_id: "g",
    display_name: "lab",
    description: "ssh",
  };
  return lookUp(account, type, (attribute) => said[attribute] ?? null, "mine");
}

describe("what was lost in an account", () => {
  it("is what is called so and has the lab's tag", async () => {
    expect(await found("oci_core_vcn", VCN, { ...VCN, id: "ocid1.other", displayName: "x" })).toEqual([
      { id: "ocid1.vcn", name: "lab" },
    ]);
  });

  it.each([{ lab: "another" }, {}])("is none of somebody else's of the same name: tags %j", async (freeformTags) => {
    expect(await found("oci_core_vcn", { ...VCN, freeformTags })).toEqual([]);
  });

  it("is none that is on its way out", async () => {
    expect(await found("oci_core_vcn", { ...VCN, lifecycleState: "TERMINATING" })).toEqual([]);
  });

  it("is told by its words alone where objects of its type have no tags", async () => {
    const rule = { id: "1A2B3C", description: "ssh" };
    expect(await found("oci_core_network_security_group_security_rule", rule)).toEqual([{ id: "1A2B3C", name: "ssh" }]);
  });
});
