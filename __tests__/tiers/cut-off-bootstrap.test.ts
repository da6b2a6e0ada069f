import { expectConvergence, interruptedTwice } from "../e2e/interrupt.ts";
import { TestLab } from "../e2e/lab.ts";

jest.setTimeout(300_000);

describe("a bootstrap that is cut off", () => {
  let lab: TestLab;
  beforeEach(async () => {
    lab = await TestLab.create();
    expect((await lab.cdktf("deploy", "oci", "proxmox", "--auto-approve")).code).toBe(0);
    await interruptedTwice(lab, "talos", "talos_machine_bootstrap 10.20.0.11");
  });
  afterEach(() => lab.end());

  it("is taken back by --recover where etcd says that it is done", async () => {
    const { code, stderr } = await lab.cdktf("deploy", "talos", "--auto-approve");
    expect([code, stderr]).toEqual([1, expect.stringContaining("--recover imports machine_bootstrap")]);
    expect((await lab.cdktf("deploy", "talos", "--auto-approve", "--recover")).code).toBe(0);
    await expectConvergence(lab, ["oci", "proxmox", "talos"]);
  });

  it("is done by the next run where etcd says that it waits for one", async () => {
    await (await lab.sandbox()).stop();
    const { code, stderr } = await lab.cdktf("deploy", "talos", "--auto-approve");
    expect([code, stderr]).toEqual([0, expect.stringContaining("was cut off and does not exist: it will be created")]);
    await expectConvergence(lab, ["oci", "proxmox", "talos"]);
  });
});

describe("a cluster that is bootstrapped and in no state", () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await TestLab.create();
    expect((await lab.cdktf("deploy", "oci", "proxmox", "talos", "--auto-approve")).code).toBe(0);
    expect((await lab.cdktf("destroy", "talos", "--auto-approve")).code).toBe(0);
  });
  afterAll(() => lab.end());

  it("is not bootstrapped again: a deploy does nothing and names the way out, which works", async () => {
    const { code, stderr } = await lab.cdktf("deploy", "talos", "--auto-approve");
    expect(code).toBe(1);
    const [, option = ""] =
      /^Error in talos: To do about the bootstrap: .* --recover-id (\S+) takes it in/m.exec(stderr) ?? [];
    expect(option).toBe("talos_machine_bootstrap.bootstrap=machine_bootstrap");
    expect(lab.state()["talos_machine_configuration_apply"]).toBeUndefined();
    expect((await lab.cdktf("deploy", "talos", "--auto-approve", "--recover-id", option)).code).toBe(0);
    await expectConvergence(lab, ["oci", "proxmox", "talos"]);
  });
});
