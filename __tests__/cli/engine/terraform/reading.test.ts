import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectedOf } from "../../../../cli/engine/runs/apply.ts";
import { isDeployed, NO_STATE, parseState } from "../../../../cli/engine/state/state.ts";
import { stateFileText } from "../../../../cli/engine/state/store.ts";
import { heldLock, showDiagnostics } from "../../../../cli/engine/terraform/diagnostics.ts";
import { parseUiLine } from "../../../../cli/engine/terraform/messages.ts";
import { followProgress } from "../../../../cli/engine/terraform/progress.ts";
import { NO_COLORS, type Terminal } from "../../../../cli/ui/terminal.ts";
import { duration, list } from "../../../../cli/ui/words.ts";

/** A terminal that remembers what it was told. */
function recorder(): Terminal & { readonly lines: string[]; readonly asides: string[] } {
  const lines: string[] = [];
  const asides: string[] = [];
  return {
    lines,
    asides,
    colors: NO_COLORS,
    interactive: false,
    line: (text) => void lines.push(text),
    aside: (text) => void asides.push(text),
    status: () => undefined,
    ask: async () => "",
  };
}

describe("the file of a state", () => {
  const folder = mkdtempSync(join(tmpdir(), "state-"));
  const file = join(folder, "oci.tfstate");
  const state = JSON.stringify({ version: 4, outputs: {}, resources: [] });
  const readState = (from: string) => parseState(stateFileText(from, "oci"), from);
  afterAll(() => rmSync(folder, { recursive: true }));

  it("that is not there is no state", () => {
    expect(readState(file)).toEqual(NO_STATE);
  });

  it("that was emptied before there was any copy is no state", () => {
    writeFileSync(file, "");
    expect(readState(file)).toEqual(NO_STATE);
  });

  it("that was emptied beside its copy is refused, with how to put the copy back", () => {
    writeFileSync(file, "");
    writeFileSync(`${file}.backup`, JSON.stringify({ ...JSON.parse(state), serial: 7, lineage: "a" }));
    expect(() => readState(file)).toThrow(
      `copy of serial 7 is back: npx lab state restore oci --backup '${file}.backup'`,
    );
    writeFileSync(file, state);
    expect(readState(file)).toEqual(NO_STATE);
  });
});

describe("a state", () => {
  const text = JSON.stringify({
    version: 4,
    outputs: { ip: { value: "192.0.2.1", type: "string" }, key: { value: "k", sensitive: true } },
    resources: [
      { mode: "data", type: "oci_images", name: "all", instances: [{ attributes: { id: "x" } }] },
      { mode: "managed", type: "oci_core_vcn", name: "main", instances: [{ attributes: { id: "vcn1" } }] },
      {
        module: "module.m",
        mode: "managed",
        type: "vm",
        name: "node",
        instances: [
          { index_key: "a", attributes: { id: 7 } },
          { index_key: 0, attributes: {} },
        ],
      },
      { mode: "managed", type: "vm", name: "old", instances: [{ deposed: "1", attributes: { id: "gone" } }] },
    ],
  });

  it("is read with the addresses that terraform uses", () => {
    expect(parseState(text, "x").resources.map(({ address, id }) => [address, id])).toEqual([
      ["oci_core_vcn.main", "vcn1"],
      ['module.m.vm.node["a"]', "7"],
      ["module.m.vm.node[0]", null],
    ]);
  });

  it("says which outputs are sensitive", () => {
    expect(parseState(text, "x").outputs).toEqual({
      ip: { value: "192.0.2.1", sensitive: false },
      key: { value: "k", sensitive: true },
    });
  });

  it("is none where the file is empty: tofu makes it so before it writes", () => {
    expect(parseState("", "x")).toEqual(NO_STATE);
    expect(isDeployed(NO_STATE)).toBe(false);
  });

  it.each([['{"version": 3}'], ['{"version":4,"resou'], ['{"encrypted_data":"x"}']])(
    "that is %s is one line of error",
    (bad) => {
      expect(() => parseState(bad, "oci.tfstate")).toThrow(
        /^oci\.tfstate: cannot be read as a state: .*; it may be encrypted, or damaged$/,
      );
    },
  );
});

describe("what an apply is to come to", () => {
  it("counts a replaced object twice, and has the timeouts of the configuration", () => {
    const resources = { vm: { a: { timeouts: { create: "30m" } } } };
    const stack = { resources };
    const counts = { add: 1, change: 2, replace: 3, destroy: 4 };
    const { total, patience } = expectedOf({ counts, stack });
    expect(total).toBe(13);
    expect([patience("vm.a", "create"), patience("vm.a", "delete"), patience("vm.b", "create")]).toEqual([
      "30m",
      null,
      null,
    ]);
  });
});

