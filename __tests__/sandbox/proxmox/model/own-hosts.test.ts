/** Hosts at home, x86-64 with KVM: ordinary Proxmox labs start there, and what an Arm host without KVM refuses does not change. */
import { addOwnHost, removeOwnHost } from "../../../../sandbox/proxmox/model/own-hosts.ts";
import { hostAt } from "../../../../sandbox/proxmox/model/hosts.ts";
import { talosMachines } from "../../../../sandbox/proxmox/index.ts";
import { adminReaches } from "../../../../sandbox/reach/index.ts";
import type { Store } from "../../../../sandbox/world/store.ts";
import { type Client, rootClient } from "../client.ts";
import { PASSWORD, worldWith } from "../world.ts";

const IMAGE = "local:import/talos-1.13.9-nocloud-amd64.qcow2";
const URL = "https://factory.talos.dev/image/abc/v1.13.9/nocloud-amd64.qcow2";

let world: Store;
let client: Client;

beforeEach(async () => {
  world = worldWith({ name: "pve-1" });
  const { rootPassword } = addOwnHost(world, { name: "home", cpus: 8, memoryGb: 32, diskGb: 500 }, { api: 1, ssh: 2 });
  client = await rootClient(world, "home", rootPassword);
});
afterEach(() => client.close());

type Config = Readonly<Record<string, string | number>>;

/** Makes a machine with what labs by other authors leave to its defaults, and starts it. Returns how that ended. */
async function startOf(vmid: number, config: Config, at = client, node = "home"): Promise<string> {
  await at.does("POST", `nodes/${node}/qemu`, { vmid, name: `vm-${vmid}`, ...config });
  return at.done(await at.call("POST", `nodes/${node}/qemu/${vmid}/status/start`));
}

const DISKS = { scsi0: "local-lvm:20", ide2: "local-lvm:cloudinit", net0: "virtio,bridge=vmbr0" };

