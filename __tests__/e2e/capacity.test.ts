import { hasScript, onTerminal } from "../cli/on-terminal.ts";
import { TestLab } from "./lab.ts";

jest.setTimeout(120_000);

const LAUNCH = { interface: "provider", method: "ApplyResourceChange", target: "oci_core_instance*" } as const;
const HOST = { name: "pve-1", ocpus: 2, memoryGb: 12, bootVolumeGb: 150 };

describe("where a fault domain has no room", () => {
  let lab: TestLab;
  beforeEach(async () => {
    lab = await TestLab.create();
  });
  afterEach(() => lab.end());

  it("a host that is pinned to it is refused, with what to do, and starts elsewhere when it is not pinned", async () => {
    const full = { what: "capacity", faultDomain: "FAULT-DOMAIN-1" } as const;
    await (await lab.sandbox()).addFault(full);
    lab.configure({ hosts: [{ ...HOST, faultDomain: 1 }] });
    const refused = await lab.cdktf("deploy", "oci", "--auto-approve");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("Out of host capacity");
    expect(refused.stderr).toMatch(
      /^To do about the capacity: npx lab capacity .*leave hosts\[\]\.faultDomain and oci\.spreadHosts out.*$/m,
    );

    lab.configure({ hosts: [HOST] });
    const { code, stderr } = await lab.cdktf("deploy", "oci", "--auto-approve");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("nothing is advised about fault domains where none is named", async () => {
    await (await lab.sandbox()).addFault({ what: "capacity" });
    const { code, stderr } = await lab.cdktf("deploy", "oci", "--auto-approve");
    expect(code).toBe(1);
    expect(stderr).toContain("To do about the capacity: npx lab capacity says where Oracle has room now; set another");
  });
});

describe("a deployed host whose config names a fault domain", () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await TestLab.create({ hosts: [{ ...HOST, faultDomain: 2 }] });
    expect(await lab.cdktf("deploy", "oci", "--auto-approve")).toMatchObject({ code: 0 });
  });
  afterAll(() => lab.end());

  it("is neither replaced nor changed when the config does not name it any more", async () => {
    lab.configure({ hosts: [HOST] });
    const { code, stdout } = await lab.cdktf("diff", "oci");
    expect([code, stdout]).toEqual([0, expect.stringContaining("no changes")]);
  });

  it("is moved, not replaced, when the config names another", async () => {
    lab.configure({ hosts: [{ ...HOST, faultDomain: 3 }] });
    const { code, stdout } = await lab.cdktf("diff", "oci");
    expect(code).toBe(2);
    expect(stdout).toMatch(/1 to change/);
  });
});

