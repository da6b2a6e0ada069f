import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isWholeLog, leftBy, lossOf, stillLost } from "../../cli/engine/state/lost-objects.ts";
import { classifyLostObjects } from "../../cli/engine/runs/classify-lost.ts";
import { describe as describeLost, withoutReplaceTriggers, quoted, nextSteps } from "../../cli/engine/runs/recover.ts";
import type { Stack } from "../../cli/engine/terraform/stack.ts";
import { NO_STATE, type State } from "../../cli/engine/state/state.ts";

interface Hook {
  readonly action: string;
  readonly id?: string;
}

function message(type: string, address: string, { action, id }: Hook): string {
  return JSON.stringify({
    type,
    "@timestamp": "2026-01-01T00:00:00Z",
    hook: {
      resource: { addr: address, resource_type: address.split(".")[0] },
      action,
      ...(id === undefined ? {} : { id_key: "id", id_value: id }),
    },
  });
}
const begins = (address: string, action = "create", id?: string): string =>
  message("apply_start", address, { action, ...(id === undefined ? {} : { id }) });
const made = (address: string, id: string): string => message("apply_complete", address, { action: "create", id });
const destroyed = (address: string): string => message("apply_complete", address, { action: "delete" });
const failed = (address: string): string => message("apply_errored", address, { action: "create" });
const error = (summary: string, address?: string): string =>
  JSON.stringify({ type: "diagnostic", diagnostic: { severity: "error", summary, detail: "", address } });
const log = (...lines: readonly string[]): string => lines.join("\n");

function stateWith(objects: Readonly<Record<string, string>>): State {
  return {
    serial: 1,
    lineage: "history",
    resources: Object.entries(objects).map(([address, id]) => ({
      address,
      type: address.split(".")[0] ?? "",
      id,
      attributes: { id },
      tainted: false,
    })),
    outputs: {},
  };
}