describe("a host at home", () => {
  it("has what Proxmox VE's installer leaves: storages, bridge, x86-64", async () => {
    expect(await client.get("storage")).toEqual([
      expect.objectContaining({ storage: "local", type: "dir", content: "backup,import,iso,vztmpl" }),
      expect.objectContaining({ storage: "local-lvm", type: "lvmthin", vgname: "pve", thinpool: "data" }),
    ]);
    const gib = 1024 ** 3;
    expect(await client.get("nodes/home/storage/local-lvm/status")).toMatchObject({ total: 380 * gib });
    expect(await client.get("nodes/home/storage/local/status")).toMatchObject({ total: 96 * gib });
    expect(await client.get("nodes/home/network?type=bridge")).toMatchObject([
      { iface: "vmbr0", cidr: "192.168.1.10/24", gateway: "192.168.1.1" },
    ]);
    expect(await client.get("nodes/home/status")).toMatchObject({
      "current-kernel": { machine: "x86_64" },
      cpuinfo: { cpus: 8, hvm: "1" },
    });
  });

  it.each<[string, Config]>([
    ["nothing but defaults: i440fx, SeaBIOS, kvm64", {}],
    ["the host's own processor", { cpu: "host" }],
    ["x86-64-v2-AES, q35", { cpu: "x86-64-v2-AES", machine: "q35" }],
    ["OVMF with variables", { bios: "ovmf", machine: "q35", efidisk0: "local-lvm:0,efitype=4m" }],
    ["IDE and a guest agent", { ide0: "local-lvm:1", agent: 1 }],
    ["emulation that was asked for", { kvm: 0, cpu: "max" }],
  ])("starts a machine with %s", async (_what, config) => {
    expect(await startOf(100, { ...DISKS, ...config })).toBe("OK");
  });

  it.each<[Config, string]>([
    [{ cpu: "neoverse-n1" }, "CPU model 'neoverse-n1' does not exist for configured vCPU architecture 'x86_64'"],
    [{ kvm: 0, cpu: "host" }, "kvm: CPU model 'host' requires KVM or HVF"],
    [{ machine: "virt" }, "kvm: unsupported machine type 'virt'"],
    [{ cores: 9 }, "MAX 8 vcpus allowed per VM on this node"],
    [{ memory: 65536 }, "kvm: cannot set up guest memory 'pc.ram': Cannot allocate memory"],
    [{ cpu: "x86-64-v4" }, "is not played here"],
    [{ net0: "virtio,bridge=vmbr1" }, "bridge 'vmbr1' does not exist"],
  ])("does not start one with %j", async (config, why) => {
    expect(await startOf(100, { ...DISKS, ...config })).toContain(why);
  });

  it("keeps OVMF's variables in 4 MiB on LVM, and in 528 KiB in a file", async () => {
    await client.does("PUT", "storage/local", { content: "images,iso" });
    await startOf(100, { bios: "ovmf", efidisk0: "local-lvm:0,efitype=4m" });
    await startOf(101, { bios: "ovmf", efidisk0: "local:0,efitype=4m" });
    const sizeOf = async (vmid: number) => Object(await client.get(`nodes/home/qemu/${vmid}/config`)).efidisk0;
    expect([await sizeOf(100), await sizeOf(101)]).toEqual([
      expect.stringContaining("size=4M"),
      expect.stringContaining("size=528K"),
    ]);
  });

  it("gives a guest an address of the router at home, and its Talos is there with x86-64's image", async () => {
    const file = { content: "import", filename: "talos-1.13.9-nocloud-amd64.qcow2", url: URL };
    await client.does("POST", "nodes/home/storage/local/download-url", file);
    const config = { agent: 1, scsi0: `local-lvm:0,import-from=${IMAGE}`, net0: "virtio,bridge=vmbr0" };
    expect(await startOf(100, config)).toBe("OK");
    const { result } = Object(await client.get("nodes/home/qemu/100/agent/network-get-interfaces"));
    expect(result.at(-1)["ip-addresses"]).toMatchObject([{ "ip-address": "192.168.1.100", prefix: 24 }]);
    expect(talosMachines(world)).toMatchObject([{ host: "home", address: "192.168.1.100", imageVersion: "1.13.9" }]);
  });

  it.each([
    ["nocloud-amd64.qcow2", [{ address: "192.168.1.50", platform: "nocloud" }]],
    ["metal-amd64.qcow2", [{ address: "192.168.1.100", platform: "metal" }]],
    ["debian-13-nocloud-amd64.qcow2", []],
  ])("boots Talos of %s, whose platform says who reads what cloud-init was told", async (image, machines) => {
    const url = URL.replace("nocloud-amd64.qcow2", image);
    await client.does("POST", "nodes/home/storage/local/download-url", {
      content: "import",
      filename: "system.qcow2",
      url,
    });
    const config = { scsi0: "local-lvm:0,import-from=local:import/system.qcow2", ipconfig0: "ip=192.168.1.50/24" };
    expect(await startOf(100, { ...DISKS, ...config })).toBe("OK");
    expect(talosMachines(world)).toMatchObject(machines);
  });

  it("is not reached past Proxmox VE's firewall", () => {
    expect(adminReaches(world, "192.168.1.10", 8006)).toBe(true);
    const id = hostAt(world, "192.168.1.10")?.datacenter ?? "";
    const { firewall } = world.state.proxmox.datacenters[id] ?? {};
    const any = { comment: "", source: "", dest: "", sport: "", iface: "", macro: "", log: "" };
    const drop = { ...any, type: "in", action: "DROP", enable: true, proto: "tcp", dport: "8006" };
    if (firewall) Object.assign(firewall, { options: { ...firewall.options, enable: true }, rules: [drop] });
    expect(adminReaches(world, "192.168.1.10", 8006)).toBe(false);
    expect(adminReaches(world, "192.168.1.10", 22)).toBe(true);
  });

  it("joins another at home", async () => {
    const other = addOwnHost(world, { name: "attic", cpus: 4, memoryGb: 16, diskGb: 250 }, { api: 3, ssh: 4 });
    await client.does("POST", "cluster/config", { clustername: "house" });
    const { nodelist } = Object(await client.get("cluster/config/join"));
    const [{ pve_fp: fingerprint }] = nodelist;
    const { rootPassword = "" } = world.state.proxmox.own?.[0] ?? {};
    const joining = await rootClient(world, "attic", other.rootPassword);
    await joining.call("POST", "cluster/config/join", {
      hostname: "192.168.1.10",
      fingerprint,
      password: rootPassword,
    });
    joining.close();
    for (;;) {
      const found = await client.get("cluster/status");
      if (Array.isArray(found) && found.filter(({ type, online }) => type === "node" && online === 1).length === 2)
        break;
    }
    expect(await client.get("cluster/status")).toContainEqual(
      expect.objectContaining({ type: "cluster", name: "house", quorate: 1 }),
    );
  });
});

it("an Arm host in the cloud refuses what it refused", async () => {
  const arm = await rootClient(world, "pve-1", PASSWORD);
  await arm.does("POST", "storage", { storage: "guests", type: "lvmthin", vgname: "pve", thinpool: "data" });
  const disk = { scsi0: "guests:20" };
  expect(await startOf(100, disk, arm, "pve-1")).toContain("KVM virtualisation configured, but not available");
  expect(await startOf(101, { ...disk, kvm: 0, cpu: "host", bios: "ovmf" }, arm, "pve-1")).toContain(
    "requires KVM or HVF",
  );
  expect(await startOf(102, { ...disk, kvm: 0, cpu: "kvm64", bios: "ovmf" }, arm, "pve-1")).toContain("'aarch64'");
  arm.close();
});

it("hosts have names of their own, and go with all that is on them", () => {
  const home = { name: "home", cpus: 1, memoryGb: 1, diskGb: 200 };
  const ports = { api: 5, ssh: 6 };
  expect(() => addOwnHost(world, home, ports)).toThrow("host home is there already");
  expect(() => addOwnHost(world, { ...home, name: "pve-1" }, ports)).toThrow("host pve-1 is there already");
  expect(() => addOwnHost(world, { ...home, name: "A b" }, ports)).toThrow("allowed lower-case letters");
  expect(() => addOwnHost(world, { ...home, name: "x", diskGb: 30 }, ports)).toThrow("allowed 32 or more");
  expect(() => removeOwnHost(world, "nobody")).toThrow("host nobody is none of those that were added: home");
  removeOwnHost(world, "home");
  expect(hostAt(world, "192.168.1.10")).toBeUndefined();
});
