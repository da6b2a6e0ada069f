import { proxmoxInventory, proxmoxOverview, talosMachines } from "../../../../sandbox/proxmox/index.ts";
import { vmOf } from "../../../../sandbox/proxmox/model/vm-config.ts";
import { startVm } from "../../../../sandbox/proxmox/model/vm-power.ts";
import { atHost, baseLab, guestConfig, imageConfig, templateConfig, withoutKvm } from "../lab.ts";
import { plain } from "./terraform.ts";

const VM = "virtual_environment_vm";

describe("a template", () => {
  it("has an empty second plan, and base images", async () => {
    const { tf } = await baseLab();
    const template = await tf.apply(VM, templateConfig());
    expect(await tf.refresh(VM, template)).toEqual(template);
    expect(await tf.plan(VM, templateConfig(), template)).toMatchObject({ empty: true, replaces: [] });
    expect(plain(VM, template)).toMatchObject({
      id: "901",
      efi_disk: [{ file_format: "raw", type: "4m" }],
      disk: [{ path_in_datastore: "base-901-disk-1", size: 10, file_format: "raw" }],
    });
  });

  it("takes its disk from a downloaded file, and refuses one that is not there", async () => {
    const { tf, world } = await baseLab();
    const disk = [{ interface: "scsi0", datastore_id: "guests", import_from: "local:import/no.qcow2", size: 10 }];
    await expect(tf.apply(VM, templateConfig({ disk }))).rejects.toThrow(
      "unable to create VM 901 - cannot import from 'local:import/no.qcow2'",
    );
    expect(atHost(world, "pve-1").datacenter.vms).toEqual({});
  });

  it("does not start", async () => {
    const { world } = await baseLab({ template: true });
    const pve = atHost(world, "pve-1");
    expect(() => startVm(pve, vmOf(pve, 901))).toThrow("you can't start a vm if it's a template");
  });

  it("does not become a machine again", async () => {
    const { tf } = await baseLab();
    const template = await tf.apply(VM, templateConfig());
    await expect(tf.apply(VM, templateConfig({ template: false }), template)).rejects.toThrow(
      "Cannot convert a template back to a regular VM",
    );
  });
});

