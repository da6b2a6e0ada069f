/** On Proxmox VE hosts that were there before: what a lab makes there, and what it leaves alone. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Deadline } from "../../constructs/proxmox/steps/deadline.mjs";
import { PveApi } from "../../constructs/proxmox/steps/pve-client.mjs";
import type { ProxmoxState } from "../../sandbox/world/proxmox.ts";
import { LEAST_AT_HOME } from "../config/labs.ts";
import { type Ended, TestLab } from "./lab.ts";

jest.setTimeout(120_000);

const fine = ({ code, stderr }: Ended) => ({ code, stderr: code === 0 ? "" : stderr });
const FINE = { code: 0, stderr: "" };

/** All that the sandbox keeps of Proxmox VE. */
function proxmoxIn(lab: TestLab): ProxmoxState {
  return JSON.parse(readFileSync(join(lab.home, ".sandbox", "world.json"), "utf8")).proxmox;
}

const datacenterOf = (lab: TestLab) => Object.values(proxmoxIn(lab).datacenters)[0];

/** The API of the one host, as its root. */
async function rootOf(lab: TestLab): Promise<PveApi> {
  const [host] = await (await lab.sandbox()).hosts();
  if (host === undefined) throw new Error("no host is there");
  const { name, api, address, rootPassword } = host;
  const root = new PveApi({ name, api, address }, rootPassword, new Deadline(60));
  await root.ready();
  return root;
}

/** What somebody has on the host for themselves: a machine, a pool, a storage, users, a firewall. */
async function furnish(lab: TestLab): Promise<void> {
  const root = await rootOf(lab);
  await root.post("pools", { poolid: "family", comment: "photos" });
  await root.post("storage", { storage: "nas", type: "dir", path: "/mnt/nas", content: "backup,import" });
  await root.post("access/users", { userid: "kim@pve", comment: "sister" });
  await root.put("cluster/firewall/options", { enable: 1, policy_in: "ACCEPT" });
  const vm = { vmid: 100, name: "photos", pool: "family", scsi0: "local-lvm:32", net0: "virtio,bridge=vmbr0" };
  await root.task(String(await root.post("nodes/pve/qemu", vm)));
  await root.task(String(await root.post("nodes/pve/qemu/100/status/start", {})));
}

