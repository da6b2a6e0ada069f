import { readFileSync, writeFileSync } from "node:fs";
import * as fc from "fast-check";
import { applyDoubt, planVerdict, type RunOutput } from "../../../../cli/engine/terraform/verdict.ts";
import { itWithTool, SmallLab, TOOL } from "../../small-lab.ts";

jest.setTimeout(240_000);

const NOTHING: RunOutput = {
  actions: [],
  summary: { add: 0, change: 0, remove: 0, operation: "plan" },
  drift: [],
  outputs: {},
  diagnostics: [],
};

describe("the verdict on a plan", () => {
  const actions = fc.array(fc.constantFrom("create", "update", "delete", "replace", "read", "move"), { maxLength: 4 });
  const count = (all: readonly string[], ...names: readonly string[]): number =>
    all.filter((action) => names.includes(action)).length;
  const summed = (all: readonly string[]): NonNullable<RunOutput["summary"]> => ({
    add: count(all, "create", "replace"),
    change: count(all, "update"),
    remove: count(all, "delete", "replace"),
    operation: "plan",
  });

  it("is given only where exit code, changes and sum agree", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 2),
        actions,
        fc.option(actions, { nil: undefined }),
        fc.boolean(),
        (code, named, swallowed, output) => {
          const outputs = output ? { a: { sensitive: false, action: "create" } } : {};
          const said = { ...NOTHING, actions: named, outputs, summary: summed(swallowed ?? named) };
          const pending = named.length > 0 || output;
          const agree =
            pending === (code === 2) && JSON.stringify(summed(named)) === JSON.stringify(summed(swallowed ?? named));
          expect(planVerdict(code, said, false)).toEqual(agree ? { pending } : { refused: expect.any(String) });
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ["without its sum", { ...NOTHING, summary: null }, "did not say what it plans"],
    [
      "with an error",
      { ...NOTHING, diagnostics: [{ severity: "error", summary: "No", detail: "" }] },
      "it reported an error",
    ],
  ])("is refused %s, whatever the exit code", (_, said, words) => {
    for (const code of [0, 2] as const)
      expect(planVerdict(code, said, false)).toEqual({ refused: expect.stringContaining(words) });
  });

  it("takes what was found outside for something to do only where that is asked for", () => {
    const drifted = { ...NOTHING, drift: [{ address: "a.b", gone: false }] };
    expect(planVerdict(2, drifted, true)).toEqual({ pending: true });
    expect(planVerdict(0, drifted, false)).toEqual({ pending: false });
    expect(planVerdict(0, drifted, true)).toHaveProperty("refused");
  });
});

describe("the verdict on an apply", () => {
  const done = { ...NOTHING, summary: { add: 2, change: 0, remove: 1, operation: "apply" } };
  it.each([
    ["it did all", 0, done, null],
    ["it failed and says so", 1, { ...done, summary: null }, null],
    ["it did less than was planned", 0, { ...done, summary: { ...done.summary, add: 1 } }, "of 2 to add"],
    ["it never came to its sum", 0, { ...done, summary: null }, "did not say what it did"],
    ["it reported an error", 0, { ...done, diagnostics: [{ severity: "error", summary: "", detail: "" }] }, "an error"],
  ] as const)("goes by what it said: %s", (_, code, said, words) => {
    const doubt = applyDoubt(code, said, { add: 2, remove: 1 });
    if (words === null) expect(doubt).toBeNull();
    else expect(doubt).toContain(words);
  });
});

/** A tool that runs the real one and then changes what it says, by WRAP. */
const WRAPPER = `#!/bin/sh
verb=$1
[ "$verb" = version ] && exec ${TOOL} "$@"
out=$(mktemp)
case "$WRAP" in *"strip-json:$verb"*)
  for arg; do shift; [ "$arg" = -json ] || set -- "$@" "$arg"; done;;
esac
${TOOL} "$@" >"$out"; code=$?
case "$WRAP" in
  *"drop:$verb"*) grep -v '"planned_change"' "$out";;
  *"silent:$verb"*) ;;
  *"noisy:$verb"*) echo "::debug::$verb begins"; cat "$out"; echo "::debug::exitcode: $code";;
  *) cat "$out";;
esac
rm -f "$out"
case "$WRAP" in *"$verb=$code>"*) code=$(echo "$WRAP" | sed "s/.*$verb=$code>\\([0-9]*\\).*/\\1/");; esac
exit $code
`;

const resource = (input: string): Readonly<Record<string, unknown>> => ({ terraform_data: { a: { input } } });

