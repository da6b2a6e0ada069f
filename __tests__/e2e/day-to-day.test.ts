import { readdirSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { TestLab } from "./lab.ts";

jest.setTimeout(120_000);

const row = (stdout: string, label: string): string | undefined =>
  stdout
    .split("\n")
    .find((line) => line.startsWith(label))
    ?.replaceAll(/ {2,}/g, " | ");

describe("around a lab that is not deployed,", () => {
  let lab: TestLab;
  beforeEach(async () => {
    lab = await TestLab.create();
  });
  afterEach(() => lab.end());

  it("limits says what it would take, asks no account, and writes no stack", async () => {
    const { code, stdout, stderr } = await lab.lab("limits");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(row(stdout, "A1 OCPUs")).toBe("A1 OCPUs | 2 OCPU | - | 2 OCPU | [1]");
    expect(stdout).toContain("\ndeployed: nothing\naccount: not asked, as no sandbox runs: npx lab sandbox start\n");
    expect(stdout).toMatch(/\nThe config is inside every Always Free limit: \$0\.00 \(.*checked \d{4}-\d\d-\d\d\)\n$/);
    expect(existsSync(join(lab.home, "cdktf.out", "manifest.json"))).toBe(false);
  });

  it("limits exits with 1 where synth would refuse, and with 0 where the bill is meant", async () => {
    const hosts = [{ name: "pve-1", ocpus: 4, memoryGb: 24, bootVolumeGb: 150 }];
    lab.configure({ hosts });
    const refused = await lab.lab("limits");
    expect(refused).toMatchObject({ code: 1, stderr: "" });
    expect(refused.stdout).toContain("The config is over 2 Always Free limits: this costs money (");
    lab.configure({ hosts, allowPaid: true });
    const { code, stdout } = await lab.lab("limits", "--json");
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { free: false, allowPaid: true, account: "not asked" }]);
  });

  it("limits says in one line what is wrong with a config", async () => {
    lab.configure({ network: { vcn: "10.0.0.0/33" } });
    const { code, stdout, stderr } = await lab.lab("limits");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^[^\n]*network\.vcn: got "10\.0\.0\.0\/33"[^\n]*\n$/);
  });

  it("graph draws it all the same, on stdout or into a file", async () => {
    const { code, stdout, stderr } = await lab.lab("graph");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^flowchart TB\n {2}subgraph talos_stack\["talos"\]\n/);
    const id = (label: string): string => new RegExp(`^ +(\\w+)\\["${label}`, "m").exec(stdout)?.[1] ?? label;
    expect(stdout).toContain(`\n  ${id("cp-1<br/>Talos")} --> ${id("cp-1<br/>VM")}\n`);
    expect(stdout).toContain(`\n  ${id("cp-1<br/>VM")} --> ${id("pve-1<br/>VM.Standard.A1.Flex")}\n`);
    const file = join(lab.home, "lab.mmd");
    expect(await lab.lab("graph", "--skip-synth", "--out", file)).toMatchObject({ code: 0, stdout: "" });
    expect(readFileSync(file, "utf8")).toBe(stdout);
    expect((await lab.lab("graph", "--skip-synth", "--format", "svg")).stdout).toMatch(
      /^<svg [^]+>pve-1<[^]+<\/svg>\n$/,
    );
  });

  it.each(["kubeconfig", "talosconfig"])("there is no %s, in one line that says how to get one", async (kind) => {
    const line = `talos is not deployed, so there is no ${kind}: npx cdktf deploy --sandbox\n`;
    expect(await lab.lab(kind)).toMatchObject({ code: 1, stdout: "", stderr: line });
    expect(existsSync(join(lab.home, ".sandbox", kind))).toBe(false);
  });
});

