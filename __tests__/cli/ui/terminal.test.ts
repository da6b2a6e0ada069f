import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasScript, onTerminal } from "../on-terminal.ts";
import { SmallLab, type StackSource, TOOL } from "../small-lab.ts";

const BIN = join(__dirname, "../../../cli/bin/cdktf.js");

const why = TOOL === undefined ? "neither tofu nor terraform on PATH" : "no script(1) of util-linux";
const itOnTerminal = hasScript && TOOL !== undefined ? it : it.skip;
const skipped = hasScript && TOOL !== undefined ? "" : ` (skipped: ${why})`;

const thing = (name: string, input: unknown): StackSource["terraform"] => ({
  resource: { terraform_data: { [name]: { input } } },
  output: { value: { value: `\${terraform_data.${name}.output}` } },
});

const READS = "${data.terraform_remote_state.net.outputs.value}";

let lab: SmallLab;
afterEach(() => lab.dispose());

/** Runs a command of `cdktf` on a terminal and types `answers` when it asks. */
function answered(answers: readonly (string | (() => string))[], ...args: readonly string[]) {
  return onTerminal({
    command: [process.execPath, BIN, ...(args.length === 0 ? ["deploy", "net"] : args)],
    cwd: lab.home,
    env: { PATH: process.env["PATH"], HOME: lab.home, TERM: "xterm", NO_COLOR: "1", TF_CLI_CONFIG_FILE: "/dev/null" },
    answers,
  });
}

const questionsIn = (screen: string): readonly string[] => screen.match(/(?:deploy|destroy) [\w ]+: [^?\n]*\? /g) ?? [];

describe("a deploy of one stack on a terminal", () => {
  beforeEach(() => {
    lab = new SmallLab({ net: { terraform: thing("a", "new") } });
  });

  itOnTerminal.each(["yes", "y", "Y"])(`shows the plan, asks, and goes on after %s${skipped}`, async (yes) => {
    const { code, screen } = await answered([`${yes}\n`]);
    expect(screen).toContain("+ terraform_data.a");
    expect(screen).toContain("deploy net: 1 to add? [y, n, d for details] ");
    expect(code).toBe(0);
    expect(lab.state("net")).toEqual(["terraform_data.a"]);
  });

  itOnTerminal.each([
    ["no", "no\n", 1],
    ["n", "n\n", 1],
    ["the end of input", "\u0004", 1],
    ["Ctrl-C", "\u0003", 130],
  ])(`changes nothing after %s${skipped}`, async (_, answer, exitCode) => {
    const { code } = await answered([answer]);
    expect(code).toBe(exitCode);
    expect(lab.has(".lab", "state", "net.tfstate")).toBe(false);
  });

  itOnTerminal(`asks again after anything else, and says what is allowed${skipped}`, async () => {
    const { code, screen } = await answered(["maybe\n", "\n", "n\n"]);
    expect(screen).toContain('got "maybe", allowed y, n, d for details');
    expect(screen).toContain('got "", allowed y, n, d for details');
    expect(questionsIn(screen)).toHaveLength(3);
    expect(code).toBe(1);
  });

  itOnTerminal(`shows the values of what is made after d, and asks again${skipped}`, async () => {
    const { screen } = await answered(["d\n", "n\n"]);
    expect(screen).toMatch(/\] d\n\s+\+ terraform_data\.a\n\s+input: new/);
    expect(questionsIn(screen)).toHaveLength(2);
  });
});

describe("a deploy of several stacks on a terminal", () => {
  const before = { net: { terraform: thing("a", "new") }, app: { reads: ["net"], terraform: thing("b", READS) } };

  beforeEach(() => {
    lab = new SmallLab(before);
  });

  itOnTerminal(`shows all plans and asks once${skipped}`, async () => {
    const { code, screen } = await answered(["y\n"], "deploy", "net", "app");
    expect(questionsIn(screen)).toEqual(["deploy net and app: 2 to add? "]);
    expect(screen).toContain("1 to add, after net");
    expect(code).toBe(0);
    expect([...lab.state("net"), ...lab.state("app")]).toEqual(["terraform_data.a", "terraform_data.b"]);
  });

  itOnTerminal(`changes none of them after no, and says so once${skipped}`, async () => {
    const { code, screen } = await answered(["n\n"], "deploy", "net", "app");
    expect(code).toBe(1);
    expect(screen.match(/not approved: nothing was changed/g)).toHaveLength(1);
    expect(lab.has(".lab", "state", "net.tfstate")).toBe(false);
  });

  itOnTerminal(
    `asks again about what a later stack would do beyond what was shown, and about that alone${skipped}`,
    async () => {
      const changesApp = (): string => {
        // Its turn finds it changed since the question.
        const file = lab.path("cdktf.out", "stacks", "app", "cdk.tf.json");
        const document = JSON.parse(readFileSync(file, "utf8"));
        writeFileSync(file, JSON.stringify({ ...document, ...thing("c", "another") }));
        return "y\n";
      };
      const { code, screen } = await answered([changesApp, "n\n"], "deploy", "net", "app");
      expect(questionsIn(screen)).toEqual(["deploy net and app: 2 to add? ", "deploy app: 1 to add? "]);
      expect(screen).toContain("this is more than was shown before:");
      expect(screen).toContain("terraform_data.c would be created, reviewed: untouched");
      expect(code).toBe(1);
      expect(lab.state("net")).toEqual(["terraform_data.a"]);
      expect(lab.has(".lab", "state", "app.tfstate")).toBe(false);
    },
  );

  itOnTerminal(`asks nothing where nothing would change${skipped}`, async () => {
    await answered(["y\n"], "deploy", "net", "app");
    const { code, screen } = await answered([], "deploy", "net", "app");
    expect(questionsIn(screen)).toEqual([]);
    expect(code).toBe(0);
  });

  itOnTerminal(`stops before it asks where a stack cannot be planned${skipped}`, async () => {
    lab.write({ ...before, net: { terraform: { resource: { terraform_data: { a: { input: "${nothing.here}" } } } } } });
    const { code, screen } = await answered([], "deploy", "net", "app");
    expect(questionsIn(screen)).toEqual([]);
    expect(code).toBe(1);
    expect(lab.has(".lab", "state", "app.tfstate")).toBe(false);
  });
});

describe("a destroy on a terminal", () => {
  itOnTerminal(`asks once for all stacks that are there${skipped}`, async () => {
    lab = new SmallLab({
      net: { terraform: thing("a", "new") },
      app: { reads: ["net"], terraform: thing("b", READS) },
      more: { terraform: thing("c", "never deployed") },
    });
    await answered(["y\n"], "deploy", "net", "app");
    const { code, screen } = await answered(["y\n"], "destroy");
    expect(questionsIn(screen)).toEqual(["destroy net and app: 2 to destroy? "]);
    expect(code).toBe(0);
    expect([...lab.state("net"), ...lab.state("app")]).toEqual([]);
  });
});
