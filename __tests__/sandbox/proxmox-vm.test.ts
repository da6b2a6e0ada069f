import type { Attributes } from "../../sandbox/plugin/resource.ts";
import { talosMachines } from "../../sandbox/proxmox/index.ts";
import { withoutKvm } from "./proxmox-lab.ts";
import { baseLab, guestConfig, templateConfig } from "./proxmox-lab.ts";
import { plain } from "./proxmox-terraform.ts";

const VM = "virtual_environment_vm";

describe("a virtual machine", () => {
  it("is a template whose second plan is empty", async () => {
    const { tf } = await baseLab();
    const template = await tf.apply(VM, templateConfig());
    const refreshed = await tf.refresh(VM, template);
    expect(refreshed).toEqual(template);
    expect(await tf.plan(VM, templateConfig(), template)).toMatchObject({ empty: true, replaces: [] });
    expect(plain(VM, template)).toMatchObject({
      id: "901",
      efi_disk: [{ file_format: "raw", type: "4m" }],
      disk: [{ path_in_datastore: "base-901-disk-1", size: 10, file_format: "raw" }],
    });
  });

  it("is a clone with its own address and an empty second plan", async () => {
    const { tf, world } = await baseLab({ template: true });
    const guest = await tf.apply(VM, guestConfig());
    expect(await tf.refresh(VM, guest)).toEqual(guest);
    expect(await tf.plan(VM, guestConfig(), guest)).toMatchObject({ empty: true, replaces: [] });
    expect(talosMachines(world)).toMatchObject([{ vmId: 101, host: "pve-1", name: "cp-1", address: "10.20.0.11" }]);
  });
});
void withoutKvm;
export type Unused = Attributes;
