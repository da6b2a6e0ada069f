import { TestLab } from "./lab.ts";

jest.setTimeout(120_000);

describe.each(["free", "free-pair", "payg"] as const)("preset %s in the sandbox", (preset) => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await TestLab.create({ preset });
  });
  afterEach(async () => {
    await (await lab.sandbox()).clearFaults();
  });
  afterAll(() => lab.end());

  it("deploys all three stacks, whatever the order of their names", async () => {
    const { code, stderr } = await lab.cdktf("deploy", "talos", "oci", "proxmox", "--auto-approve");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("has in the world just what is in the states", async () => {
    expect(await lab.world()).toEqual(lab.state());
  });

  it("sees no difference afterwards", async () => {
    expect((await lab.cdktf("diff")).code).toBe(0);
  });

  if (preset === "payg")
    it("reaches the API with the first control plane's host down, by one port", async () => {
      await (await lab.sandbox()).addFault({ what: "down", host: "pve-1" });
      const { stdout } = await lab.lab("validate", "cluster");
      const port = lab.access.basePort;
      expect(stdout).toMatch(new RegExp(`^ok +API by tunnel +https://127.0.0.1:${port} answers`, "m"));
      const ask = `require("tls").connect(${port}, { rejectUnauthorized: false }, () => process.exit(7))`;
      expect(await lab.lab("tunnel", "kubernetes", "--", process.execPath, "-e", ask)).toMatchObject({ code: 7 });
    });

  it("changes nothing by deploying again", async () => {
    const { code, stdout } = await lab.cdktf("deploy", "--auto-approve", "--json");
    expect(code).toBe(0);
    for (const stack of JSON.parse(stdout).stacks) {
      expect(stack).toMatchObject({ add: 0, change: 0, replace: 0, destroy: 0 });
    }
  });

  it("destroys everything: the world is empty", async () => {
    const { code, stderr } = await lab.cdktf("destroy", "oci", "proxmox", "talos", "--auto-approve");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    // The compartment stays, empty: oci.compartment.onDestroy.
    expect(await lab.world()).toEqual({ oci_identity_compartment: 1 });
  });
});