describe("a lab on Proxmox VE that was there before", () => {
  let lab: TestLab;
  let before: ProxmoxState;
  beforeAll(async () => {
    lab = await TestLab.create({ preset: "homelab" });
    // The sandbox puts the hosts up for the first run.
    expect((await lab.cdktf("diff")).code).toBe(2);
    await furnish(lab);
    before = proxmoxIn(lab);
  });
  afterAll(() => lab.end());

  it("is told by lab doctor beforehand what the hosts lack", async () => {
    const root = await rootOf(lab);
    const entry = { path: "/sdn/zones/localnetwork/vmbr0", roles: "PVESDNUser", users: "lab@pve" };
    const node = { vcpus: 2, memoryMb: 40_000, diskGb: 900 } as const;
    await root.put("access/acl", { ...entry, delete: 1 });
    const nodes = [{ name: "cp-1", role: "control-plane", ...node }] as const;
    lab.configure({ kubernetes: { nodes, allowSchedulingOnControlPlanes: true } });
    const { stdout } = await lab.lab("doctor");
    lab.configure({ kubernetes: {} });
    await root.put("access/acl", entry);
    expect(stdout).toMatch(
      /^fail +rights +missing: SDN\.Use on \/sdn\/zones\/localnetwork\/vmbr0; to do: docs\/homelab\.md/m,
    );
    expect(stdout).toMatch(/^warn +node pve +has \d+ MB of memory free, and the guests to come want 40000; to do: /m);
    expect(stdout).toMatch(/^warn +storage local-lvm +has \d+ GB free on pve, and 900 are to come; to do: /m);
    expect(proxmoxIn(lab)).toEqual(before);
  });

  it("is deployed by two stacks, with the API token and no more than its privileges", async () => {
    expect(fine(await lab.cdktf("deploy", "proxmox", "talos", "--auto-approve"))).toEqual(FINE);
    const { talos, oci } = await (await lab.sandbox()).overview();
    expect(talos.clusters).toMatchObject([{ state: "running", nodes: [{ name: "cp-1" }, { name: "worker-1" }] }]);
    expect(oci.instances).toEqual([]);
  });

  it("has made a pool, a template and two guests, within the ids and on the bridge and storage that it was given", () => {
    const { pools = {}, vms = {} } = datacenterOf(lab) ?? {};
    expect(Object.keys(pools).toSorted()).toEqual(["family", "test-lab"]);
    const made = Object.values(vms).filter(({ vmid }) => vmid !== 100);
    expect(made.map(({ vmid, config }) => [vmid, config["name"]])).toEqual([
      [8000, "cp-1"],
      [8010, "worker-1"],
      [8099, "test-lab-talos-pve"],
    ]);
    for (const { config } of made) {
      expect(config).toMatchObject({ machine: "q35", bios: "ovmf", cpu: "host" });
      expect(config["scsi0"]).toMatch(/^local-lvm:/);
    }
    expect(made.map(({ config }) => [config["ipconfig0"], /bridge=(\w+)/.exec(config["net0"] ?? "")?.[1]])).toEqual([
      ["gw=192.168.1.1,ip=192.168.1.200/24", "vmbr0"],
      ["gw=192.168.1.1,ip=192.168.1.210/24", "vmbr0"],
      [undefined, undefined],
    ]);
  });

  it("has touched nothing of others", () => {
    const { vms = {}, pools, acl, ...all } = datacenterOf(lab) ?? {};
    const then = Object.values(before.datacenters)[0];
    expect([vms[100], pools?.["family"], acl]).toEqual([then?.vms[100], then?.pools["family"], then?.acl]);
    expect(all).toMatchObject({ storages: then?.storages, users: then?.users, firewall: then?.firewall });
  });

  it("is examined by lab doctor, which finds the hosts as they have to be", async () => {
    const { stdout } = await lab.lab("doctor");
    const lines = stdout.split("\n").filter((line) => /^\S+ +(Proxmox VE|rights|node pve|storage|VM ids)/.test(line));
    expect(lines.map((line) => line.replace(/ +/g, " "))).toEqual([
      "ok Proxmox VE 9.2.7, and takes the token",
      "ok rights all that the lab needs",
      "ok node pve x86_64, with KVM",
      "ok storage local-lvm on pve, takes images",
      "ok storage local on pve, takes import",
      "ok VM ids 3 of proxmox.vmIds are free, or the lab's own",
    ]);
  });

  it("sees no difference afterwards", async () => {
    expect(fine(await lab.cdktf("diff"))).toEqual(FINE);
  });

  it("is found to be well, by the address that its control planes share", async () => {
    const { code, stdout } = await lab.lab("validate", "cluster");
    expect({ code, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stdout: "" });
    expect(stdout).toMatch(/^ok +API by VIP +the certificate holds 192\.168\.1\.199/m);
    expect(stdout).not.toMatch(/open ports|port scan/);
  });

  it("names the shared address in the kubeconfig that it hands out", () => {
    const { outputs } = JSON.parse(readFileSync(join(lab.home, ".sandbox", "state", "talos.tfstate"), "utf8"));
    expect(outputs.kubeconfig.value).toContain("server: https://192.168.1.199:6443");
  });

  it("takes another worker in, and replaces nothing", async () => {
    const ids = () => Object.values(datacenterOf(lab)?.vms ?? {}).map(({ vmid, generation }) => [vmid, generation]);
    const known = ids();
    const worker = { role: "worker", vcpus: 1, memoryMb: 2048, diskGb: 20 } as const;
    const cp = { name: "cp-1", role: "control-plane", vcpus: 2, memoryMb: 4096, diskGb: 20 } as const;
    const first = { name: "worker-1", ...worker, vcpus: 2, memoryMb: 4096 };
    lab.configure({ kubernetes: { nodes: [cp, first, { name: "worker-2", ...worker }] } });
    expect(fine(await lab.cdktf("deploy", "--auto-approve"))).toEqual(FINE);
    expect(ids()).toEqual(expect.arrayContaining(known));
    expect(ids()).toHaveLength(known.length + 1);
    expect(fine(await lab.cdktf("diff"))).toEqual(FINE);
  });

  it("says of stack oci that it has none", async () => {
    const { code, stderr } = await lab.cdktf("deploy", "oci", "talos", "--auto-approve");
    expect(code).toBe(1);
    expect(stderr).toContain('this lab has no stack oci: its Proxmox VE hosts are your own (proxmox.hosts "existing")');
  });

  it("is destroyed to what was there before: no byte of the hosts is another", async () => {
    expect(fine(await lab.cdktf("destroy", "--auto-approve"))).toEqual(FINE);
    expect(proxmoxIn(lab)).toEqual(before);
  });

  it("touches no machine of somebody else that has one of its ids, and says so", async () => {
    const root = await rootOf(lab);
    await root.task(String(await root.post("nodes/pve/qemu", { vmid: 8000, name: "mine" })));
    const { code, stderr } = await lab.cdktf("deploy", "--auto-approve");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/8000/)]);
    expect((await lab.lab("doctor")).stdout).toMatch(/^fail +VM ids +somebody else has 8000/m);
    await lab.cdktf("destroy", "--auto-approve");
    expect(datacenterOf(lab)?.vms[8000]?.config).toMatchObject({ name: "mine" });
  });
});

