import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { itWithTool, SmallLab, type StackSource } from "../../small-lab.ts";

const network = (input: string): StackSource => ({
  terraform: {
    resource: { terraform_data: { vcn: { input } } },
    output: {
      vcn: { value: "${terraform_data.vcn.output}" },
      "cross-stack-output-vcn": { value: "${terraform_data.vcn.output}", sensitive: true },
    },
  },
});
const READ_VCN = "${data.terraform_remote_state.net.outputs.vcn}";
const guest = (replaced: string, more: Readonly<Record<string, unknown>> = {}): StackSource => ({
  reads: ["net"],
  terraform: { resource: { terraform_data: { vm: { input: READ_VCN, triggers_replace: replaced }, ...more } } },
});

let lab: SmallLab;
beforeEach(() => {
  lab = new SmallLab({ vms: guest("a"), net: network("one") });
  // A lab has secrets, which saved plans are sealed with.
  writeFileSync(lab.path("lab.json"), JSON.stringify({ version: 1, lab: "test", hosts: [], tunnels: [] }));
});
afterEach(() => lab.dispose());

const deploy = () => lab.run(["deploy", "--auto-approve"]);

describe("cdktf diff", () => {
  itWithTool("exits with 0 when a deploy would change nothing", async () => {
    await deploy();
    expect((await lab.run(["diff"])).code).toBe(0);
  });

  itWithTool("exits with 2 on changes, counts replacements apart, and says which value forces one", async () => {
    await deploy();
    lab.write({ net: network("one"), vms: guest("b") });
    const { code, stdout } = await lab.run(["diff", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      stacks: [
        { name: "net", add: 0, change: 0, replace: 0, destroy: 0, status: "unchanged" },
        { name: "vms", add: 0, change: 0, replace: 1, destroy: 0, status: "changed" },
      ],
    });
    const shown = await lab.run(["diff", "vms"]);
    expect(shown.stdout).toContain("triggers_replace: a → b  (forces replacement)");
  });

  itWithTool("exits with 1 when a stack cannot be planned, and plans the others", async () => {
    lab.write({ net: network("one"), other: { terraform: { resource: { terraform_data: { x: { nonsense: 1 } } } } } });
    const { code, stdout } = await lab.run(["diff", "--json"]);
    const { stacks } = JSON.parse(stdout);
    expect([code, stacks[0].status, stacks[1].status]).toEqual([1, "changed", "failed"]);
    expect(stacks[1].error).toContain("nonsense");
  });

  itWithTool("plans a stack whose upstream has no outputs yet, and says after which stack", async () => {
    const { code, stdout } = await lab.run(["diff"]);
    expect(code).toBe(2);
    expect(stdout).toContain("vms 1 to add, after net");
    expect(readdirSync(lab.path("cdktf.out/stacks")).sort()).toEqual(["net", "vms"]);
    const { stacks } = JSON.parse((await lab.run(["diff", "vms", "--json"])).stdout);
    expect(stacks).toEqual([expect.objectContaining({ name: "vms", add: 1, after: ["net"] })]);
  });

  itWithTool("takes what a stack reads for unknown, of whatever type it will be", async () => {
    const numbers = "${sum(data.terraform_remote_state.net.outputs.sizes)}";
    const net = { terraform: { output: { sizes: { value: [1, 2] } } } };
    const vms = { reads: ["net"], terraform: { resource: { terraform_data: { vm: { input: numbers } } } } };
    lab.write({ net, vms });
    expect((await lab.run(["diff", "vms"])).stdout).toContain("vms 1 to add, after net");
  });

  itWithTool("sees what a stack will do after the change of another one that it reads", async () => {
    await deploy();
    lab.write({ net: network("two"), vms: guest("a") });
    const { stdout } = await lab.run(["diff"]);
    expect(stdout).toContain("vms 1 to change, after net");
    // Net's plan does not know what the apply will make of it.
    expect(stdout).toContain("input: one → (after net)");
  });

  itWithTool("knows what the other one will say where its plan does", async () => {
    const constant = (value: string): StackSource => ({ terraform: { output: { vcn: { value } } } });
    lab.write({ net: constant("one"), vms: guest("a") });
    await deploy();
    lab.write({ net: constant("two"), vms: guest("a") });
    expect((await lab.run(["diff"])).stdout).toContain("input: one → two");
  });

  itWithTool("lists what is destroyed first, then what is replaced", async () => {
    lab.write({ net: network("one"), vms: guest("a", { zebra: { input: 1 } }) });
    await deploy();
    lab.write({ net: network("one"), vms: guest("b", { apple: { input: 1 } }) });
    const { stdout } = await lab.run(["diff", "vms"]);
    const objects = stdout.match(/terraform_data\.\w+/g);
    expect(objects).toEqual(["terraform_data.zebra", "terraform_data.vm", "terraform_data.apple"]);
  });

  itWithTool("shows the values of what is new, and all of the review as JSON, with --detailed", async () => {
    const { stdout } = await lab.run(["diff", "net", "--detailed"]);
    expect(stdout).toContain("input: one");
    const review = JSON.parse((await lab.run(["diff", "net", "--detailed", "--json"])).stdout);
    expect(review).toMatchObject({
      version: 1,
      sandbox: false,
      stacks: [{ name: "net", changes: [{ address: "terraform_data.vcn", action: "create" }] }],
    });
  });

  itWithTool("exits with 1 with --fail-on-destroy, and says what would be lost", async () => {
    await deploy();
    lab.write({ net: network("one"), vms: guest("b") });
    const { code, stderr } = await lab.run(["diff", "--fail-on-destroy"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("--fail-on-destroy: vms: 1 to replace")]);
    lab.write({ net: network("two"), vms: guest("a") });
    expect((await lab.run(["diff", "--fail-on-destroy"])).code).toBe(2);
  });

  itWithTool("writes the review as a comment with --markdown, also when the app refuses its config", async () => {
    const comment = () => readFileSync(lab.path("diff.md"), "utf8");
    await lab.run(["diff", "--markdown", "diff.md"]);
    expect(comment()).toContain("terraform_data.vcn");
    writeFileSync(lab.path("app.mjs"), 'console.error("hosts[0].ocpus: got 80"); process.exitCode = 1;');
    expect((await lab.run(["diff", "--markdown", "diff.md"])).code).toBe(1);
    expect(comment()).toContain("hosts[0].ocpus: got 80");
  });

  itWithTool("initializes once, and again when the folder was emptied", async () => {
    const stamp = (): number => statSync(lab.path("cdktf.out/stacks/net/.terraform/initialized-by-cdktf")).mtimeMs;
    await lab.run(["diff", "net"]);
    const first = stamp();
    await lab.run(["diff", "net"]);
    expect(stamp()).toBe(first);
    lab.dispose();
    lab = new SmallLab({ net: network("one") });
    expect((await lab.run(["diff", "net"])).code).toBe(2);
  });
});
