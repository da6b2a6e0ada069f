import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { itWithTool, SmallLab, TOOL } from "../../small-lab.ts";

const OTHER_PRODUCT = TOOL === "tofu" ? "terraform" : "opentofu";
const PRODUCT = TOOL === "tofu" ? "opentofu" : "terraform";

/** Of a provider that no stack here needs. */
const FOREIGN = `provider "registry.terraform.io/hashicorp/null" {
  version = "3.2.4"
  hashes = ["h1:L5V05xwp/Gto1leRryuesxjMfgZwjb7oool4WS1UEFQ="]
}
`;

let lab: SmallLab;
beforeEach(() => {
  lab = new SmallLab({
    vms: { reads: ["net"], terraform: {} },
    net: { terraform: { resource: { terraform_data: { a: { input: 1 } } } } },
  });
});
afterEach(() => lab.dispose());

function write(path: string, text: string, mode = 0o644): string {
  const file = lab.path(path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
  return file;
}
const read = (...path: readonly string[]): string => readFileSync(lab.path(...path), "utf8");
const written = (path: string): readonly string[] => (lab.has(path) ? read(path).trim().split("\n") : []);

describe("lab providers lock", () => {
  /** Plays a tool: notes what it was asked for, and writes a lock that names the stack it was given. */
  const fake = (banner: string, lock = 'sed "s/^/# /" cdk.tf.json >.terraform.lock.hcl'): Record<string, string> => ({
    TERRAFORM_BINARY_NAME: write(
      "bin/tool",
      `#!/bin/sh
[ "$1" = version ] && { echo '${banner}'; exit; }
echo "$(ls -A | tr '\\n' ' ')$*" >>'${lab.path("asked")}'
${lock}
`,
      0o755,
    ),
  });

  it("has the tool lock each stack by itself for all platforms, and keeps the locks by tool", async () => {
    const { code, stdout, stderr } = await lab.runLab(["providers", "lock"], fake("Terraform v1.11.4"));
    expect([code, stderr]).toEqual([0, `using Terraform 1.11.4 (${lab.path("bin/tool")})\n`]);
    expect(stdout).toBe("locks/terraform/net.hcl written\nlocks/terraform/vms.hcl written\n");
    const asked =
      "cdk.tf.json providers lock -platform=linux_amd64 -platform=linux_arm64 -platform=darwin_amd64 -platform=darwin_arm64";
    expect(written("asked")).toEqual([asked, asked]);
    expect(read("locks/terraform/net.hcl")).toContain("net.tfstate");
    expect(read("locks/terraform/vms.hcl")).toContain("vms.tfstate");
    expect(lab.has(".lab", "run", "providers-lock")).toBe(false);
  });

  it("keeps those of OpenTofu apart, and says which have changed", async () => {
    const env = fake("OpenTofu v1.12.6");
    await lab.runLab(["providers", "lock"], env);
    write("locks/opentofu/vms.hcl", "of last month");
    const { stdout } = await lab.runLab(["providers", "lock", "--json"], env);
    expect(JSON.parse(stdout)).toEqual({
      tool: "OpenTofu",
      version: "1.12.6",
      stacks: [
        { name: "net", file: "locks/opentofu/net.hcl", changed: false },
        { name: "vms", file: "locks/opentofu/vms.hcl", changed: true },
      ],
    });
    expect(lab.has("locks", "terraform")).toBe(false);
  });

  it("writes none when one fails, and says why in a line", async () => {
    const failing = `grep -q terraform_data cdk.tf.json && { echo >.terraform.lock.hcl; exit; }
printf '╷\\n│ Error: Could not retrieve providers for locking\\n│ \\n│ no such host.\\n╵\\n' >&2; exit 1`;
    const { code, stdout, stderr } = await lab.runLab(["providers", "lock"], fake("Terraform v1.11.4", failing));
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(
      "vms: tool providers lock: Could not retrieve providers for locking no such host.",
    );
    expect(lab.has("locks")).toBe(false);
  });

  it("takes away the lock of a stack that needs no provider any more", async () => {
    write("locks/terraform/net.hcl", FOREIGN);
    const { stdout } = await lab.runLab(["providers", "lock"], fake("Terraform v1.11.4", ""));
    expect(stdout).toBe("net needs no provider\nvms needs no provider\n");
    expect(lab.has("locks", "terraform", "net.hcl")).toBe(false);
  });

  it("is refused in the sandbox, before anything is synthesized", async () => {
    const { code, stderr } = await lab.runLab(["providers", "lock"], {
      ...fake("Terraform v1.11.4"),
      LAB_SANDBOX: "1",
    });
    expect([code, stderr.trimEnd().split("\n")]).toEqual([1, [expect.stringContaining("LAB_SANDBOX is set")]]);
    expect(lab.has("cdktf.out")).toBe(false);
  });
});

describe("a committed lock", () => {
  const inits = (): readonly string[] => written("asked").filter((line) => line.startsWith("init"));
  /** The tool, and a note of what it was asked for. */
  const noting = (): Record<string, string> => ({
    TERRAFORM_BINARY_NAME: write(
      "bin/tool",
      `#!/bin/sh\necho "$*" >>'${lab.path("asked")}'\nexec ${TOOL} "$@"\n`,
      0o755,
    ),
  });
  const diff = (...args: readonly string[]) => lab.run(["diff", "net", ...args], noting());

  itWithTool("is what a real run is held to", async () => {
    write(`locks/${PRODUCT}/net.hcl`, "# committed\n");
    expect((await diff()).code).toBe(2);
    expect(read("cdktf.out/stacks/net/.terraform.lock.hcl")).toBe("# committed\n");
    expect(inits()).toEqual([expect.stringContaining("-lockfile=readonly")]);
  });

  itWithTool("is taken again when it is another, and only then", async () => {
    write(`locks/${PRODUCT}/net.hcl`, "# committed\n");
    await diff();
    await diff();
    expect(inits()).toHaveLength(1);
    write(`locks/${PRODUCT}/net.hcl`, "# committed later\n");
    await diff();
    expect(inits()).toHaveLength(2);
    expect(read("cdktf.out/stacks/net/.terraform.lock.hcl")).toBe("# committed later\n");
  });

  itWithTool("that is not of these providers fails, and says which it was and what writes it anew", async () => {
    write(`locks/${PRODUCT}/net.hcl`, FOREIGN);
    const { code, stderr } = await diff();
    expect(code).toBe(1);
    expect(stderr).toContain("Error in net: init failed");
    expect(stderr).toContain(
      `net is held to locks/${PRODUCT}/net.hcl: when its providers are others now, \`npx lab providers lock\` writes it anew`,
    );
  });

  itWithTool("is not for the sandbox", async () => {
    write(`locks/${PRODUCT}/net.hcl`, FOREIGN);
    const { code } = await diff("--sandbox");
    await lab.runLab(["sandbox", "stop"]);
    expect([code, inits()]).toEqual([2, [expect.not.stringContaining("-lockfile")]]);
    expect(read(`locks/${PRODUCT}/net.hcl`)).toBe(FOREIGN);
    expect(lab.has("cdktf.out/stacks/net/.terraform.lock.hcl")).toBe(false);
  });

  itWithTool("of the other product is not for this one", async () => {
    write(`locks/${OTHER_PRODUCT}/net.hcl`, FOREIGN);
    expect((await diff()).code).toBe(2);
    expect(inits()).toEqual([expect.not.stringContaining("-lockfile")]);
  });

  itWithTool("leaves a stack that has none to what init locks", async () => {
    write(`locks/${PRODUCT}/vms.hcl`, FOREIGN);
    expect((await diff()).code).toBe(2);
  });
});
