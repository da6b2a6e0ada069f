import { existsSync } from "node:fs";
import { join } from "node:path";
import { TestLab } from "./lab.ts";

jest.setTimeout(60_000);

describe("cdktf refuses, in one line and before anything is made,", () => {
  let lab: TestLab;
  afterEach(() => lab.end());

  const refused = async (line: RegExp, ...args: string[]): Promise<void> => {
    const { code, stderr } = await lab.cdktf(...args);
    expect(code).toBe(1);
    expect(stderr.trim().split("\n").at(-1)).toMatch(line);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(lab.home, ".lab", "state"))).toBe(false);
  };

  it("to deploy to an account that it cannot bring the hosts' image to", async () => {
    const account = { TF_VAR_tenancy_ocid: "ocid1.tenancy.oc1..none", OCI_CLI_CONFIG_FILE: "/nowhere/config" };
    lab = await TestLab.create({}, { LAB_SANDBOX: "0", ...account });
    await refused(/^\/nowhere\/config: no such file; make an API key/, "deploy", "--auto-approve");
  });

  it("an availability domain that the region does not have", async () => {
    lab = await TestLab.create({ oci: { region: "eu-zurich-1", availabilityDomain: 2 } });
    await refused(/^\s*oci\.availabilityDomain: got 2, allowed 1 to 1: eu-zurich-1 has no more$/, "diff", "oci");
  });

  it("a lab that would cost something", async () => {
    const hosts = [{ name: "pve-1", ocpus: 4, memoryGb: 24, bootVolumeGb: 150 }];
    lab = await TestLab.create({ hosts });
    await refused(/^Over 2 Always Free limits: this costs money/, "deploy", "--auto-approve");
  });

  it("a boot volume that shrinks, in a diff as in a deploy", async () => {
    const host = { name: "pve-1", ocpus: 2, memoryGb: 12 };
    lab = await TestLab.create({ hosts: [{ ...host, bootVolumeGb: 150 }] });
    expect(await lab.cdktf("deploy", "oci", "--auto-approve")).toMatchObject({ code: 0 });
    lab.configure({ hosts: [{ ...host, bootVolumeGb: 100 }] });
    const line = /bootVolumeGb of pve-1: got 100, allowed 150 or more: a boot volume grows only/;
    for (const args of [
      ["diff", "oci"],
      ["deploy", "oci", "--auto-approve"],
    ]) {
      const { code, stderr } = await lab.cdktf(...args);
      expect([code, stderr]).toEqual([1, expect.stringMatching(line)]);
    }
  });

  it("a deploy that nobody is there to approve", async () => {
    lab = await TestLab.create();
    await refused(/there is no terminal to ask on: pass --auto-approve/, "deploy");
  });

  it("a stack whose upstream is neither deployed nor named", async () => {
    lab = await TestLab.create();
    await refused(/^talos reads the outputs of .*, not deployed yet: name it too/, "deploy", "talos", "--auto-approve");
  });
});