it("is of one network wherever that is, with the storages and the bridge that its hosts have", async () => {
  const network = {
    ...LEAST_AT_HOME.proxmox.network,
    bridge: "vmbr7",
    vlan: 20,
    cidr: "10.9.0.0/16",
    gateway: "10.9.255.254",
    addresses: { from: "10.9.4.1", to: "10.9.4.60" },
    vip: "10.9.4.100",
  };
  const api = { ...LEAST_AT_HOME.proxmox.api, address: "10.9.1.1", auth: "password" } as const;
  const storages = { storage: "tank", imageStorage: "nas" };
  const lab = await TestLab.create({
    preset: "homelab",
    proxmox: { ...LEAST_AT_HOME.proxmox, ...storages, api, network },
  });
  try {
    expect(fine(await lab.cdktf("deploy", "--auto-approve"))).toEqual(FINE);
    expect(fine(await lab.cdktf("diff"))).toEqual(FINE);
    const { config = {} } = datacenterOf(lab)?.vms[8000] ?? {};
    expect(config).toMatchObject({ ipconfig0: "gw=10.9.255.254,ip=10.9.4.1/16" });
    expect(config["net0"]).toMatch(/bridge=vmbr7.*tag=20/);
    expect(config["scsi0"]).toMatch(/^tank:/);
  } finally {
    await lab.end();
  }
});

describe("a lab on two nodes of one cluster, one of them arm64", () => {
  const nodes = [
    { name: "pve", architecture: "x86_64" },
    { name: "ampere", architecture: "arm64" },
  ] as const;
  const machine = { vcpus: 2, memoryMb: 4096, diskGb: 20 };
  const machines = [
    { name: "cp-1", role: "control-plane", host: "pve", ...machine },
    { name: "worker-1", role: "worker", host: "ampere", ...machine },
  ] as const;
  let lab: TestLab;
  beforeAll(async () => {
    lab = await TestLab.create({
      preset: "homelab",
      virtualization: "tcg",
      proxmox: { ...LEAST_AT_HOME.proxmox, nodes },
      kubernetes: { nodes: machines, cni: "cilium" },
    });
    expect(fine(await lab.cdktf("deploy", "--auto-approve"))).toEqual(FINE);
  });
  afterAll(() => lab.end());

  it("gives each guest the image, the machine type and the emulation of its node", () => {
    const made = Object.values(datacenterOf(lab)?.vms ?? {}).map(({ node, config }) => [
      config["name"],
      node,
      config["machine"],
      config["kvm"],
    ]);
    expect(made).toEqual([
      ["cp-1", "pve", "q35", "0"],
      ["worker-1", "ampere", "virt", "0"],
      ["test-lab-talos-ampere", "ampere", "virt", "0"],
      ["test-lab-talos-pve", "pve", "q35", "0"],
    ]);
  });

  it("has a cluster of both, whose network is Cilium's", async () => {
    const { talos } = await (await lab.sandbox()).overview();
    expect(talos.clusters).toMatchObject([{ state: "running", nodes: [{ name: "cp-1" }, { name: "worker-1" }] }]);
    expect(fine(await lab.cdktf("diff"))).toEqual(FINE);
  });

  it("takes a changed patch without a machine being replaced", async () => {
    const ids = () => Object.values(datacenterOf(lab)?.vms ?? {}).map(({ vmid, generation }) => [vmid, generation]);
    const known = ids();
    lab.configure({ talos: { patches: [{ patch: { machine: { sysctls: { "vm.max_map_count": "262144" } } } }] } });
    expect((await lab.cdktf("diff")).code).toBe(2);
    expect(fine(await lab.cdktf("deploy", "--auto-approve"))).toEqual(FINE);
    expect(fine(await lab.cdktf("diff"))).toEqual(FINE);
    expect(ids()).toEqual(known);
  });

  it("is destroyed, and leaves no guest on either node", async () => {
    expect(fine(await lab.cdktf("destroy", "--auto-approve"))).toEqual(FINE);
    expect(datacenterOf(lab)).toMatchObject({ vms: {}, pools: {} });
  });
});
