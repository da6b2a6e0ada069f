/** What was stopped, lost or deleted outside comes back whole with one deploy; each object: __tests__/tiers/deletion-sweep.test.ts */
import { z } from "zod";
import { deleteFromProxmox } from "../tiers/deletions/pve-hand.ts";
import { accountIn } from "./account.ts";
import { TestLab } from "./lab.ts";

jest.setTimeout(300_000);

describe("a deployed lab", () => {
  let lab: TestLab;
  let world: Readonly<Record<string, number>>;
  beforeAll(async () => {
    lab = await TestLab.create({ preset: "free" });
    expect(await lab.cdktf("deploy", "--auto-approve")).toMatchObject({ code: 0 });
    world = await lab.world();
  });
  afterAll(() => lab.end());

  const found = async (type: string, name: RegExp) => {
    const item = (await (await lab.sandbox()).inventory()).find((each) => each.type === type && name.test(each.name));
    if (item === undefined) throw new Error(`there is no ${type} ${name}`);
    return item;
  };

  async function expectWhole(): Promise<void> {
    const { code, stderr } = await lab.cdktf("deploy", "--auto-approve");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(await lab.world()).toEqual(world);
    expect(await lab.cdktf("diff")).toMatchObject({ code: 0 });
    expect(await lab.lab("validate", "cluster")).toMatchObject({ code: 0 });
  }

  it("whose host Oracle has stopped says so, and starts it", async () => {
    const { id } = await found("oci_core_instance", /pve-1/);
    await (
      await accountIn(await lab.sandbox())
    ).post("compute", `/20160918/instances/${id}?action=STOP`, {}, z.unknown());
    const { code, stderr } = await lab.cdktf("diff", "proxmox");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/pve-1 \([\d.]+\) does not let us in: .*STOPPED: npx cdktf deploy oci starts it/),
    ]);
    await expectWhole();
  });

  it("whose worker or control plane was deleted makes the machine anew, and configures it", async () => {
    await deleteFromProxmox(lab, await found("proxmox_virtual_environment_vm", /^cp-1$/));
    await expectWhole();
  });

  it("whose host was terminated without its boot volume names the volume, which takes the room of the next one", async () => {
    const { id } = await found("oci_core_instance", /pve-1/);
    const account = await accountIn(await lab.sandbox());
    await account.remove("compute", `/20160918/instances/${id}?preserveBootVolume=true`);
    const left = await found("oci_core_boot_volume", /pve-1/);
    const { code, stderr } = await lab.cdktf("deploy", "--auto-approve");
    expect(code).toBe(1);
    expect(stderr).toContain(`boot volume ${left.name} (${left.id}, 150 GB) was kept`);
    await account.remove("storage", `/20160918/bootVolumes/${left.id}`);
    await expectWhole();
  });
});