/** What is deployed at first, and what is synthesized then. */
const PLANS: Readonly<Record<string, readonly [before: Record<string, unknown>, after: Record<string, unknown>]>> = {
  nothing: [{ resource: resource("x") }, { resource: resource("x") }],
  "one to create": [{ output: { o: { value: 1 } } }, { output: { o: { value: 1 } }, resource: resource("x") }],
  "one to delete": [{ output: { o: { value: 1 } }, resource: resource("x") }, { output: { o: { value: 1 } } }],
  "one to change": [{ resource: resource("x") }, { resource: resource("y") }],
  "an output": [{ resource: resource("x") }, { resource: resource("x"), output: { o: { value: 1 } } }],
};
const WRAPS = [
  "",
  "plan=2>0",
  "plan=0>2",
  "plan=2>1",
  "plan=0>1",
  "drop:plan",
  "silent:plan",
  "noisy:plan noisy:apply noisy:init",
  "noisy:show",
  "strip-json:plan",
  "apply=0>1",
  "silent:apply",
  "strip-json:apply",
];

describe.each(Object.entries(PLANS))(
  "a tool whose words are changed on their way, with %s in the plan,",
  (_, [before, after]) => {
    let lab: SmallLab;
    beforeEach(() => {
      lab = new SmallLab({ net: { terraform: before } });
      writeFileSync(lab.path("wrapped"), WRAPPER, { mode: 0o755 });
    });
    afterEach(() => lab.dispose());

    itWithTool("never has us say that nothing is to be done, or was done, where something is", async () => {
      const real = (...args: readonly string[]) => lab.run([...args]);
      expect(await real("deploy", "net", "--auto-approve")).toMatchObject({ code: 0 });
      lab.write({ net: { terraform: after } });
      const truth = (await real("diff", "net")).code;
      for (const WRAP of WRAPS) {
        const env = { TERRAFORM_BINARY_NAME: lab.path("wrapped"), WRAP };
        const diff = await lab.run(["diff", "net"], env);
        // The truth, or an error in words.
        if (diff.code === 1) expect([WRAP, diff.stderr]).toEqual([WRAP, expect.stringMatching(/wrapped|exit code/)]);
        else expect([WRAP, diff.code]).toEqual([WRAP, truth]);
        if (WRAP === "" || WRAP.startsWith("noisy:plan")) expect([WRAP, diff.code]).toEqual([WRAP, truth]);
      }
      await expectNothingDone(lab, "deploy", truth === 0 ? 0 : 2);
    });
  },
);

/** Words of the plan that are changed keep a deploy or destroy from doing anything. @param due the plan's own exit code */
async function expectNothingDone(lab: SmallLab, verb: "deploy" | "destroy", due: 0 | 2): Promise<void> {
  const state = (): string => readFileSync(lab.path(".lab/state/net.tfstate"), "utf8");
  const before = state();
  for (const WRAP of [`plan=${due}>${2 - due}`, `plan=${due}>1`, "silent:plan", "strip-json:plan"]) {
    const env = { TERRAFORM_BINARY_NAME: lab.path("wrapped"), WRAP };
    const { code } = await lab.run([verb, "net", "--auto-approve"], env);
    expect([WRAP, verb, code]).toEqual([WRAP, verb, 1]);
    expect(state()).toBe(before);
  }
}

describe("a tool whose words of a destroy are changed on their way,", () => {
  // What is destroyed is what is deployed, whatever has been synthesized since.
  const [before] = PLANS["nothing"] ?? [];
  let lab: SmallLab;
  beforeEach(async () => {
    lab = new SmallLab({ net: { terraform: before ?? {} } });
    writeFileSync(lab.path("wrapped"), WRAPPER, { mode: 0o755 });
    expect(await lab.run(["deploy", "net", "--auto-approve"])).toMatchObject({ code: 0 });
  });
  afterEach(() => lab.dispose());

  itWithTool("has nothing destroyed by a plan that it is not sure of", () => expectNothingDone(lab, "destroy", 2));

  itWithTool("never has us say that it is done where it is not known to be", async () => {
    for (const WRAP of ["silent:apply", "strip-json:apply", "apply=0>1"]) {
      const env = { TERRAFORM_BINARY_NAME: lab.path("wrapped"), WRAP };
      expect([WRAP, (await lab.run(["destroy", "net", "--auto-approve"], env)).code]).toEqual([WRAP, 1]);
      expect(await lab.run(["deploy", "net", "--auto-approve"])).toMatchObject({ code: 0 });
    }
  });
});
