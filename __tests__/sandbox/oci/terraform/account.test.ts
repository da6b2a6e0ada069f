import type { OciTenancy } from "../../../../sandbox/world/oci.ts";
import { idOf, tenancy } from "../tenancy.ts";

/** As if so much time had passed since compartments were deleted. */
function later(oci: OciTenancy, ms: number): void {
  oci.deletedCompartments = (oci.deletedCompartments ?? []).map((each) => ({
    ...each,
    deletedAt: new Date(Date.parse(each.deletedAt) - ms).toISOString(),
  }));
}

describe("a compartment", () => {
  const TYPE = "oci_identity_compartment";

  it("is only forgotten on destroy unless it may be deleted, as the real provider does", async () => {
    const to = await tenancy();
    const config = { compartment_id: to.root, name: "lab", description: "d" };
    await to.destroy(TYPE, await to.apply(TYPE, config));
    expect(to.oci.compartments).toHaveLength(1);
    const adopted = await to.apply(TYPE, config);
    expect(to.oci.compartments).toHaveLength(1);
    await to.destroy(TYPE, { ...adopted, enable_delete: true });
    expect(to.oci.compartments).toEqual([]);
  });

  it("is not adopted by a resource that would delete it", async () => {
    const to = await tenancy();
    const config = { compartment_id: to.root, name: "lab", description: "d", enable_delete: true };
    await to.apply(TYPE, config);
    await expect(to.apply(TYPE, config)).rejects.toThrow(
      "409-CompartmentAlreadyExists, A compartment with name 'lab' already exists",
    );
  });

  it("keeps its name for as long as its deletion takes, whoever wants it, and then gives it up", async () => {
    const to = await tenancy();
    const config = { compartment_id: to.root, name: "lab", description: "d", enable_delete: true };
    await to.destroy(TYPE, await to.apply(TYPE, config));
    for (const enable_delete of [true, false])
      await expect(to.apply(TYPE, { ...config, enable_delete })).rejects.toThrow("409-CompartmentAlreadyExists");
    later(to.oci, 31 * 60_000);
    expect(await to.apply(TYPE, config)).toMatchObject({ name: "lab" });
    expect(to.oci.compartments).toHaveLength(1);
  });

  it("is not deleted while something is in it", async () => {
    const to = await tenancy();
    const config = { compartment_id: to.root, name: "lab", description: "d", enable_delete: true };
    const state = await to.apply(TYPE, config);
    await to.apply("oci_core_vcn", { compartment_id: idOf(state), cidr_blocks: ["10.0.0.0/16"] });
    await expect(to.destroy(TYPE, state)).rejects.toThrow("which is in it");
  });

  it("is made in the home region only, where one is known", async () => {
    const to = await tenancy("always-free", { region: "uk-london-1" });
    to.oci.homeRegion = "eu-frankfurt-1";
    const made = to.apply(TYPE, { compartment_id: to.root, name: "lab", description: "d" });
    await expect(made).rejects.toThrow("403-NotAllowed, Please go to your home region eu-frankfurt-1");
  });
});

describe("a budget", () => {
  const TYPE = "oci_budget_budget";

  it("has its alert rules, which are imported by its id and theirs", async () => {
    const to = await tenancy();
    const config = { compartment_id: to.root, amount: 1, reset_period: "MONTHLY", targets: [to.root] };
    const budget = await to.apply(TYPE, config);
    expect((await to.plan(TYPE, config, budget)).empty).toBe(true);
    const alert = { budget_id: idOf(budget), type: "ACTUAL", threshold: 0.5, threshold_type: "ABSOLUTE" };
    const rule = await to.apply("oci_budget_alert_rule", alert);
    const path = `budgets/${idOf(budget)}/alertRules/${idOf(rule)}`;
    const imported = await to.importState("oci_budget_alert_rule", path);
    expect((await to.plan("oci_budget_alert_rule", alert, imported)).empty).toBe(true);
    expect((await to.read(TYPE, budget))?.alert_rule_count).toBe(1);
  });

  it("counts its versions", async () => {
    const to = await tenancy();
    const config = { compartment_id: to.root, amount: 1, reset_period: "MONTHLY", targets: [to.root] };
    const budget = await to.apply(TYPE, config);
    expect((await to.apply(TYPE, { ...config, amount: 2 }, budget)).version).toBe(2);
  });

  it.each([
    ["half a unit of money", { amount: 0.5 }, "must be a whole number"],
    ["a compartment that does not exist", { targets: ["ocid1.compartment.oc1..x"] }, "404-NotAuthorizedOrNotFound"],
  ])("refuses %s", async (_what, change, message) => {
    const to = await tenancy();
    const made = to.apply(TYPE, { compartment_id: to.root, amount: 1, reset_period: "MONTHLY", ...change });
    await expect(made).rejects.toThrow(message);
  });

  it("refuses a name in use, and another place than the root compartment", async () => {
    const to = await tenancy();
    const config = {
      compartment_id: to.root,
      amount: 1,
      reset_period: "MONTHLY",
      targets: [to.root],
      display_name: "lab",
    };
    await to.apply(TYPE, config);
    await expect(to.apply(TYPE, config)).rejects.toThrow("409-Conflict, A budget with the name lab already exists");
    const elsewhere = { ...config, compartment_id: "ocid1.compartment.oc1..x", display_name: "other" };
    await expect(to.apply(TYPE, elsewhere)).rejects.toThrow("must be the root compartment");
  });
});

describe("a quota", () => {
  const TYPE = "oci_limits_quota";

  async function quota(...statements: string[]) {
    const to = await tenancy();
    const config = { compartment_id: to.root, name: "lab", description: "d", statements };
    return { to, config, made: to.apply(TYPE, config) };
  }

  it.each([
    "zero compute-core quotas in tenancy",
    "set compute-core quota standard-a1-core-count to 2 in tenancy where request.region = eu-frankfurt-1",
    "set compute-core quotas standard-a1-core-count to 2 in compartment lab where any {request.ad = 'x', request.ad = 'y'}",
    "unset compute-memory quota standard-a1-memory-count in compartment lab:inner",
    "zero compute-core quotas /standard*/ in tenancy",
  ])("understands: %s", async (statement) => {
    const { made } = await quota(statement);
    expect(await made).toMatchObject({ state: "ACTIVE", statements: [statement] });
  });

  it.each(["allow all", "set compute-core quota standard-a1-core-count in tenancy", "zero compute-core in tenancy"])(
    "does not understand: %s",
    async (statement) => {
      const { made } = await quota(statement);
      await expect(made).rejects.toThrow(`Cannot parse the statement "${statement}"`);
    },
  );

  it("is replaced for another name, which no other may have", async () => {
    const { to, config, made } = await quota("zero compute-core quotas in tenancy");
    const state = await made;
    await expect(to.apply(TYPE, config)).rejects.toThrow("409-Conflict, A quota with the name lab already exists");
    expect((await to.plan(TYPE, { ...config, name: "x" }, state)).replaces).toEqual(["name"]);
  });
});