describe("around a deployed lab,", () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await TestLab.create();
    expect(await lab.cdktf("deploy", "--auto-approve")).toMatchObject({ code: 0 });
  });
  afterAll(() => lab.end());

  it("limits has config, state and the sandbox's account agree", async () => {
    const { code, stdout } = await lab.lab("limits");
    expect(code).toBe(0);
    expect(row(stdout, "A1 OCPUs")).toBe("A1 OCPUs | 2 OCPU | 2 OCPU | 2 of 2 OCPU | 2 OCPU | [1]");
    expect(row(stdout, "boot and block")).toBe(
      "boot and block volumes | 150 GB | 150 GB | 150 of 200 GB | 200 GB | [2]",
    );
    expect(row(stdout, "VCNs")).toBe("VCNs | 1 | 1 | 1 of 2 | 2 | [5]");
  });

  it.each(["kubeconfig", "talosconfig"])("%s is a file of its owner's, and nothing of it is printed", async (kind) => {
    const file = join(lab.home, ".sandbox", kind);
    const { code, stdout, stderr } = await lab.lab(kind);
    const ends = expect.stringMatching(/^certificate: \w+ until [\d-]+; [^\n]+\n$/);
    expect([code, stderr]).toEqual([0, ends]);
    expect(stdout).toMatch(/^wrote context (admin@)?test-lab to [^\n]+\n$/);
    expect(stdout).toContain(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const piped = await lab.lab(kind, "--stdout", "--skip-synth");
    expect(piped).toMatchObject({ code: 0, stdout: readFileSync(file, "utf8"), stderr: ends });
  });

  it("kubeconfig is merged into another, which is kept, and says so to a script", async () => {
    const file = join(lab.home, "config");
    const merge = async (): Promise<unknown> =>
      JSON.parse((await lab.lab("kubeconfig", "--skip-synth", "--json", "--merge", file)).stdout);
    expect(await merge()).toEqual({ file, contexts: ["admin@test-lab"], merged: true, backup: null });
    expect(parse(readFileSync(file, "utf8")).clusters[0].cluster.server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await merge()).toMatchObject({ backup: null });
  });

  it.each(["diff", "deploy"])("%s refuses a Kubernetes two minor versions away, in one line", async (verb) => {
    lab.configure({ versions: { kubernetes: "1.35.0" } });
    const { code, stdout, stderr } = await lab.cdktf(verb, ...(verb === "deploy" ? ["--auto-approve"] : []));
    lab.configure({ versions: {} });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/\nversions\.kubernetes: got 1\.35\.0, allowed 1\.37 [^\n]*\n$/);
  });

  it("a raised Talos upgrades no machine, which diff and deploy say beforehand and validate afterwards", async () => {
    lab.configure({ versions: { talos: "1.14.2" } });
    const note = /^note: versions\.talos 1\.14\.1 → 1\.14\.2 upgrades no machine: /m;
    const planned = await lab.cdktf("diff");
    expect([planned.code, planned.stderr]).toEqual([2, expect.stringMatching(note)]);
    const deployed = await lab.cdktf("deploy", "--auto-approve");
    expect([deployed.code, deployed.stderr]).toEqual([0, expect.stringMatching(note)]);
    expect(deployed.stdout).not.toMatch(/[+-] .*vm\.cp-1/);
    expect((await lab.lab("validate", "cluster")).stdout).toContain(
      "Talos          cp-1 runs v1.14.1, the config says v1.14.2; to do: npx lab upgrade talos --sandbox, or set versions.talos to what runs",
    );
    expect(await lab.cdktf("diff")).toMatchObject({ code: 0 });
  });

  it("lab upgrade talos says the order, upgrades to the config's Talos, keeps a snapshot of etcd, and changes nothing twice", async () => {
    expect((await lab.lab("upgrade", "talos", "--dry-run")).stdout).toBe(
      "cp-1 1.14.1 → 1.14.2: cordon, drain, upgrade, reboot, uncordon\n",
    );
    const upgraded = await lab.lab("upgrade", "talos");
    expect(upgraded).toMatchObject({ code: 0, stderr: expect.not.stringContaining("to do") });
    expect(upgraded.stdout).toMatch(/\ncp-1: 1\.14\.1 → 1\.14\.2, Ready\nTalos 1\.14\.2 on every machine\n$/);
    const [snapshot = "", ...more] = readdirSync(join(lab.home, ".sandbox", "etcd"));
    expect([statSync(join(lab.home, ".sandbox", "etcd", snapshot)).mode & 0o777, more]).toEqual([0o600, []]);
    expect((await lab.lab("validate", "cluster")).stdout).toContain("v1.14.2 on 1 machine, as configured");
    const again = await lab.lab("upgrade", "talos", "--json");
    expect(JSON.parse(again.stdout)).toEqual({
      to: "1.14.2",
      dryRun: false,
      nodes: [{ node: "cp-1", from: "1.14.2", done: true }],
      snapshot: null,
    });
    expect(await lab.cdktf("diff")).toMatchObject({ code: 0 });
  });

  it("lab upgrade talos refuses to go back, in one line", async () => {
    const { code, stdout, stderr } = await lab.lab("upgrade", "talos", "--to", "1.14.0");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/\n--to: got 1\.14\.0, but cp-1 runs 1\.14\.2: an upgrade does not go back\n$/);
  });
});
