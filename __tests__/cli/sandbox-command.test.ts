import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { SmallLab } from "./small-lab.ts";

const LAB = join(__dirname, "../../cli/bin/lab.js");

let lab: SmallLab;
beforeEach(() => {
  lab = new SmallLab({ net: { terraform: {} } });
});
afterEach(() => {
  run("sandbox", "stop");
  lab.dispose();
});

function run(...args: readonly string[]) {
  return spawnSync(process.execPath, [LAB, ...args], {
    cwd: lab.home,
    env: { PATH: process.env["PATH"], HOME: lab.home, TMPDIR: process.env["TMPDIR"] },
    encoding: "utf8",
  });
}

describe("lab sandbox", () => {
  it("starts, prints what other programs need for a shell, says that it runs, and stops", () => {
    expect(run("sandbox", "status")).toMatchObject({ status: 1, stdout: `no sandbox runs for ${lab.home}\n` });

    const { status, stdout } = run("sandbox", "start", "--env");
    expect(status).toBe(0);
    const shell = spawnSync("sh", ["-c", `${stdout}\nenv`], { env: {}, encoding: "utf8" }).stdout;
    expect(shell).toContain("LAB_SANDBOX=1\n");
    expect(shell).toMatch(/^TF_VAR_pve_root_password=.{32,}$/m);
    expect(shell).toMatch(/^TF_REATTACH_PROVIDERS=\{.*"registry\.opentofu\.org\/oracle\/oci"/m);
    expect(
      stdout
        .trim()
        .split("\n")
        .every((line) => line.startsWith("export ")),
    ).toBe(true);

    expect(JSON.parse(run("sandbox", "status", "--json").stdout)).toMatchObject({ running: true, home: lab.home });
    expect(run("sandbox", "stop").status).toBe(0);
    expect(JSON.parse(run("sandbox", "status", "--json").stdout)).toEqual({ running: false, home: lab.home });
  });

  it("forgets states and runs when it is reset, and keeps the secrets", () => {
    run("sandbox", "start", "--env");
    expect(run("sandbox", "reset").status).toBe(0);
    expect([lab.has(".sandbox", "secrets.json"), lab.has(".sandbox", "state"), lab.has(".sandbox", "run")]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