describe("a deploy that waits for capacity", () => {
  let lab: TestLab;
  beforeEach(async () => {
    lab = await TestLab.create({ hosts: [HOST] });
  });
  afterEach(() => lab.end());

  it("launches the host once there is room, and nothing twice", async () => {
    const sandbox = await lab.sandbox();
    await sandbox.addFault({ what: "capacity" });
    const deploy = lab.start("deploy", "oci", "--auto-approve", "--wait-for-capacity", "10m");
    expect(await deploy.saw(/out of host capacity after 1 attempt: asks again at [-\d]+ [:\d]+, until /)).toBe(true);
    await sandbox.clearFaults();
    const { code, stderr } = await deploy.ended;
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(await lab.world()).toEqual(lab.state());
  });

  (hasScript ? it : it.skip)("asks whether to deploy once, however often it launches", async () => {
    const fault = { kind: "status", status: 500, code: "InternalError", message: "Out of host capacity." } as const;
    await (await lab.sandbox()).addFault({ what: "call", ...LAUNCH, fault });
    const { code, screen } = await onTerminal({
      command: lab.command("deploy", "oci", "--wait-for-capacity", "10m"),
      cwd: process.cwd(),
      env: { ...lab.env, NO_COLOR: "1" },
      answers: ["y\n"],
    });
    expect({ code, screen: code === 0 ? "" : screen }).toEqual({ code: 0, screen: "" });
    expect(screen).toContain("out of host capacity after 1 attempt");
    expect(screen.match(/\[y, n, d for details\]/g)).toHaveLength(1);
  });

  it("launches where there is room, and leaves the host there when its first domain has room again", async () => {
    const sandbox = await lab.sandbox();
    await sandbox.addFault({ what: "capacity", availabilityDomain: "re:.*AD-[12]" });
    const { code, stdout, stderr } = await lab.cdktf("deploy", "oci", "--auto-approve", "--wait-for-capacity", "10m");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("moves pve-1 to availability domain 3, which has room");
    expect(stdout).not.toContain("out of host capacity");
    await sandbox.clearFaults();
    expect((await lab.cdktf("diff", "oci")).code).toBe(0);
    expect(await lab.world()).toEqual(lab.state());
  });

  it("goes on where a deploy that was interrupted has moved the host", async () => {
    const sandbox = await lab.sandbox();
    await sandbox.addFault({ what: "capacity", availabilityDomain: "*AD-1" });
    const deploy = lab.start("deploy", "oci", "--auto-approve", "--wait-for-capacity", "10m");
    expect(await deploy.saw(/moves pve-1 to availability domain 2/)).toBe(true);
    deploy.child.kill("SIGINT");
    expect((await deploy.ended).code).toBe(130);
    const { code, stdout } = await lab.cdktf("deploy", "oci", "--auto-approve");
    expect([code, stdout]).toEqual([0, expect.stringContaining("oci_core_instance.pve-1_instance")]);
    expect(await lab.world()).toEqual(lab.state());
  });

  it("moves a host that is missing, and none that is there", async () => {
    const small = { ocpus: 1, memoryGb: 6, bootVolumeGb: 75 };
    const node = { name: "cp-1", role: "control-plane", vcpus: 1, memoryMb: 2048, diskGb: 20 } as const;
    lab.configure({ hosts: [{ ...small, name: "pve-1" }], kubernetes: { nodes: [node] } });
    expect((await lab.cdktf("deploy", "oci", "--auto-approve")).code).toBe(0);
    await (await lab.sandbox()).addFault({ what: "capacity", availabilityDomain: "*AD-1" });
    lab.configure({ hosts: ["pve-1", "pve-2"].map((name) => ({ ...small, name })), kubernetes: { nodes: [node] } });
    const { code, stdout } = await lab.cdktf("deploy", "oci", "--auto-approve", "--wait-for-capacity", "10m");
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining("oci moves pve-2 to availability domain 2, which has room"),
    ]);
    expect(stdout).not.toMatch(/^oci .* oci_core_instance\.pve-1/m);
    expect((await lab.cdktf("diff", "oci")).code).toBe(0);
  });

  it("moves on, after one question, when reports of room are wrong", async () => {
    const fault = { kind: "status", status: 500, code: "InternalError", message: "Out of host capacity." } as const;
    await (await lab.sandbox()).addFault({ what: "call", ...LAUNCH, fault });
    const { code, stdout } = await lab.cdktf("deploy", "oci", "--auto-approve", "--wait-for-capacity", "10m");
    expect(code).toBe(0);
    expect(stdout).toContain(
      "out of host capacity after 1 attempt: moves pve-1 to availability domain 2, which has room",
    );
  });

  it("launches all the same where reports of no room are wrong", async () => {
    const sandbox = await lab.sandbox();
    await sandbox.addFault({ what: "capacity" });
    const deploy = lab.start("deploy", "oci", "--auto-approve", "--wait-for-capacity", "10m");
    expect(await deploy.saw(/out of host capacity after 2 attempts/)).toBe(true);
    deploy.child.kill("SIGINT");
    expect((await deploy.ended).code).toBe(130);
  });

  it("ends with the last refusal, and what to do, when the time is up", async () => {
    await (await lab.sandbox()).addFault({ what: "capacity" });
    const { code, stdout, stderr } = await lab.cdktf("deploy", "oci", "--auto-approve", "--wait-for-capacity", "5s");
    expect(code).toBe(1);
    expect(stdout).toMatch(/out of host capacity after 1 attempt/);
    expect(stderr.match(/Out of host capacity/g)).toHaveLength(1);
    expect(stderr).toContain("To do about the capacity");
  });

  it("ends at once where waiting does not help", async () => {
    const sandbox = await lab.sandbox();
    const fault = { kind: "status", status: 400, code: "InvalidParameter", message: "no" } as const;
    await sandbox.addFault({ what: "call", ...LAUNCH, fault });
    const { code, stdout } = await lab.cdktf("deploy", "oci", "--auto-approve", "--wait-for-capacity", "10m");
    expect(code).toBe(1);
    expect(stdout).not.toContain("out of host capacity");
  });
});
