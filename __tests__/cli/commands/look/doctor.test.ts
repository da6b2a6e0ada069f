import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNode } from "../../running.ts";

const ROOT = join(__dirname, "../../../..");
const CONFIG = { name: "lab", oci: { region: "eu-frankfurt-1" }, access: { adminCidrs: ["203.0.113.7/32"] } };

/** Every line that there is without tools, states and credentials, in order. */
const CHECKS = [
  "node",
  "terraform",
  "ssh",
  "image builder",
  "go",
  "nix",
  "config",
  "free tier",
  "credentials",
  "budget",
  "region",
  "versions",
  "image base",
  "image proxmox-ampere",
  "tunnel ports",
  "/dev/kvm",
  "guests",
  "account",
  "LAB_HOME",
  "state",
  "lock",
];

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ampere-doctor-"));
  mkdirSync(join(home, "bin"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A program on PATH that says something, or hangs. */
const program = (name: string, script: string): void =>
  writeFileSync(join(home, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

describe("npx lab doctor", () => {
  /** Started as a user would, with nothing on PATH but what a test has put there. */
  async function run(config: unknown, args: readonly string[]) {
    const file = join(home, "lab.json");
    writeFileSync(file, JSON.stringify(config));
    const env = { PATH: join(home, "bin"), HOME: home, LAB_HOME: home, NO_COLOR: "1", FORCE_COLOR: "1" };
    return startNode(join(ROOT, "cli/bin/lab.js"), ["doctor", "--config", file, ...args], { cwd: ROOT, env }).finished;
  }

  it("prints one document, and exits with 0 when nothing fails", async () => {
    program("tofu", 'echo "OpenTofu v1.10.1"');
    const payg = { ...CONFIG, preset: "payg", access: { ...CONFIG.access, basePort: 28_400 } };
    const { code, stdout } = await run(payg, ["--sandbox", "--json"]);
    const document: { findings: { status: string }[] } = JSON.parse(stdout);
    expect(document.findings.filter(({ status }) => status === "fail")).toEqual([]);
    expect(document).toMatchObject({ ok: true, sandbox: true });
    expect(document.findings).toContainEqual(expect.objectContaining({ name: "free tier", status: "warn" }));
    expect(code).toBe(0);
  }, 60_000);

  it.each([
    ["of the sandbox", ["--sandbox"], "ok", "none needed: the sandbox is an account of its own"],
    ["of a real lab", [], "fail", expect.stringContaining("no such file")],
  ])(
    "makes every check %s, whatever the others find",
    async (_what, args, status, found) => {
      const { code, stdout } = await run({ ...CONFIG, preset: "free" }, [...args, "--json"]);
      const { findings }: { findings: { name: string }[] } = JSON.parse(stdout);
      expect([...new Set(findings.map(({ name }) => name))]).toEqual(CHECKS);
      expect(findings).toContainEqual(expect.objectContaining({ name: "credentials", status, found }));
      expect(findings).toContainEqual(expect.objectContaining({ name: "terraform", status: "fail" }));
      expect(code).toBe(1);
    },
    60_000,
  );

  it("asks for no builder of images and no SSH where Talos runs on the instances themselves", async () => {
    const { stdout } = await run({ ...CONFIG, preset: "direct" }, ["--sandbox", "--json"]);
    const { findings }: { findings: { name: string }[] } = JSON.parse(stdout);
    const names = findings.map(({ name }) => name);
    for (const name of ["image builder", "ssh", "image base"]) expect(names).not.toContain(name);
    expect(names).toEqual(expect.arrayContaining(["terraform", "guests"]));
  }, 60_000);

  it("exits with 1 when the config is over the free tier, and has no colours with NO_COLOR", async () => {
    program("tofu", 'echo "OpenTofu v1.10.1"');
    const { code, stdout } = await run({ ...CONFIG, preset: "payg", allowPaid: false }, ["--sandbox"]);
    expect(stdout).toMatch(/^fail {2}free tier +over: /m);
    expect(stdout).not.toContain("\u001B");
    expect(code).toBe(1);
  }, 60_000);

  it("says of a config that cannot be used which field it is, and goes on with what needs none", async () => {
    const { code, stdout } = await run({ ...CONFIG, preset: "large" }, []);
    expect(stdout).toMatch(/^fail {2}config +\S*lab.json: preset: got "large"/m);
    expect(stdout).toMatch(/^ok {4}lock/m);
    expect(code).toBe(1);
  }, 60_000);

  it("does not wait for programs that hang", async () => {
    // Longer than this test may take.
    for (const name of ["tofu", "ssh", "go", "dagger"]) program(name, "exec /bin/sleep 90");
    const { stdout } = await run({ ...CONFIG, preset: "free" }, []);
    expect(stdout).toMatch(/^fail {2}terraform/m);
  }, 60_000);
});
