import { isWholeLog, leftBy, lossOf, stillLost } from "../../../../cli/engine/state/lost-objects.ts";
import { NO_STATE, type State } from "../../../../cli/engine/state/state.ts";

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
      interruptedSteps: [],
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
      interruptedSteps: [],
    });
  });

  it("is nothing that is done once more without harm: the VCN's own list, a compatible shape", () => {
    const types = ["oci_core_default_security_list", "oci_core_shape_management"];
    const text = log(...types.map((type) => begins(`${type}.a`)));
    expect(lossOf(text, NO_STATE, true)).toMatchObject({
      lost: [],
      unfinished: types.map((type) => ({ address: `${type}.a`, doing: "being done" })),
    });
  });

  it("is a step whose script was cut off, though the state holds it as done", () => {
    const script = message("provision_start", "terraform_data.form", { action: "" });
    const state = stateWith({ "terraform_data.form": "1", "terraform_data.quick": "2" });
    const text = log(begins("terraform_data.form"), script, begins("terraform_data.quick"));
    expect(lossOf(text, state, true).interruptedSteps).toEqual(["terraform_data.form"]);
    expect(lossOf(log(text, made("terraform_data.form", "1")), state, true).interruptedSteps).toEqual([]);
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