describe("a clone", () => {
  it("has an empty second plan, and runs Talos at its address", async () => {
    const { tf, world } = await baseLab({ template: true });
    const guest = await tf.apply(VM, guestConfig());
    expect(await tf.refresh(VM, guest)).toEqual(guest);
    expect(await tf.plan(VM, guestConfig(), guest)).toMatchObject({ empty: true, replaces: [] });
    expect(talosMachines(world)).toMatchObject([{ vmId: 101, host: "pve-1", name: "cp-1", address: "10.20.0.11" }]);
  });

  it.each([
    ["talos.qcow2", "https://factory.talos.dev/image/abc/v1.14.0-rc.1/nocloud-arm64.qcow2", "1.14.0-rc.1"],
    ["disk.qcow2", "https://10.1.2.3/talos/v1.13.9/nocloud-arm64.qcow2", "1.13.9"],
    ["my-talos-1.13.9-nocloud-arm64.qcow2", "https://mirror.example.com/talos.qcow2", "1.13.9"],
    ["debian.qcow2", "https://cloud.example.com/debian-13-arm64.qcow2", undefined],
  ])("boots Talos by what was downloaded: %s of %s", async (file_name, url, imageVersion) => {
    const { tf, world } = await baseLab();
    await tf.apply("download_file", { ...imageConfig(), file_name, url });
    const disk = [{ interface: "scsi0", datastore_id: "guests", import_from: `local:import/${file_name}`, size: 10 }];
    await tf.apply(VM, templateConfig({ disk }));
    withoutKvm(world, 901);
    await tf.apply(VM, guestConfig());
    expect(talosMachines(world)[0]?.imageVersion).toBe(imageVersion);
  });

  it("keeps kvm: 0 and what else its template has", async () => {
    const { tf, world } = await baseLab({ template: true });
    await tf.apply(VM, guestConfig());
    const { config } = vmOf(atHost(world, "pve-1"), 101);
    expect(config).toMatchObject({ kvm: "0", name: "cp-1", cores: "2", memory: "4096" });
    expect(config.scsi0).toContain("size=20G");
    expect(config.template).toBeUndefined();
  });

  it("takes from its template what its own configuration leaves out, with an empty second plan", async () => {
    const { tf, world } = await baseLab({ template: true });
    const config = { node_name: "pve-1", vm_id: 102, clone: [{ vm_id: 901 }], started: true };
    const guest = await tf.apply(VM, config);
    expect(vmOf(atHost(world, "pve-1"), 102).config).toMatchObject({ bios: "ovmf", machine: "virt", cpu: "max" });
    expect(await tf.refresh(VM, guest)).toEqual(guest);
    expect(await tf.plan(VM, config, guest)).toMatchObject({ empty: true });
  });

  it("does not start while KVM is on, and is not left behind", async () => {
    const { tf, world } = await baseLab();
    await tf.apply(VM, templateConfig());
    await expect(tf.apply(VM, guestConfig())).rejects.toThrow(
      "KVM virtualisation configured, but not available. Either disable in VM configuration or enable in BIOS.",
    );
    expect(Object.keys(atHost(world, "pve-1").datacenter.vms)).toEqual(["901"]);
    expect(atHost(world, "pve-1").datacenter.pools.lab?.vms).toEqual([901]);
  });

  it("has another generation when it is made anew under the same id", async () => {
    const { tf, world } = await baseLab({ template: true });
    const first = await tf.apply(VM, guestConfig());
    const generation = talosMachines(world)[0]?.generation;
    await tf.destroy(VM, first);
    await tf.apply(VM, guestConfig());
    expect(talosMachines(world)[0]?.generation).not.toBe(generation);
  });

  it("tells the addresses of all its interfaces when the agent is asked", async () => {
    const { tf } = await baseLab({ template: true });
    const guest = await tf.apply(VM, guestConfig({ agent: [{ enabled: true }] }));
    const { ipv4_addresses: addresses, network_interface_names: names } = plain(VM, guest) ?? {};
    expect(addresses).toContainEqual(["10.20.0.11"]);
    expect(names).toContain("eth0");
  });

  it.each([
    ["MAX 2 vcpus allowed per VM on this node", { cpu: [{ cores: 3, type: "max" }] }],
    ["Cannot allocate memory", { memory: [{ dedicated: 20_000 }] }],
    ["CPU model 'qemu64' does not exist for configured vCPU architecture 'aarch64'", { cpu: [{ cores: 1 }] }],
    ["CPU model 'host' requires KVM", { cpu: [{ cores: 1, type: "host" }] }],
    ["bridge 'vmbr0' does not exist", { network_device: [{ bridge: "vmbr0" }] }],
    ["aarch64 cannot use IDE devices", { initialization: [{ datastore_id: "guests" }] }],
    ["storage 'nowhere' does not exist", { initialization: [{ datastore_id: "nowhere", interface: "scsi1" }] }],
    ["pool 'nobody' does not exist", { pool_id: "nobody" }],
    ["VM 901 already exists on node 'pve-1'", { vm_id: 901 }],
    ["qemu-server/999.conf' does not exist", { clone: [{ vm_id: 999 }] }],
    ["hostname lookup 'pve-9' failed", { node_name: "pve-9" }],
    ["requested size (5G) is lower than current size (10G)", { disk: [{ interface: "scsi0", size: 5 }] }],
    ["does not fit the thin pool of 127 GiB", { disk: [{ interface: "scsi0", datastore_id: "guests", size: 200 }] }],
    ["does not look like a valid DNS name", { name: "no_name" }],
    ["invalid bootorder: device 'scsi9' does not exist", { boot_order: ["scsi9"] }],
    ["The sandbox plays no hostpci", { hostpci: [{ device: "hostpci0", mapping: "gpu" }] }],
    ["expected vm_id to be in the range", { vm_id: 99 }],
    ["Defined disk interface not supported", { disk: [{ interface: "nvme0", datastore_id: "guests" }] }],
  ])("is refused: %s", async (message, overrides) => {
    const { tf, world } = await baseLab({ template: true });
    const before = structuredClone(world.state.proxmox);
    await expect(tf.apply(VM, guestConfig(overrides))).rejects.toThrow(message);
    expect(world.state.proxmox).toEqual(before);
  });
});

describe("a machine made from nothing", () => {
  const config = {
    node_name: "pve-1",
    vm_id: 200,
    name: "plain",
    started: false,
    disk: [{ interface: "scsi0", datastore_id: "guests", size: 8 }],
  };

  it("has the provider's defaults, and an empty second plan", async () => {
    const { tf, world } = await baseLab();
    const vm = await tf.apply(VM, config);
    expect(await tf.refresh(VM, vm)).toEqual(vm);
    expect(await tf.plan(VM, config, vm)).toMatchObject({ empty: true });
    expect(vmOf(atHost(world, "pve-1"), 200).config).toMatchObject({
      bios: "seabios",
      cpu: "qemu64",
      memory: "512",
      boot: "order=scsi0",
    });
  });

  it("has no firmware with the provider's default", async () => {
    const { tf, world } = await baseLab();
    await tf.apply(VM, { ...config, cpu: [{ type: "max" }] });
    withoutKvm(world, 200);
    const pve = atHost(world, "pve-1");
    expect(() => startVm(pve, vmOf(pve, 200))).toThrow("aarch64 has no SeaBIOS");
  });

  it("gets the next free id where none is asked for", async () => {
    const { tf } = await baseLab();
    const { vm_id: _none, ...unnamed } = config;
    expect(await tf.apply(VM, unnamed)).toMatchObject({ vm_id: 100, id: "100" });
    expect(await tf.apply(VM, unnamed)).toMatchObject({ vm_id: 101 });
  });
});