describe("what a run has lost", () => {
  it("is nothing when the state holds what was made", () => {
    const text = log(begins("oci_core_vcn.a"), made("oci_core_vcn.a", "vcn1"));
    expect(lossOf(text, stateWith({ "oci_core_vcn.a": "vcn1" }), true)).toEqual({
      lost: [],
      unfinished: [],
      halfDone: [],
    });
  });

  it("is what was made and is not in the state, with its id", () => {
    const text = log(begins("oci_core_vcn.a"), made("oci_core_vcn.a", "vcn1"));
    expect(lossOf(text, NO_STATE, true).lost).toEqual([
      { address: "oci_core_vcn.a", type: "oci_core_vcn", id: "vcn1", replacedId: null },
    ]);
  });

  it("may be what failed because its provider went silent, but not what was refused beside it", () => {
    const text = log(
      begins("oci_core_vcn.a"),
      begins("oci_core_vcn.b"),
      failed("oci_core_vcn.a"),
      failed("oci_core_vcn.b"),
      error("Plugin did not respond"),
      error("400-LimitExceeded", "oci_core_vcn.b"),
    );
    expect(lossOf(text, NO_STATE, false).lost).toEqual([
      { address: "oci_core_vcn.a", type: "oci_core_vcn", id: null, replacedId: null },
    ]);
  });

  it("may be what the call for it ended without an answer of the provider's own", () => {
    const text = log(begins("oci_core_vcn.a"), failed("oci_core_vcn.a"), error("Plugin error", "oci_core_vcn.a"));
    expect(lossOf(text, NO_STATE, false).lost.map(({ address }) => address)).toEqual(["oci_core_vcn.a"]);
  });

  it("is told by a whole log alone, which ends with its sum or with an error", () => {
    const begun = log(begins("oci_core_vcn.a"));
    expect(isWholeLog(begun)).toBe(false);
    expect(isWholeLog(`${log(begun, error("400-LimitExceeded"))}\n`)).toBe(true);
    expect(isWholeLog(`${log(begun, error("400-LimitExceeded"))}\n{"type":"app`)).toBe(false);
    const sum = (operation: string): string =>
      JSON.stringify({ type: "change_summary", changes: { add: 1, change: 0, remove: 0, operation } });
    expect(isWholeLog(`${log(sum("plan"), begun)}\n`)).toBe(false);
    expect(isWholeLog(`${log(begun, sum("apply"))}\n`)).toBe(true);
  });

  it("may be what its provider did not wait for to the end, because the run was interrupted", () => {
    const vm = "proxmox_virtual_environment_vm.a";
    const text = log(begins(vm), failed(vm), error("error waiting for VM clone: context canceled", vm));
    expect(lossOf(text, NO_STATE, false).lost).toEqual([
      { address: vm, type: "proxmox_virtual_environment_vm", id: null, replacedId: null },
    ]);
  });

  it("is nothing that failed with an error of its own", () => {
    const text = log(begins("oci_core_vcn.a"), failed("oci_core_vcn.a"), error("400-LimitExceeded", "oci_core_vcn.a"));
    expect(lossOf(text, NO_STATE, false).lost).toEqual([]);
  });

  it("may be what was being made", () => {
    expect(lossOf(begins("oci_core_vcn.a"), NO_STATE, true).lost).toEqual([
      { address: "oci_core_vcn.a", type: "oci_core_vcn", id: null, replacedId: null },
    ]);
  });

  it("is not what failed in a run that ended by itself, and may be in one that was cut off", () => {
    const text = log(begins("oci_core_vcn.a"), failed("oci_core_vcn.a"));
    expect(lossOf(text, NO_STATE, false).lost).toEqual([]);
    expect(lossOf(text, NO_STATE, true).lost).toHaveLength(1);
  });

  it("is the new object where the state still holds the one it replaces", () => {
    const text = log(begins("oci_core_vcn.a", "delete", "old"), destroyed("oci_core_vcn.a"), begins("oci_core_vcn.a"));
    const lost = { address: "oci_core_vcn.a", type: "oci_core_vcn", id: null, replacedId: "old" };
    expect(lossOf(text, stateWith({ "oci_core_vcn.a": "old" }), true).lost).toEqual([lost]);
    expect(lossOf(text, stateWith({ "oci_core_vcn.a": "new" }), true).lost).toEqual([]);
    expect(stillLost([lost], stateWith({ "oci_core_vcn.a": "old" }))).toEqual([lost]);
    expect(stillLost([lost], stateWith({ "oci_core_vcn.a": "new" }))).toEqual([]);
  });

  it("is not a step that is run again, nor an object whose destruction was cut off", () => {
    const text = log(begins("terraform_data.form"), begins("oci_core_vcn.a", "delete", "vcn1"));
    expect(lossOf(text, stateWith({ "oci_core_vcn.a": "vcn1" }), true)).toEqual({
      lost: [],
      unfinished: [
        { address: "terraform_data.form", doing: "being done" },
        { address: "oci_core_vcn.a", doing: "being destroyed" },
      ],
      halfDone: [],
    });
  });

  it("is a step whose script was cut off, though the state holds it as done", () => {
    const script = message("provision_start", "terraform_data.form", { action: "" });
    const state = stateWith({ "terraform_data.form": "1", "terraform_data.quick": "2" });
    const text = log(begins("terraform_data.form"), script, begins("terraform_data.quick"));
    expect(lossOf(text, state, true).halfDone).toEqual(["terraform_data.form"]);
    expect(lossOf(log(text, made("terraform_data.form", "1")), state, true).halfDone).toEqual([]);
  });

  it("counts the keys of a Talos cluster only once nodes have taken them", () => {
    const keys = log(begins("talos_machine_secrets.k"), made("talos_machine_secrets.k", "machine_secrets"));
    expect(lossOf(keys, NO_STATE, true).lost).toEqual([]);
    const taken = log(keys, begins("talos_machine_configuration_apply.cp-1"));
    expect(lossOf(taken, NO_STATE, true).lost.map(({ address }) => address)).toEqual(["talos_machine_secrets.k"]);
  });

  it("is told from what was there before, what was destroyed, and what was made", () => {
    const before = stateWith({ "a.kept": "1", "a.gone": "2", "a.new": "3" });
    const text = log(
      destroyed("a.gone"),
      destroyed("a.new"),
      begins("a.new"),
      made("a.new", "4"),
      begins("a.more"),
      made("a.more", "5"),
      begins("a.refused"),
      failed("a.refused"),
    );
    expect(leftBy(text, before)).toEqual(["a.kept", "a.new", "a.more"]);
    expect(leftBy(log(destroyed("a.kept"), destroyed("a.gone"), destroyed("a.new")), before)).toEqual([]);
  });

  it("does not mind a log that ends in mid-line", () => {
    const text = log(begins("oci_core_vcn.a"), made("oci_core_vcn.a", "vcn1").slice(0, 40));
    expect(lossOf(text, NO_STATE, true).lost).toHaveLength(1);
  });
});

