import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { itWithTool, SmallLab } from "./small-lab.ts";

let lab: SmallLab;
beforeEach(() => {
  lab = new SmallLab({
    vms: { reads: ["net"], terraform: {} },
    net: { terraform: { resource: { terraform_data: { a: { input: 1 } } } } },
  });
});
afterEach(() => lab.dispose());

describe("the command line", () => {
  it.each([
    [["destry"], "cdktf: unknown command 'destry' (Did you mean destroy?)"],
    [["deploy", "--auto-aprove"], "cdktf: unknown option '--auto-aprove' (Did you mean --auto-approve?)"],
    [
      ["diff", "--parallelism", "two"],
      "cdktf: option '--parallelism <number>' argument 'two' is invalid. allowed a whole number from -1.",
    ],
    [["get"], "cdktf: get is a command of upstream's CLI, which is not installed"],
  ])("%j is one line and exit code 1", async (args, line) => {
    const { code, stdout, stderr } = await lab.run(args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(line)]);
  });

  it("hands upstream's commands to cdktn where it is installed", async () => {
    const folder = lab.path("node_modules", ".bin");
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/cdktn`, '#!/bin/sh\necho "cdktn $*"\nexit 7\n');
    chmodSync(`${folder}/cdktn`, 0o755);
    const { code, stdout } = await lab.run(["get", "--language", "typescript"]);
    expect([code, stdout]).toEqual([7, "cdktn get --language typescript\n"]);
  });

  itWithTool("names an unknown stack and those that there are", async () => {
    const { code, stderr } = await lab.run(["deploy", "nets", "--auto-approve"]);
    expect(code).toBe(1);
    expect(stderr).toContain('no stack is called "nets"; did you mean net? The app has: net, vms');
  });

  it("prints a document with --json even when it fails", async () => {
    writeFileSync(lab.path("app.mjs"), "process.exit(1)");
    const { code, stdout } = await lab.run(["list", "--json"]);
    expect([code, JSON.parse(stdout)]).toEqual([1, { stacks: [], error: "see what was said on stderr" }]);
  });
});

describe("cdktf synth and list", () => {
  it("say what was synthesized, in the order of deployment", async () => {
    expect(await lab.run(["synth"])).toEqual({ code: 0, stdout: "synthesized net, vms into cdktf.out\n", stderr: "" });
    expect((await lab.run(["list"])).stdout).toBe("net  cdktf.out/stacks/net\nvms  cdktf.out/stacks/vms  after net\n");
  });

  it("pass on what the app says, and its failure", async () => {
    writeFileSync(lab.path("app.mjs"), 'console.log("hello"); console.error("lab.config.ts: bad"); process.exit(1);');
    expect(await lab.run(["synth"])).toEqual({ code: 1, stdout: "", stderr: "hello\nlab.config.ts: bad\n" });
  });

  it("name an app that writes nothing, whatever an earlier one wrote", async () => {
    await lab.run(["synth"]);
    writeFileSync(lab.path("app.mjs"), "");
    const { code, stderr } = await lab.run(["synth"]);
    expect(code).toBe(1);
    expect(stderr).toContain("manifest.json is not there: nothing was synthesized");
  });

  it("tell of the warnings of constructs", async () => {
    const manifest = {
      stacks: {
        net: {
          name: "net",
          workingDirectory: "stacks/net",
          synthesizedStackPath: "x",
          annotations: [{ level: "@cdktf/warn", message: "small" }],
        },
      },
    };
    writeFileSync(
      lab.path("app.mjs"),
      `import { writeFileSync } from "node:fs"; writeFileSync(process.env.CDKTF_OUTDIR + "/manifest.json", ${JSON.stringify(JSON.stringify(manifest))});`,
    );
    expect((await lab.run(["synth"])).stderr).toBe("Warning in net: small\n");
  });

  it("give the app LAB_HOME, LAB_CONFIG and LAB_SANDBOX", async () => {
    writeFileSync(
      lab.path("app.mjs"),
      "const { LAB_HOME, LAB_CONFIG, LAB_SANDBOX, CDKTF_OUTDIR } = process.env; console.error(JSON.stringify({ LAB_HOME, LAB_CONFIG, LAB_SANDBOX, CDKTF_OUTDIR })); process.exit(1);",
    );
    const { stderr } = await lab.run(["synth", "--sandbox", "--config", "my.ts"], {
      LAB_HOME: lab.path("home"),
      OCI_TENANCY: "x",
    });
    expect(JSON.parse(stderr)).toEqual({
      LAB_HOME: lab.path("home"),
      LAB_CONFIG: lab.path("my.ts"),
      LAB_SANDBOX: "1",
      CDKTF_OUTDIR: lab.path("home", "cdktf.out"),
    });
  });
});

describe("--skip-synth", () => {
  itWithTool("takes what was synthesized last", async () => {
    await lab.run(["synth"]);
    writeFileSync(lab.path("app.mjs"), "process.exit(1)");
    expect((await lab.run(["deploy", "net", "--auto-approve", "--skip-synth"])).code).toBe(0);
  });

  itWithTool("refuses stacks that were synthesized for the sandbox", async () => {
    await lab.run(["synth", "--sandbox"]);
    const { code, stderr } = await lab.run(["diff", "net", "--skip-synth"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/stack (net|vms) was synthesized for the sandbox/);
    expect(readFileSync(lab.path("cdktf.out/stacks/net/cdk.tf.json"), "utf8")).toContain(".sandbox");
  });
});

describe("the tool", () => {
  const tool = (name: string, version: string): void => {
    mkdirSync(lab.path("bin"), { recursive: true });
    writeFileSync(lab.path("bin", name), `#!/bin/sh\necho "${version}"\n`, { mode: 0o755 });
  };
  const onlyPath = (): Readonly<Record<string, string>> => ({
    PATH: `${lab.path("bin")}:/usr/bin:/bin`,
    XDG_CACHE_HOME: lab.path("cache"),
  });

  it("is asked for in one line where there is none", async () => {
    const { code, stderr } = await lab.run(["diff", "net"], {
      PATH: lab.path("bin"),
      XDG_CACHE_HOME: lab.path("cache"),
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^neither tofu nor terraform is on PATH: install OpenTofu .*\n$/);
  });

  it("must not be older than 1.8", async () => {
    tool("terraform", "Terraform v1.5.7");
    const { code, stderr } = await lab.run(["diff", "net"], onlyPath());
    expect(code).toBe(1);
    expect(stderr).toContain(`Terraform 1.5.7 (${lab.path("bin", "terraform")}): too old, allowed 1.8 or newer`);
  });

  it("is tofu before terraform, unless TERRAFORM_BINARY_NAME says otherwise", async () => {
    tool("tofu", "OpenTofu v1.9.1");
    tool("terraform", "Terraform v1.11.4");
    expect((await lab.run(["diff", "net"], onlyPath())).stderr).toContain("using OpenTofu 1.9.1");
    const wished = await lab.run(["diff", "net"], { ...onlyPath(), TERRAFORM_BINARY_NAME: "terraform" });
    expect(wished.stderr).toContain("using Terraform 1.11.4");
  });

  it("is named when TERRAFORM_BINARY_NAME is not there", async () => {
    const { stderr } = await lab.run(["diff", "net"], { ...onlyPath(), TERRAFORM_BINARY_NAME: "tf" });
    expect(stderr).toContain('TERRAFORM_BINARY_NAME: got "tf", which is not on PATH');
  });
});
