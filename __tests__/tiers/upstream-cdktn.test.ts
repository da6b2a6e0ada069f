import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freeBasePort } from "../../cli/demo-stage.ts";
import { runningSandbox } from "../../sandbox/client.ts";

const ROOT = join(__dirname, "..", "..");
const VERSION = "0.24.0";

jest.setTimeout(600_000);

/** What `lab sandbox start --env` prints for a shell, as a shell reads it. */
function evaluated(exports: string): Record<string, string> {
  const printed = execFileSync("sh", ["-c", `${exports}\nenv -0`], { encoding: "utf8", env: {} });
  return Object.fromEntries(
    printed
      .split("\0")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

describe(`upstream's cdktn ${VERSION} on the same cdktf.json`, () => {
  const folder = mkdtempSync(join(tmpdir(), "ampere-lab-cdktn-"));
  let env: NodeJS.ProcessEnv;

  const cdktn = (...args: string[]) =>
    spawnSync(
      process.execPath,
      [
        join(folder, "node_modules", "cdktn-cli", "bundle", "bin", "cdktn.js"),
        ...args,
        "--output",
        join(folder, "cdktf.out"),
      ],
      { cwd: ROOT, env, encoding: "utf8" },
    );

  beforeAll(async () => {
    writeFileSync(join(folder, "package.json"), "{}");
    execFileSync("npm", ["install", "--no-audit", "--no-fund", `cdktn-cli@${VERSION}`], { cwd: folder, stdio: "pipe" });
    // Looked for last: another test could take the ports meanwhile.
    const config = join(folder, "lab.config.json");
    const access = { adminCidrs: ["203.0.113.7/32"], basePort: await freeBasePort() };
    writeFileSync(config, JSON.stringify({ name: "upstream", oci: { region: "eu-frankfurt-1" }, access }));
    const lab = join(ROOT, "cli", "bin", "lab.js");
    const home = { ...process.env, LAB_HOME: folder, LAB_CONFIG: config };
    const exports = execFileSync(process.execPath, [lab, "sandbox", "start", "--env"], {
      cwd: ROOT,
      env: home,
      encoding: "utf8",
    });
    env = {
      ...home,
      ...evaluated(exports),
      // The app is `node main.ts`: it wants this Node, not an older one on PATH.
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      CHECKPOINT_DISABLE: "1",
      DISABLE_VERSION_CHECK: "1",
      CDKTF_HOME: join(folder, ".cdktf"),
    };
  });

  afterAll(async () => {
    await (await runningSandbox(folder))?.stop();
    rmSync(folder, { recursive: true });
  });

  it("deploys the three stacks", () => {
    const { status, stdout, stderr } = cdktn(
      "deploy",
      "oci",
      "proxmox",
      "talos",
      "--auto-approve",
      "--skip-provider-lock",
    );
    expect({ status, said: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, said: "" });
  });

  it("leaves nothing for our own diff to change", () => {
    const cdktf = join(ROOT, "cli", "bin", "cdktf.js");
    const { status, stderr } = spawnSync(process.execPath, [cdktf, "diff", "--sandbox"], {
      cwd: ROOT,
      env,
      encoding: "utf8",
    });
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("destroys them", async () => {
    const { status, stdout, stderr } = cdktn(
      "destroy",
      "oci",
      "proxmox",
      "talos",
      "--auto-approve",
      "--skip-provider-lock",
    );
    expect({ status, said: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, said: "" });
    // Deleting a compartment takes Oracle an hour: it is kept.
    expect(await (await runningSandbox(folder))?.inventory()).toEqual([
      expect.objectContaining({ type: "oci_identity_compartment" }),
    ]);
  });
});