const stack: Stack = {
  name: "oci",
  folder: "/lab/cdktf.out/stacks/oci",
  file: "",
  dependencies: [],
  variables: [],
  sensitiveVariables: [],
  stateFile: "",
  backend: { kind: "local", config: {} },
  initInputs: "",
  resources: { rule: { a: { description: "SSH" }, b: { description: "ping" } } },
};
const lost = (address: string, id: string | null = null) => ({
  address,
  type: address.split(".")[0] ?? "",
  id,
  replacedId: null,
});
const none = new Map<string, string>();

describe("what to do about a lost object", () => {
  const world = [
    { type: "rule", id: "groups/1/rules/AA", name: "SSH" },
    { type: "rule", id: "groups/1/rules/BB", name: "ping" },
  ];

  it("is to import it by the id that the sandbox knows it by", () => {
    const [finding] = classifyLostObjects([lost("rule.a", "BB")], stack, none, world, []);
    expect(finding?.verdict).toEqual({ kind: "import", id: "groups/1/rules/BB" });
  });

  it("is to import the one whose name is in its configuration", () => {
    const verdicts = classifyLostObjects([lost("rule.b"), lost("rule.a")], stack, none, world, []).map(
      ({ verdict }) => verdict,
    );
    expect(verdicts).toEqual([
      { kind: "import", id: "groups/1/rules/BB" },
      { kind: "import", id: "groups/1/rules/AA" },
    ]);
  });

  it("is to create it where nothing of its kind is left over", () => {
    const held = [
      { address: "rule.a", type: "rule", id: "AA", attributes: { id: "AA" }, tainted: false },
      { address: "rule.b", type: "rule", id: "BB", attributes: { id: "BB" }, tainted: false },
    ];
    expect(classifyLostObjects([lost("rule.c")], stack, none, world, held)[0]?.verdict).toEqual({ kind: "absent" });
    expect(classifyLostObjects([lost("rule.c", "CC")], stack, none, world, held)[0]?.verdict).toEqual({
      kind: "absent",
    });
  });

  it("is left to the user where several could be meant", () => {
    const findings = classifyLostObjects([lost("rule.x"), lost("rule.y")], stack, none, world, []);
    expect(findings.map(({ verdict }) => verdict.kind)).toEqual(["undecided", "undecided"]);
    expect(describeLost("oci", findings).join("\n")).toContain("--recover-id rule.x=groups/1/rules/AA   (SSH)");
  });

  it("is to import the one that is told from the others by what its id is made of", () => {
    const acl = {
      ...stack,
      resources: {
        acl: { pool: { path: "/pool/${pool.p.id}", user: "a@pve" }, all: { path: "/storage", user: "a@pve" } },
      },
    };
    const acls = ["/pool/lab?a@pve", "/storage?a@pve"].map((id) => ({ type: "acl", id, name: "" }));
    const ids = classifyLostObjects([lost("acl.all"), lost("acl.pool")], acl, none, acls, []).map(
      ({ verdict }) => verdict,
    );
    expect(ids).toEqual([
      { kind: "import", id: "/storage?a@pve" },
      { kind: "import", id: "/pool/lab?a@pve" },
    ]);
    expect(
      classifyLostObjects([lost("acl.all"), lost("acl.pool")], acl, none, acls.slice(0, 1), [])[0]?.verdict,
    ).toEqual({
      kind: "absent",
    });
  });

  it("is to import the one of its name that is part of what its configuration refers to", () => {
    const rule = (group: string) => ({ description: "path MTU", group: `\${groups.${group}.id}` });
    const twins = { ...stack, resources: { rule: { a: rule("one"), b: rule("two") } } };
    const rules = ["groups/1/rules/AA", "groups/2/rules/BB"].map((id) => ({ type: "rule", id, name: "path MTU" }));
    const held = ["one", "two"].map((name, index) => {
      const id = `groups/${index + 1}`;
      return { address: `groups.${name}`, type: "groups", id, attributes: { id }, tainted: false };
    });
    const verdicts = classifyLostObjects([lost("rule.b"), lost("rule.a")], twins, none, rules, held).map(
      ({ verdict }) => verdict,
    );
    expect(verdicts).toEqual([
      { kind: "import", id: "groups/2/rules/BB" },
      { kind: "import", id: "groups/1/rules/AA" },
    ]);
    expect(classifyLostObjects([lost("rule.b"), lost("rule.a")], twins, none, rules, [])[0]?.verdict.kind).toBe(
      "undecided",
    );
  });

  describe("with like-worded parts of several things", () => {
    const rule = (group: string) => ({ description: "path MTU", group: `\${group.${group}.id}` });
    const groups = { one: { display_name: "one" }, two: { display_name: "two" } };
    const twins = { ...stack, resources: { group: groups, rule: { a: rule("one"), b: rule("two") } } };
    const made = [
      { type: "group", id: "1", name: "one" },
      { type: "group", id: "2", name: "two" },
    ];
    const part = (group: number, id: string) => ({ type: "rule", id: `groups/${group}/rules/${id}`, name: "path MTU" });
    const held = (name: string, id: string) => ({
      address: `group.${name}`,
      type: "group",
      id,
      attributes: { id },
      tainted: false,
    });
    const idsOf = (...args: Parameters<typeof classifyLostObjects>): readonly string[] =>
      classifyLostObjects(...args).map(
        ({ object, verdict }) => `${object.address} ${verdict.kind === "import" ? verdict.id : verdict.kind}`,
      );

    it("is to import the one of the thing that the same run takes back", () => {
      const all = [lost("rule.b"), lost("rule.a"), lost("group.one"), lost("group.two", "2")];
      expect(idsOf(all, twins, none, [...made, part(1, "AA"), part(2, "BB")], [])).toEqual([
        "rule.b groups/2/rules/BB",
        "rule.a groups/1/rules/AA",
        "group.one 1",
        "group.two 2",
      ]);
    });

    it("is to import the one of the thing that the user has decided on", () => {
      const same = made.map((item) => ({ ...item, name: "group" }));
      const decided = new Map([
        ["group.one", "2"],
        ["group.two", "1"],
      ]);
      const all = [lost("group.one"), lost("group.two"), lost("rule.a"), lost("rule.b")];
      expect(idsOf(all, twins, decided, [...same, part(1, "AA"), part(2, "BB")], []).slice(2)).toEqual([
        "rule.a groups/2/rules/BB",
        "rule.b groups/1/rules/AA",
      ]);
    });

    it("is to import, of those with the same id, the one of its own thing", () => {
      const world = [...made, part(1, "AA"), part(2, "AA")];
      expect(
        idsOf([lost("rule.b", "AA"), lost("rule.a", "AA")], twins, none, world, [held("one", "1"), held("two", "2")]),
      ).toEqual(["rule.b groups/2/rules/AA", "rule.a groups/1/rules/AA"]);
    });

    it("is not to take in what is part of another thing", () => {
      const world = [...made, part(2, "BB")];
      expect(idsOf([lost("rule.a")], twins, none, world, [held("one", "1"), held("two", "2")])).toEqual([
        "rule.a absent",
      ]);
      // Nobody knows yet which group it is to be part of.
      expect(idsOf([lost("rule.a")], twins, none, world, [held("two", "2")])).toEqual(["rule.a groups/2/rules/BB"]);
    });

    it("is not told by the thing that the lost one was to replace", () => {
      const old = { ...held("one", "1"), attributes: { id: "1", name: "one" } };
      const replacing = { ...lost("group.one"), replacedId: "1" };
      const world = [...made, { type: "group", id: "3", name: "one" }, part(1, "OLD"), part(3, "AA")];
      expect(idsOf([lost("rule.a"), replacing], twins, none, world, [old, held("two", "2")])).toEqual([
        "rule.a groups/3/rules/AA",
        "group.one 3",
      ]);
    });
  });

  it("is no --recover where that does nothing, and none of destroy, which has no such option", () => {
    const findings = classifyLostObjects([lost("rule.a", "AA")], stack, none, world, []);
    expect(nextSteps("oci", "deploy", findings)[0]).toBe(
      "To take back what exists and go on:  npx cdktf deploy oci --recover",
    );
    expect(nextSteps("oci", "destroy", findings)[0]).toMatch(
      / npx cdktf deploy oci --recover, then npx cdktf destroy oci again$/,
    );
    const several = classifyLostObjects([lost("rule.x"), lost("rule.y")], stack, none, world, []);
    expect(nextSteps("oci", "deploy", several)[0]).toMatch(
      / --recover with a --recover-id for each that may be several things$/,
    );
    const keys = classifyLostObjects([lost("talos_machine_secrets.k", "machine_secrets")], stack, none, world, []);
    expect(nextSteps("talos", "deploy", [...findings, ...keys])).toEqual([]);
  });

  it("is to make anew, once it is imported, what tells its secret only to whoever makes it", () => {
    const token = [{ type: "proxmox_user_token", id: "me@pve!lab", name: "lab" }];
    const findings = classifyLostObjects([lost("proxmox_user_token.t", "me@pve!lab")], stack, none, token, []);
    expect(describeLost("proxmox", findings).join("\n")).toContain("--recover imports me@pve!lab, and makes it anew");
  });

  it("is not to replace what is imported because of what was lost beside it and is made anew", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ampere-lab-lost-"));
    const file = join(folder, "cdk.tf.json");
    const text = JSON.stringify({
      resource: { rule: { a: { lifecycle: { replace_triggered_by: ["terraform_data.x"] } } } },
    });
    writeFileSync(file, text);
    const imports = [{ address: "rule.a", type: "rule", id: "AA", replaces: false }];
    const planned = await withoutReplaceTriggers({ ...stack, folder, file }, imports, async () =>
      readFileSync(file, "utf8"),
    );
    expect([JSON.parse(planned), readFileSync(file, "utf8")]).toEqual([
      { resource: { rule: { a: { lifecycle: {} } } } },
      text,
    ]);
    rmSync(folder, { recursive: true });
  });

  it("is what the user has decided", () => {
    const decisions = new Map([
      ["rule.x", "groups/1/rules/AA"],
      ["rule.y", "none"],
    ]);
    const verdicts = classifyLostObjects([lost("rule.x"), lost("rule.y")], stack, decisions, world, []).map(
      ({ verdict }) => verdict,
    );
    expect(verdicts).toEqual([{ kind: "import", id: "groups/1/rules/AA" }, { kind: "absent" }]);
  });

  it("is unknown in a real lab where the id is, and says where to look", () => {
    const findings = classifyLostObjects([lost("rule.a"), lost("rule.b", "BB")], stack, none, null, []);
    expect(findings.map(({ verdict }) => verdict)).toEqual([
      { kind: "undecided", candidates: [] },
      { kind: "import", id: "BB" },
    ]);
    expect(describeLost("oci", findings).join("\n")).toContain("--recover-id rule.a=none");
  });

  it("may be what the account of a real lab has with its tag, and may not be there yet where it has nothing", () => {
    const items = [
      { type: "rule", id: "AA", name: "SSH" },
      { type: "rule", id: "BB", name: "ping" },
    ];
    const held = [{ address: "rule.b", type: "rule", id: "BB", attributes: { id: "BB" }, tainted: false }];
    const verdict = (tagged: typeof items) =>
      classifyLostObjects([lost("rule.a")], stack, none, null, held, tagged)[0]?.verdict;
    expect(verdict(items)).toEqual({ kind: "undecided", candidates: [items[0]] });
    expect(verdict([])).toEqual({ kind: "undecided", candidates: [] });
  });

  it("is quoted for a shell", () => {
    expect([quoted("a.b"), quoted('a.b["c"]'), quoted("it's")]).toEqual(["a.b", `'a.b["c"]'`, `'it'\\''s'`]);
  });
});
