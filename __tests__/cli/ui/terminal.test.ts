import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { SmallLab, TOOL } from "../small-lab.ts";

const BIN = join(__dirname, "../../../cli/bin/cdktf.js");

/** `script` of util-linux gives a program a terminal. */
const hasScript = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;
const why = TOOL === undefined ? "neither tofu nor terraform on PATH" : "no script(1) of util-linux";
const itOnTerminal = hasScript && TOOL !== undefined ? it : it.skip;
const skipped = hasScript && TOOL !== undefined ? "" : ` (skipped: ${why})`;

let lab: SmallLab;
beforeEach(() => {
  lab = new SmallLab({ net: { terraform: { resource: { terraform_data: { a: { input: "new" } } } } } });
});
afterEach(() => lab.dispose());

/** Runs `cdktf deploy` on a terminal and types `answer` when it asks. */
async function answered(answer: string): Promise<{ readonly code: number | null; readonly screen: string }> {
  const child = spawn("script", ["-qec", `'${process.execPath}' '${BIN}' deploy net`, "/dev/null"], {
    cwd: lab.home,
    env: { PATH: process.env["PATH"], HOME: lab.home, TERM: "xterm", NO_COLOR: "1", TF_CLI_CONFIG_FILE: "/dev/null" },
  });
  let screen = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const asked = screen.includes("goes on: ");
    screen += chunk.toString();
    if (!asked && screen.includes("goes on: ")) child.stdin.write(answer);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, screen };
}

describe("a deploy on a terminal", () => {
  itOnTerminal(`shows the plan, asks, and goes on after yes${skipped}`, async () => {
    const { code, screen } = await answered("yes\n");
    expect(screen).toContain("+ terraform_data.a");
    expect(screen).toContain('deploy net: 1 to add. Only "yes" goes on: ');
    expect(code).toBe(0);
    expect(lab.state("net")).toEqual(["terraform_data.a"]);
  });

  itOnTerminal.each([
    ["no", "no\n", 1],
    ["nothing", "\n", 1],
    ["the end of input", "\u0004", 1],
    ["Ctrl-C", "\u0003", 130],
  ])(`changes nothing after %s${skipped}`, async (_, answer, exitCode) => {
    const { code } = await answered(answer);
    expect(code).toBe(exitCode);
    expect(lab.has(".lab", "state", "net.tfstate")).toBe(false);
  });
});