describe("terraform's messages", () => {
  it("that we do not know are passed over, and text that is none is kept", () => {
    expect(parseUiLine('{"type":"refresh_start","hook":{}}')).toBeNull();
    expect(parseUiLine("panic: oh")).toEqual({ type: "text", text: "panic: oh" });
  });

  const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
  const hook = (type: string, action: string, more: object = {}): string =>
    JSON.stringify({
      type,
      "@timestamp": at(0),
      hook: { resource: { addr: "vm.a", resource_type: "vm" }, action, ...more },
    });

  it("become one line an object, with the time it took", () => {
    const terminal = recorder();
    const { onLine, applied } = followProgress(terminal, "net");
    onLine(hook("apply_start", "create"));
    onLine(hook("apply_complete", "create").replace(at(0), at(75)));
    expect(terminal.lines).toEqual(["net + vm.a  1m15s"]);
    expect(applied()).toEqual({ create: 1, update: 0, delete: 0 });
  });

  it("say now and then that something takes long", () => {
    const terminal = recorder();
    const { onLine } = followProgress(terminal, "net");
    for (const elapsed of [10, 20, 30, 40, 60]) onLine(hook("apply_progress", "create", { elapsed_seconds: elapsed }));
    expect(terminal.lines.map((line) => line.replace(/.*, /, ""))).toEqual([
      "10s so far",
      "30s so far",
      "1m00s so far",
    ]);
  });

  it("say how much of the plan is done, and how long the provider waits", () => {
    const terminal = recorder();
    const expected = { total: 3, patience: (address: string) => (address === "vm.a" ? "30m" : null) };
    const { onLine } = followProgress(terminal, "net", expected);
    const other = (line: string): string => line.replace("vm.a", "vm.b");
    onLine(hook("apply_start", "create"));
    onLine(other(hook("apply_start", "create")));
    onLine(other(hook("apply_complete", "create")));
    onLine(hook("apply_progress", "create", { elapsed_seconds: 60 }));
    onLine(other(hook("apply_progress", "update", { elapsed_seconds: 60 })));
    expect(terminal.lines.slice(1)).toEqual([
      "net … [1/3] creating vm.a, 1m00s of up to 30m",
      "net … [1/3] changing vm.b, 1m00s so far",
    ]);
  });

  it("tell whoever wants to know how far it has come, and what is under way", () => {
    const told: unknown[] = [];
    const tell = (done: number, current: string | null) => void told.push([done, current]);
    const { onLine } = followProgress(recorder(), "net", { total: 1, patience: () => null, tell });
    onLine(hook("apply_start", "create"));
    onLine(hook("apply_complete", "create"));
    expect(told).toEqual([
      [0, "vm.a"],
      [1, null],
    ]);
  });

  it("show what is under way on the last lines of a terminal, until the run has ended", () => {
    const statuses: string[] = [];
    const terminal = { ...recorder(), status: (text: string) => void statuses.push(text) };
    const { onLine, stop } = followProgress(terminal, "net", { total: 6, patience: () => null });
    for (const name of ["a", "b", "c", "d", "e", "f"])
      onLine(hook("apply_start", "create").replace("vm.a", `vm.${name}`));
    expect(
      statuses
        .at(-1)
        ?.split("\n")
        .map((line) => line.replace(/, .*/, "")),
    ).toEqual([
      "net [0/6] creating vm.a",
      "net [0/6] creating vm.b",
      "net [0/6] creating vm.c",
      "net [0/6] creating vm.d",
      "net and 2 more",
    ]);
    stop();
    expect(statuses.at(-1)).toBe("");
  });

  it("tell replacements from creations, and reads from changes", () => {
    const { onLine, changes } = followProgress(recorder(), "net");
    for (const action of ["create", "replace", "read", "delete", "noop"]) {
      onLine(
        JSON.stringify({ type: "planned_change", change: { resource: { addr: action, resource_type: "vm" }, action } }),
      );
    }
    expect(changes.map(({ action }) => action)).toEqual(["create", "replace", "delete"]);
  });
});

describe("errors of terraform", () => {
  const error = {
    severity: "error",
    summary: "No room",
    detail: "Out of host capacity.\n\nTry again.",
    address: "oci_core_instance.a",
  };

  it("are shown once, indented, with the object and without a position in generated JSON", () => {
    const terminal = recorder();
    showDiagnostics(terminal, "oci", [error, error, { severity: "error", summary: "execution halted", detail: "" }]);
    expect(terminal.asides).toEqual([
      "Error in oci: No room\n  oci_core_instance.a\n  Out of host capacity.\n\n  Try again.",
    ]);
  });

  it("of a held lock have its id", () => {
    const detail = "Error message: resource temporarily unavailable\nLock Info:\n  ID:        1234-ab\n  Path:      x";
    expect(heldLock([{ severity: "error", summary: "Error acquiring the state lock", detail }])).toBe("1234-ab");
    expect(heldLock([error])).toBeUndefined();
  });
});

describe("words", () => {
  it("for times and lists read well", () => {
    expect([duration(40), duration(9960), duration(12_400), duration(125_000)]).toEqual([
      "0.0s",
      "10.0s",
      "12s",
      "2m05s",
    ]);
    expect([list(["a"]), list(["a", "b"]), list(["a", "b", "c"])]).toEqual(["a", "a and b", "a, b and c"]);
  });
});
