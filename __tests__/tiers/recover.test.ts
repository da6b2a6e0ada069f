import { cachedTool, OPENTOFU, which } from "../../cli/engine/terraform/tools.ts";
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

describe("what OpenTofu has lost with all around it", () => {
  let lab: TestLab;
  beforeEach(async () => {
    const tofu = which("tofu", process.env["PATH"] ?? "") ?? cachedTool(OPENTOFU);
    if (tofu === undefined) throw new Error("no tofu: `npx lab tools build` makes an OpenTofu");
    lab = await TestLab.create({}, { TERRAFORM_BINARY_NAME: tofu });
    expect((await lab.cdktf("deploy", "oci", "--auto-approve")).code).toBe(0);
  });
  afterEach(() => lab.end());

  it("is taken back, and what the state still has is not replaced because of what it follows is made anew", async () => {
    await interruptedTwice(lab, "proxmox", "proxmox_sdn_subnet guests", 5000);
    const { code, stderr } = await lab.cdktf("deploy", "proxmox", "--auto-approve");
    expect([code, stderr]).toEqual([1, expect.stringContaining("--recover imports guests/lab-10.20.0.0-24")]);
    const recovered = await lab.cdktf("deploy", "proxmox", "--auto-approve", "--recover");
    expect([recovered.code, recovered.stdout]).toEqual([0, expect.not.stringContaining("- proxmox_sdn_vnet")]);
    await expectConvergence(lab, ["oci", "proxmox"]);
  });
});