describe("a change", () => {
  it.each([
    ["cores", { cpu: [{ cores: 1, type: "max" }] }],
    ["memory", { memory: [{ dedicated: 2048, floating: 0 }] }],
    ["description", { description: "another" }],
    ["tags", { tags: ["other"] }],
    ["power", { started: false }],
    ["a larger disk", { disk: [{ interface: "scsi0", datastore_id: "guests", size: 30, discard: "on" }] }],
    ["a second network device", { network_device: [{ bridge: "guests" }, { bridge: "guests" }] }],
    ["another address", { initialization: [{ datastore_id: "guests", interface: "scsi1", ip_config: [] }] }],
  ])("of %s is done in place and leaves an empty plan", async (_what, overrides) => {
    const { tf } = await baseLab({ template: true });
    const guest = await tf.apply(VM, guestConfig());
    const changed = guestConfig(overrides);
    expect(await tf.plan(VM, changed, guest)).toMatchObject({ empty: false, replaces: [] });
    const after = await tf.apply(VM, changed, guest);
    expect(await tf.refresh(VM, after)).toEqual(after);
    expect(await tf.plan(VM, changed, after)).toMatchObject({ empty: true });
  });

  it.each([
    ["node_name", { node_name: "pve-2" }],
    ["vm_id", { vm_id: 102 }],
    ["clone.vm_id", { clone: [{ vm_id: 902, full: true }] }],
    ["clone.full", { clone: [{ vm_id: 901, full: false }] }],
  ])("of %s replaces the machine", async (attribute, overrides) => {
    const { tf } = await baseLab({ template: true });
    const guest = await tf.apply(VM, guestConfig());
    expect((await tf.plan(VM, guestConfig(overrides), guest)).replaces).toEqual([attribute]);
  });

  it("that shrinks a disk is refused", async () => {
    const { tf } = await baseLab({ template: true });
    const guest = await tf.apply(VM, guestConfig());
    const disk = [{ interface: "scsi0", datastore_id: "guests", size: 15, discard: "on" }];
    await expect(tf.apply(VM, guestConfig({ disk }), guest)).rejects.toThrow("is lower than current size (20G)");
  });

  it("that PVE would refuse at the restart changes nothing", async () => {
    const { tf, world } = await baseLab({ template: true });
    const guest = await tf.apply(VM, guestConfig());
    const before = structuredClone(world.state.proxmox);
    await expect(tf.apply(VM, guestConfig({ cpu: [{ cores: 8, type: "max" }] }), guest)).rejects.toThrow("MAX 2 vcpus");
    expect(world.state.proxmox).toEqual(before);
  });

  it("made behind Terraform's back shows as a difference", async () => {
    const { tf, world } = await baseLab({ template: true });
    const guest = await tf.apply(VM, guestConfig());
    vmOf(atHost(world, "pve-1"), 101).config.cores = "1";
    const seen = await tf.refresh(VM, guest);
    expect(plain(VM, seen)).toMatchObject({ cpu: [{ cores: 1 }] });
    expect(await tf.plan(VM, guestConfig(), seen ?? {})).toMatchObject({ empty: false, replaces: [] });
  });

  it("of the order of tags is none", async () => {
    const { tf } = await baseLab({ template: true });
    const guest = await tf.apply(VM, guestConfig());
    const tags = ["lab", "control-plane"];
    expect(await tf.plan(VM, guestConfig({ tags }), guest)).toMatchObject({ empty: true });
  });
});

describe("the end of a machine", () => {
  it("takes its disks, its place in the pool and its place in the overview", async () => {
    const { tf, world } = await baseLab({ template: true });
    const guest = await tf.apply(VM, guestConfig());
    await tf.destroy(VM, guest);
    const { host, datacenter } = atHost(world, "pve-1");
    expect(Object.keys(host.volumes).filter((volid) => volid.includes("-101-"))).toEqual([]);
    expect(datacenter.pools.lab?.vms).toEqual([901]);
    expect(await tf.refresh(VM, guest)).toBeNull();
    expect(proxmoxOverview(world).datacenters[0]?.vms.map(({ vmId, state }) => [vmId, state])).toEqual([
      [901, "template"],
    ]);
  });

  it("is refused while it is protected", async () => {
    const { tf } = await baseLab({ template: true });
    const guest = await tf.apply(VM, guestConfig({ protection: true }));
    await expect(tf.destroy(VM, guest)).rejects.toThrow("can't remove VM 101 - protection mode enabled");
  });

  it("is fine when somebody else was faster", async () => {
    const { tf } = await baseLab({ template: true });
    const guest = await tf.apply(VM, guestConfig());
    await tf.destroy(VM, guest);
    await expect(tf.destroy(VM, guest)).resolves.toBeUndefined();
  });
});

it("an imported template is like the one that was made", async () => {
  const { tf, world } = await baseLab();
  const template = await tf.apply(VM, templateConfig());
  const [item] = proxmoxInventory(world.state.proxmox).filter(({ type }) => type === `proxmox_${VM}`);
  const imported = await tf.importState(VM, item?.id ?? "");
  expect(item?.id).toBe("pve-1/901");
  expect(plain(VM, imported)).toMatchObject({ vm_id: 901, name: "talos-pve-1", bios: "ovmf", template: true });
  expect(await tf.plan(VM, templateConfig(), imported)).toMatchObject({ replaces: [] });
  expect(template).toBeDefined();
});
