import { readFileSync, statSync } from "node:fs";
import { itWithTool, SmallLab, type StackSource } from "../../small-lab.ts";

const network = (input: string): StackSource => ({
  terraform: {
    resource: { terraform_data: { vcn: { input } } },
    output: {
      vcn: { value: "${terraform_data.vcn.output}" },
      token: { value: "hunter2", sensitive: true },
      "cross-stack-output-vcn": { value: "${terraform_data.vcn.output}", sensitive: true },
    },
  },
});
const guest = (replaced: string): StackSource => ({
  reads: ["net"],
  terraform: {
    resource: {
      terraform_data: {
        vm: { input: "${data.terraform_remote_state.net.outputs.vcn}", triggers_replace: replaced },
      },
    },
  },
});

/** The document of `--json`, by stack. */
function statuses(stdout: string): Readonly<Record<string, string>> {
  const { stacks } = JSON.parse(stdout);
  return Object.fromEntries(stacks.map(({ name, status }: { name: string; status: string }) => [name, status]));
}

let lab: SmallLab;
beforeEach(() => {
  lab = new SmallLab({
    vms: guest("a"),
    net: network("one"),
    other: { terraform: { resource: { terraform_data: { x: { input: 1 } } } } },
  });
});
afterEach(() => lab.dispose());

describe("cdktf deploy", () => {
  itWithTool("deploys in dependency order, then has no changes, and destroys in the reverse order", async () => {
    const deployed = await lab.run(["deploy", "vms", "net", "--auto-approve"]);
    expect(deployed.code).toBe(0);
    expect(deployed.stdout.indexOf("net deployed")).toBeLessThan(deployed.stdout.indexOf("vms + terraform_data.vm"));
    expect(lab.state("vms")).toEqual(["terraform_data.vm"]);

    const same = await lab.run(["diff", "net", "vms"]);
    expect([same.code, same.stdout]).toEqual([0, "net no changes\nvms no changes\n"]);

    const destroyed = await lab.run(["destroy", "net", "vms", "--auto-approve"]);
    expect(destroyed.code).toBe(0);
    expect(destroyed.stdout.indexOf("vms destroyed")).toBeLessThan(
      destroyed.stdout.indexOf("net - terraform_data.vcn"),
    );
    expect([...lab.state("net"), ...lab.state("vms")]).toEqual([]);
  });

  itWithTool("takes all stacks when none is named, and says so", async () => {
    const { code, stderr, stdout } = await lab.run(["deploy", "--auto-approve", "--json"]);
    expect(code).toBe(0);
    expect(stderr).toContain("no stack named: deploying all of them (net, vms, other)");
    expect(statuses(stdout)).toEqual({ net: "deployed", vms: "deployed", other: "deployed" });
  });

  itWithTool("never shows a sensitive output, nor one that cdktf made for itself", async () => {
    const { stdout, stderr } = await lab.run(["deploy", "net", "--auto-approve", "--outputs-file", "out.json"]);
    expect(stdout).toContain("net token = (sensitive)");
    expect(stdout).toContain("net vcn = one");
    expect(stdout).not.toContain("cross-stack");
    const everything = stdout + stderr + readFileSync(lab.path("out.json"), "utf8") + logs();
    expect(everything).not.toContain("hunter2");
    expect(JSON.parse(readFileSync(lab.path("out.json"), "utf8"))).toEqual({ net: { vcn: "one" } });
  });

  const logs = (): string =>
    ["plan.log", "apply.log"].map((name) => readFileSync(lab.path(".lab", "run", "net", name), "utf8")).join("");

  itWithTool("keeps state and logs from other users, and no plan behind", async () => {
    await lab.run(["deploy", "net", "--auto-approve"]);
    for (const parts of [
      [".lab", "run"],
      [".lab", "state", "net.tfstate"],
      [".lab", "run", "net", "apply.log"],
    ]) {
      expect(statSync(lab.path(...parts)).mode & 0o077).toBe(0);
    }
    expect(readFileSync(lab.path(".lab", "run", "net", "plan.exit"), "utf8").trim()).toBe("2");
    expect(lab.has(".lab", "run", "net.json")).toBe(false);
  });

  itWithTool("writes sensitive outputs to a file only when asked to, and for its owner only", async () => {
    await lab.run(["deploy", "net", "--auto-approve"]);
    const { code } = await lab.run([
      "output",
      "net",
      "--outputs-file",
      "out.json",
      "--outputs-file-include-sensitive-outputs",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(lab.path("out.json"), "utf8"))).toEqual({ net: { vcn: "one", token: "hunter2" } });
    expect(statSync(lab.path("out.json")).mode & 0o077).toBe(0);
  });

  itWithTool("goes on with what does not depend on a stack that fails, and skips what does", async () => {
    const broken = { vcn: { input: "x", provisioner: { "local-exec": { command: "echo no room; exit 3" } } } };
    lab.write({
      net: { terraform: { resource: { terraform_data: broken } } },
      vms: { reads: ["net"], terraform: { resource: { terraform_data: { vm: { input: 1 } } } } },
      other: { terraform: { resource: { terraform_data: { x: { input: 1 } } } } },
    });
    const { code, stdout, stderr } = await lab.run(["deploy", "--auto-approve", "--json"]);
    expect(code).toBe(1);
    expect(statuses(stdout)).toEqual({ net: "failed", vms: "skipped", other: "deployed" });
    expect(stderr).toContain("Error in net: local-exec provisioner error\n  terraform_data.vcn\n");
    expect(lab.state("other")).toEqual(["terraform_data.x"]);
    expect(lab.has(".lab", "run", "net.json")).toBe(false);
  });

  itWithTool("names the stack that another one reads and that is not deployed", async () => {
    const { code, stderr } = await lab.run(["deploy", "vms", "--auto-approve"]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "vms reads the outputs of net, not deployed yet: name it too, as in `cdktf deploy net vms`",
    );
  });

  itWithTool("does not destroy what a deployed stack still reads", async () => {
    await lab.run(["deploy", "net", "vms", "--auto-approve"]);
    const { code, stderr } = await lab.run(["destroy", "net", "--auto-approve"]);
    expect(code).toBe(1);
    expect(stderr).toContain("vms still reads the outputs of net");
    expect(lab.state("net")).toEqual(["terraform_data.vcn"]);
  });

  itWithTool("changes nothing without a terminal to ask on", async () => {
    const { code, stdout, stderr } = await lab.run(["deploy", "net"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      "cdktf deploy asks before it changes anything, and there is no terminal to ask on: pass --auto-approve\n",
    );
    expect(lab.has(".lab", "state")).toBe(false);
  });

  itWithTool("destroys nothing twice", async () => {
    const { code, stdout } = await lab.run(["destroy", "--auto-approve", "--json"]);
    expect(code).toBe(0);
    expect(statuses(stdout)).toEqual({ net: "absent", vms: "absent", other: "absent" });
  });
});
