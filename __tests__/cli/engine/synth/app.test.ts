import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { itWithTool, SmallLab } from "../../small-lab.ts";

let lab: SmallLab;
beforeEach(() => {
  lab = new SmallLab({ net: { terraform: { resource: { terraform_data: { vcn: { input: 1 } } } } } });
});
afterEach(() => lab.dispose());

const app = (...lines: readonly string[]): void => writeFileSync(lab.path("app.mjs"), lines.join("\n"));
/** The app that SmallLab has, below lines of ours. */
const appWith = (...lines: readonly string[]): void => app(...lines, readFileSync(lab.path("app.mjs"), "utf8"));

describe("an app that Node runs", () => {
  it("is run in our own process, as it would be run in its own", async () => {
    appWith("console.log([process.cwd(), process.env.CDKTF_OUTDIR].join()); console.error(process.pid);");
    const running = lab.start(["synth", "--json"]);
    const { code, stdout, stderr } = await running.finished;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ stacks: [{ name: "net" }] });
    expect(stderr).toBe(`${lab.home},${lab.path("cdktf.out")}\n${running.child.pid}\n`);
  });

  it("is shown with the line that throws", async () => {
    app("const config = undefined;", "config.name;");
    const { code, stderr } = await lab.run(["diff"]);
    expect(code).toBe(1);
    expect(stderr).toContain("TypeError: Cannot read properties of undefined (reading 'name')");
    expect(stderr).toContain("app.mjs:2:8");
  });

  it("is shown with the line that Node cannot read", async () => {
    app("const = 1;");
    const { code, stderr } = await lab.run(["diff"]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/app\.mjs:1\nconst = 1;\n.*\^[\s\S]*SyntaxError/)]);
  });

  it.each([
    ["with process.exit", "process.exit(3);"],
    ["with process.exitCode", "process.exitCode = 3;"],
  ])("that ends %s ends nothing but itself", async (_, line) => {
    app(line);
    const { code, stdout, stderr } = await lab.run(["list", "--json"]);
    const error = "the app (node app.mjs) ended with exit code 3: nothing was synthesized";
    expect([code, JSON.parse(stdout), stderr]).toEqual([1, { stacks: [], error }, `${error}\n`]);
  });

  it("is run by itself where it works as the main program alone", async () => {
    appWith('import { argv } from "node:process";', 'if (!argv[1].endsWith("app.mjs")) process.exit(0);');
    expect((await lab.run(["synth"])).code).toBe(0);
  });

  it("is told of in a review by what it said", async () => {
    app('console.log("the sky"); console.error("lab.config.ts: bad"); process.exit(1);');
    await lab.run(["diff", "--markdown", lab.path("review.md")]);
    expect(readFileSync(lab.path("review.md"), "utf8")).toMatch(/the sky\n.*lab\.config\.ts: bad/);
  });

  it.each([
    ["does not let go", "for (;;);"],
    ["waits in vain", "await new Promise(() => setInterval(() => undefined, 1000));"],
  ])("that %s is ended by Ctrl-C, and the next run goes on", async (_, line) => {
    const good = readFileSync(lab.path("app.mjs"), "utf8");
    app('console.error("running");', line);
    const running = lab.start(["diff"]);
    await running.says("running");
    running.child.kill("SIGINT");
    expect((await running.finished).code).not.toBe(0);
    app(good);
    expect(await lab.run(["synth"])).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("a failure beside the app", () => {
  it.each([
    [
      "long after its end",
      'setTimeout(() => { throw new Error("nope"); }, 1);\nawait new Promise((done) => setTimeout(done, 50));',
    ],
    [
      "without waiting for anything",
      'void Promise.reject(new Error("nope"));\nawait new Promise((done) => setTimeout(done, 50));',
    ],
  ])("that is thrown %s is one line, and no lock is left", async (_, line) => {
    app(line);
    const { code, stderr } = await lab.run(["synth"]);
    expect([code, stderr]).toEqual([1, "unexpected: nope (DEBUG=1 shows more)\n"]);
    expect(existsSync(lab.path(".lab", "cdktf.lock"))).toBe(false);
  });

  it("is told when the app has come to its end", async () => {
    appWith(`await new Promise((done) => setTimeout(done, 100));`);
    const { code, stderr } = await lab.run(["diff"], { TERRAFORM_BINARY_NAME: "nothing-of-this-name" });
    expect([code, stderr]).toEqual([1, expect.stringContaining("TERRAFORM_BINARY_NAME")]);
    expect(existsSync(lab.path("cdktf.out/manifest.json"))).toBe(true);
  });
});

describe("an app that something else runs", () => {
  itWithTool("is run by a shell", async () => {
    writeFileSync(lab.path("cdktf.json"), JSON.stringify({ app: "NOTHING=1 node app.mjs", output: "cdktf.out" }));
    expect((await lab.run(["diff"])).code).toBe(2);
    app("process.kill(process.pid, 'SIGKILL');");
    expect((await lab.run(["diff"])).stderr).toMatch(/ended with (SIGKILL|exit code 137): nothing was synthesized/);
  });
});
