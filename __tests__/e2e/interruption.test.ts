import { expectConvergence, interruptedDeploy, interruptedTwice, killWithSomethingLost, MADE } from "./interrupt.ts";
import { TestLab } from "./lab.ts";

jest.setTimeout(120_000);

// More points, and all three stacks: __tests__/tiers/interruption-sweep.test.ts
describe("an interrupted deploy", () => {
  let lab: TestLab;
  beforeEach(async () => {
    // Slow enough to be hit in the middle of a creation.
    lab = await TestLab.create({}, { SANDBOX_LATENCY_MS: "40" });
  });
  afterEach(() => lab.end());

  it.each([
    ["SIGINT", 6, 130],
    ["SIGTERM", 14, 143],
    ["SIGKILL", 6, null],
    ["SIGKILL", 22, null],
  ] as const)("by %s after %d resources converges at the next run", async (signal, made, code) => {
    expect((await interruptedDeploy(lab, ["oci"], signal, made)).code).toBe(code);
    await expectConvergence(lab, ["oci"]);
  });

  it("by SIGKILL before anything is planned converges at the next run", async () => {
    const first = lab.start("deploy", "oci", "--auto-approve");
    await first.saw(/./);
    first.child.kill("SIGKILL");
    await first.ended;
    await expectConvergence(lab, ["oci"]);
  });
});

describe("a deploy that is interrupted twice in the middle of a slow creation", () => {
  const HOST = "oci_core_instance pve-1";
  /** Whether it still goes on when the next run begins is all the same to a test that has this. */
  const SOON_MS = 8000;
  let lab: TestLab;
  beforeEach(async () => {
    lab = await TestLab.create();
    // All that a host needs stands and is written down, as OpenTofu writes its state at intervals only: the host alone is lost.
    const sandbox = await lab.sandbox();
    await sandbox.addFault({ what: "capacity" });
    expect((await lab.cdktf("deploy", "oci", "--auto-approve")).stderr).toContain("Out of host capacity");
    await sandbox.clearFaults();
  });
  afterEach(() => lab.end());

  it("keeps what may still come to be in mind, and the next run waits for it and has it recovered", async () => {
    await interruptedTwice(lab, "oci", HOST);
    const { code, stderr } = await lab.cdktf("deploy", "oci", "--auto-approve");
    expect(code).toBe(1);
    expect(stderr).toContain(
      "still under way from an earlier run, and waited for: ApplyResourceChange oci_core_instance pve-1",
    );
    expect(stderr).toMatch(
      /oci_core_instance\.\S+ \(cut off while it was being made\)\n +--recover imports ocid1\.instance/,
    );
    expect((await lab.cdktf("deploy", "oci", "--auto-approve", "--recover")).code).toBe(0);
    await expectConvergence(lab, ["oci"]);
  });

  it("has it named when it takes the room that a deploy without it asks for", async () => {
    await interruptedTwice(lab, "oci", HOST, SOON_MS);
    expect(await lab.cdktf("deploy", "oci", "--auto-approve", "--forget-lost")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("LimitExceeded"),
    });
    const { stderr } = await lab.cdktf("deploy", "oci", "--auto-approve");
    const [, option = ""] =
      /^To do about the limit: oci_core_instance pve-1 .* --recover-id (\S+) takes it in/m.exec(stderr) ?? [];
    expect(option).toMatch(/^oci_core_instance\.pve-1_instance=ocid1\.instance/);
    expect(await lab.cdktf("deploy", "oci", "--auto-approve", "--recover-id", option)).toMatchObject({ code: 0 });
    await expectConvergence(lab, ["oci"]);
  });

  it("has it recovered by an id, and refuses aloud an id that it can do nothing with", async () => {
    await interruptedTwice(lab, "oci", HOST, SOON_MS);
    await lab.cdktf("diff", "oci");
    const instance = (await (await lab.sandbox()).inventory()).find(({ type }) => type === "oci_core_instance");
    const by = (address: string, id: string) =>
      lab.cdktf("deploy", "oci", "--auto-approve", "--recover-id", `${address}=${id}`);
    const refusals = [
      ["oci_core_instance.nobody", "no stack has a resource at this address"],
      ["proxmox_virtual_environment_vm.cp-1_vm", "it is of stack proxmox, which has to be named"],
      ["oci_core_vcn.network_vcn", "the state of oci holds it already"],
    ];
    for (const [address = "", why] of refusals)
      expect(await by(address, "ocid1.x")).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`=ocid1.x: ${why}`),
      });
    const { code, stdout } = await by("oci_core_instance.pve-1_instance", instance?.id ?? "");
    expect([code, stdout]).toEqual([0, expect.stringContaining("oci_core_instance.pve-1_instance")]);
    await expectConvergence(lab, ["oci"]);
  });
});

describe("a terraform that is killed", () => {
  let lab: TestLab;
  beforeEach(async () => {
    // Answers take time, so that much of it goes by with something made and not yet written down.
    lab = await TestLab.create({}, { SANDBOX_LATENCY_MS: "300" });
  });
  afterEach(() => lab.end());

  it("has what the state has lost named by the next run, which goes no further, and recovered when that is wished", async () => {
    const first = lab.start("deploy", "oci", "--auto-approve");
    expect(await first.saw(MADE, 6)).toBe(true);
    await killWithSomethingLost(lab);
    expect((await first.ended).code).toBe(1);
    const second = await lab.cdktf("deploy", "oci", "--auto-approve");
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/oci_\w+\.\w+/);
    expect(second.stderr).toContain("--recover");
    const { code, stderr } = await lab.cdktf("deploy", "oci", "--auto-approve", "--recover");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    await expectConvergence(lab, ["oci"]);
  });
});
