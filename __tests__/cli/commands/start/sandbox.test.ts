import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { emptyWorld } from "../../../../sandbox/systems/index.ts";
import { SmallLab } from "../../small-lab.ts";

const LAB = join(__dirname, "../../../../cli/bin/lab.js");

let lab: SmallLab;
beforeEach(() => {
  lab = new SmallLab({ net: { terraform: {} } });
});
afterEach(() => {
  run("sandbox", "stop");
  lab.dispose();
});

function environment() {
  return { PATH: process.env["PATH"], HOME: lab.home, TMPDIR: process.env["TMPDIR"] };
}

function run(...args: readonly string[]) {
  return spawnSync(process.execPath, [LAB, ...args], {
    cwd: lab.home,
    env: environment(),
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
    // A key has several lines, between the quotation marks.
    expect(stdout).toMatch(/^(export \w+='[^']*'\n)+$/);

    expect(JSON.parse(run("sandbox", "status", "--json").stdout)).toMatchObject({ running: true, home: lab.home });
    expect(run("sandbox", "stop").status).toBe(0);
    expect(JSON.parse(run("sandbox", "status", "--json").stdout)).toEqual({ running: false, home: lab.home });
  });

  it("shows what others have named things, on a line of its own each", () => {
    const world = emptyWorld();
    const id = "ocid1.compartment.oc1..a";
    world.oci.compartments.push({
      id,
      compartmentId: world.oci.tenancyId,
      region: "eu-frankfurt-1",
      timeCreated: "2026-11-29T00:00:00.000Z",
      freeformTags: {},
      definedTags: {},
      name: "x\noci no changes\u001B[2J",
      description: "",
    });
    mkdirSync(join(lab.home, ".sandbox"));
    writeFileSync(join(lab.home, ".sandbox", "world.json"), JSON.stringify(world));
    run("sandbox", "start");
    const shown = String.raw`  oci_identity_compartment  x\noci no changes\u001b[2J  ${id}`;
    expect(run("sandbox", "status", "--all").stdout.split("\n")).toContain(shown);
  });

  it("says in short what is in it, and lists it only when asked to", () => {
    run("sandbox", "start");
    expect(run("sandbox", "status").stdout).toMatch(/^the sandbox of .* draws it\nobjects {2}0\n/);
    run("sandbox", "host", "add", "pve");
    const short = run("sandbox", "status").stdout;
    expect(short).toMatch(/^Proxmox VE {2}alone: pve; 0 running machines$/m);
    expect(short).toMatch(/^objects +\d+; --all lists them$/m);
    expect(short).not.toContain("proxmox_");
    const { objects } = JSON.parse(run("sandbox", "status", "--all", "--json").stdout);
    expect(objects).toContainEqual(expect.objectContaining({ type: expect.stringMatching(/^proxmox_/) }));
  });

  it("tells Oracle's CLI where the account is, though no real provider was asked for", () => {
    const { stdout } = run("sandbox", "start", "--env");
    const value = (name: string) => new RegExp(`^export ${name}='(.*)'$`, "m").exec(stdout)?.[1];
    expect(value("OCI_CLI_ENDPOINT")).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(value("OCI_CLI_PROFILE")).toBe("DEFAULT");
    expect(value("OCI_CLI_CONFIG_FILE")).toBe(join(lab.home, ".sandbox", "home", ".oci", "config"));
    expect(lab.has(".sandbox", "home", ".oci", "config")).toBe(true);
    // Those are the real provider's alone.
    expect(stdout).not.toContain("CLIENT_HOST_OVERRIDES");
  });

  it("is not told of providers in vain", () => {
    const { status, stderr } = run("sandbox", "start", "--providers", "proxmox=real");
    expect([status, stderr]).toEqual([1, "--providers: only with --env, as it is what that prints which changes\n"]);
  });

  it("makes faults, says which there are, and ends them", () => {
    const added = run(
      "sandbox",
      "fault",
      "add",
      "status",
      "--interface",
      "provider",
      "--target",
      "oci_core_vcn*",
      "--nth",
      "2",
    );
    const text = "status 500: provider * oci_core_vcn*, call 2";
    expect(added).toMatchObject({ status: 0, stdout: `1  ${text}\n`, stderr: "" });
    expect(run("sandbox", "fault", "add", "down", "--host", "pve-1").stdout).toBe("2  host pve-1 is down\n");
    expect(run("sandbox", "fault", "list").stdout).toBe(`1  ${text}  hit 0, for 0\n2  host pve-1 is down\n`);
    expect(JSON.parse(run("sandbox", "fault", "list", "--json").stdout)).toMatchObject([
      { id: 1, spec: { what: "call", interface: "provider", nth: 2, fault: { kind: "status", status: 500 } } },
      { id: 2, spec: { what: "down", host: "pve-1" } },
    ]);
    expect(run("sandbox", "fault", "clear", "1").stdout).toBe("cleared 1 fault\n");
    expect(run("sandbox", "fault", "clear").stdout).toBe("cleared 1 fault\n");
    expect(run("sandbox", "fault", "list").stdout).toBe("nothing was asked to go wrong\n");
  });

  it.each([
    ["add slow", "a fault slow needs --ms"],
    ["add down --host pve-1 --ms 3", "a fault down takes no --ms; it takes --host"],
    ["add fire", "got the fault fire, allowed status, reset, lost, hang, slow, throttle, task, capacity, down"],
    ["add status --status 999", "argument '999' is invalid. allowed a whole number from 400 to 599."],
    ["add reset --share 2", "argument '2' is invalid. allowed a number above 0, up to 1."],
    ["add status --target re:(", "target: no regular expression"],
    ["add down --host pve-9", "--host: got pve-9, allowed pve-1"],
    ["add unready --node worker-9", "--node: got worker-9, allowed cp-1"],
    ["add quorum --cluster nowhere", "--cluster: got nowhere, which matches none of"],
    ["add capacity --availability-domain *AD-4", "--availability-domain: got *AD-4, which matches none of Uocm:"],
    ["add capacity --fault-domain FAULT-DOMAIN-4", "--fault-domain: got FAULT-DOMAIN-4, which matches none of"],
    ["add capacity --shape VM.Standard.A9.*", "--shape: got VM.Standard.A9.*, which matches none of"],
    [
      "add status --interface provider --method POST",
      "--method on interface provider: got POST, which matches none of",
    ],
    ["add status --door provider --method POST", "--method on interface provider: got POST, which matches none of"],
    ["clear 9", "there is no fault 9"],
    ["clear all", "got all, allowed the number of a fault, which `list` prints"],
  ])("refuses `fault %s` in one line", (args, message) => {
    const { status, stdout, stderr } = run("sandbox", "fault", ...args.split(" "));
    expect({ status, stdout, line: stderr.trim().split("\n") }).toEqual({
      status: 1,
      stdout: "",
      line: [expect.stringContaining(message)],
    });
  });

  it("prints where its page is, and the log of calls", () => {
    expect(run("sandbox", "log").stderr).toBe(`no sandbox runs for ${lab.home}: npx lab sandbox start\n`);
    expect(run("sandbox", "open").stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/\n$/);
    expect(run("sandbox", "log")).toMatchObject({ status: 0, stdout: "" });
    expect(JSON.parse(run("sandbox", "log", "--json").stdout)).toEqual([]);
  });

  it("follows the log until nobody reads it any more, and says nothing of that", async () => {
    const api = /^export OCI_CLI_ENDPOINT='(.*)'$/m.exec(run("sandbox", "start", "--env").stdout)?.[1] ?? "";
    const follower = spawn(process.execPath, [LAB, "sandbox", "log", "--follow"], {
      cwd: lab.home,
      env: environment(),
    });
    let stderr = "";
    follower.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    follower.stdout.once("data", () => follower.stdout.destroy());
    const ended = once(follower, "close");
    while (follower.exitCode === null) await fetch(`${api}/20160918/regions`);
    expect([await ended, stderr]).toEqual([[0, null], ""]);
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
