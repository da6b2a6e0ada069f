/** The lab's Proxmox side, as far as a test of virtual machines needs it. */
import type { Attributes } from "../../../sandbox/plugin/resource.ts";
import { type Pve, pveOn, ROOT } from "../../../sandbox/proxmox/model/context.ts";
import { hostAt } from "../../../sandbox/proxmox/model/hosts.ts";
import { isReloaded } from "../../../sandbox/proxmox/model/sdn.ts";
import { enter } from "../../../sandbox/proxmox/model/settling.ts";
import { updateStorage } from "../../../sandbox/proxmox/model/storage.ts";
import { updateVm, vmOf } from "../../../sandbox/proxmox/model/vm-config.ts";
import type { Store } from "../../../sandbox/world/store.ts";
import type { World } from "../../../sandbox/world/world.ts";
import { type Terraform, terraform } from "./terraform/terraform.ts";
import { addressOf, type HostOptions, worldWith } from "./world.ts";

export const IMAGE = "local:import/talos-1.13.9-nocloud-arm64.qcow2";

export function atHost(world: World, name: string): Pve {
  const host = hostAt(world, addressOf(name));
  if (!host) throw new Error(`no host ${name}`);
  return pveOn(world, host, ROOT);
}

/** Ends what a join leaves its members in for a second. */
export function settle(world: World): void {
  for (const host of Object.values(world.state.proxmox.hosts))
    for (const phase of ["two certificates", "stale tickets", "syncing"] as const) enter(world, host, phase, 0);
}

export function allowImport(world: World, host = "pve-1"): void {
  updateStorage(atHost(world, host), "local", { content: ["backup", "import", "iso", "vztmpl"] });
}

export function withoutKvm(world: World, vmid: number, host = "pve-1"): void {
  const pve = atHost(world, host);
  updateVm(pve, vmOf(pve, vmid), { kvm: "0" });
}

export function imageConfig(node = "pve-1"): Attributes {
  return {
    node_name: node,
    datastore_id: "local",
    content_type: "import",
    file_name: "talos-1.13.9-nocloud-arm64.qcow2",
    url: "https://factory.talos.dev/image/abc/v1.13.9/nocloud-arm64.qcow2",
    overwrite: false,
  };
}

const HARDWARE: Attributes = {
  machine: "virt",
  bios: "ovmf",
  scsi_hardware: "virtio-scsi-pci",
  operating_system: [{ type: "l26" }],
  tablet_device: false,
  serial_device: [{ device: "socket" }],
  vga: [{ type: "serial0" }],
  agent: [{ enabled: true, wait_for_ip: [{ disabled: true }] }],
};

export function templateConfig(overrides: Attributes = {}): Attributes {
  return {
    ...HARDWARE,
    node_name: "pve-1",
    vm_id: 901,
    name: "talos-pve-1",
    description: "Talos; guests are clones of it",
    template: true,
    started: false,
    on_boot: false,
    pool_id: "lab",
    cpu: [{ cores: 1, type: "max" }],
    memory: [{ dedicated: 1024, floating: 0 }],
    efi_disk: [{ datastore_id: "guests", type: "4m", pre_enrolled_keys: false }],
    disk: [{ interface: "scsi0", datastore_id: "guests", import_from: IMAGE, size: 10, discard: "on" }],
    ...overrides,
  };
}

export function guestConfig(overrides: Attributes = {}): Attributes {
  return {
    ...HARDWARE,
    node_name: "pve-1",
    vm_id: 101,
    name: "cp-1",
    description: "control-plane of lab",
    tags: ["control-plane", "lab"],
    pool_id: "lab",
    started: true,
    on_boot: true,
    stop_on_destroy: true,
    clone: [{ vm_id: 901, full: true }],
    cpu: [{ cores: 2, type: "max" }],
    memory: [{ dedicated: 4096, floating: 0 }],
    disk: [{ interface: "scsi0", datastore_id: "guests", size: 20, discard: "on" }],
    network_device: [{ bridge: "guests", mac_address: "BC:24:11:00:00:0B", model: "virtio", mtu: 1500 }],
    initialization: [
      {
        datastore_id: "guests",
        interface: "scsi1",
        dns: [{ servers: ["1.1.1.1"] }],
        ip_config: [{ ipv4: [{ address: "10.20.0.11/24", gateway: "10.20.0.1" }] }],
      },
    ],
    ...overrides,
  };
}

/** One host with storage, pool, network and the Talos image; with `template`, one that has `kvm: 0`. */
export async function baseLab(
  options: { readonly template?: boolean; readonly host?: Partial<HostOptions> } = {},
): Promise<{ readonly world: Store; readonly tf: Terraform }> {
  const world = worldWith({ name: "pve-1", ...options.host });
  const tf = await terraform(world);
  allowImport(world);
  await tf.apply("virtual_environment_pool", { pool_id: "lab" });
  await tf.apply("storage_lvmthin", { id: "guests", volume_group: "pve", thin_pool: "data", content: ["images"] });
  await tf.apply("sdn_zone_simple", { id: "lab", nodes: ["pve-1"], ipam: "pve", dhcp: "dnsmasq" });
  await tf.apply("sdn_vnet", { id: "guests", zone: "lab" });
  await tf.apply("sdn_subnet", { vnet: "guests", cidr: "10.20.0.0/24", gateway: "10.20.0.1", snat: true });
  await tf.apply("sdn_applier", {});
  // Its network is reloaded a moment later: a test that compares worlds begins after that.
  while (!isReloaded(atHost(world, "pve-1"))) await new Promise(setImmediate);
  await tf.apply("download_file", imageConfig());
  if (options.template) {
    await tf.apply("virtual_environment_vm", templateConfig());
    withoutKvm(world, 901);
  }
  return { world, tf };
}
