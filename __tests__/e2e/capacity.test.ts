import { TestLab } from "./lab.ts";

jest.setTimeout(120_000);

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
