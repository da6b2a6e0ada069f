/** What the calls do: machines and their tasks, storages, network, firewall, cluster; as bpg's provider and people use them. */
import { createCluster, joinCluster } from "../../../../sandbox/proxmox/model/cluster.ts";
import { vmOf } from "../../../../sandbox/proxmox/model/vm-config.ts";
import type { Store } from "../../../../sandbox/world/store.ts";
import { type Client, rootClient } from "../client.ts";
import { atHost, baseLab, IMAGE, settle } from "../lab.ts";
import { addressOf, PASSWORD, worldWith } from "../world.ts";

const opened: Client[] = [];
afterEach(() => opened.splice(0).forEach((api) => api.close()));

async function at(world: Store, host = "pve-1"): Promise<Client> {
  const api = await rootClient(world, host);
  opened.push(api);
  return api;
}

async function host(): Promise<{ readonly world: Store; readonly api: Client }> {
  const world = worldWith({ name: "pve-1" });
  return { world, api: await at(world) };
}

/** With storage, pool, network, image and the template 901. */
async function lab() {
  const { world, tf } = await baseLab({ template: true });
  return { world, tf, api: await at(world) };
}

const VM = "nodes/pve-1/qemu";
const ARM = { bios: "ovmf", machine: "virt", cpu: "max", kvm: 0, memory: 1024 };

describe("a virtual machine", () => {
  it("that is locked is neither started, changed nor removed, until root takes the lock away", async () => {
    const { world, api } = await lab();
    await api.does("POST", VM, { vmid: 200, name: "one", ...ARM, scsi0: `guests:0,import-from=${IMAGE}` });
    vmOf(atHost(world, "pve-1"), 200).config.lock = "backup";
    await expect(api.does("POST", `${VM}/200/status/start`)).rejects.toThrow("VM is locked (backup)");
    await expect(api.does("PUT", `${VM}/200/config`, { name: "two" })).rejects.toThrow("VM is locked (backup)");
    await expect(api.does("DELETE", `${VM}/200`)).rejects.toThrow("VM is locked (backup)");
    const listed = expect.arrayContaining([expect.objectContaining({ vmid: 200, lock: "backup" })]);
    expect(await api.get("cluster/resources?type=vm")).toEqual(listed);
    await api.does("PUT", `${VM}/200/config`, { delete: "lock", skiplock: 1 });
    await api.does("DELETE", `${VM}/200`);
  });

  it("that is suspended to disk can be removed, and not changed", async () => {
    const { world, api } = await lab();
    await api.does("POST", VM, { vmid: 200, name: "one", ...ARM });
    vmOf(atHost(world, "pve-1"), 200).config.lock = "suspended";
    await expect(api.does("PUT", `${VM}/200/config`, { name: "two" })).rejects.toThrow("VM is locked (suspended)");
    await api.does("DELETE", `${VM}/200`);
  });

  it("is made, started, asked, stopped and removed by tasks", async () => {
    const { api } = await lab();
    await api.does("POST", VM, { vmid: 200, name: "one", ...ARM, scsi0: `guests:0,import-from=${IMAGE}`, agent: 1 });
    await api.does("PUT", `${VM}/200/config`, { ipconfig0: "ip=10.20.0.50/24", net0: "virtio,bridge=guests" });
    expect(await api.get(`${VM}/200/status/current`)).toMatchObject({ status: "stopped", name: "one", agent: 1 });
    await api.does("POST", `${VM}/200/status/start`, { timeout: 60 });
    expect(await api.get(`${VM}/200/status/current`)).toMatchObject({ status: "running", qmpstatus: "running" });
    expect(await api.call("POST", `${VM}/200/agent/ping`)).toMatchObject({ status: 200, data: { result: {} } });
    expect(await api.get(`${VM}/200/agent/network-get-interfaces`)).toMatchObject({
      result: expect.arrayContaining([
        expect.objectContaining({
          name: "eth0",
          "ip-addresses": [{ "ip-address": "10.20.0.50", "ip-address-type": "ipv4", prefix: 24 }],
        }),
      ]),
    });
    expect(await api.call("DELETE", `${VM}/200`)).toMatchObject({
      status: 500,
      reason: expect.stringMatching(/running/),
    });
    await api.does("POST", `${VM}/200/status/shutdown`, { timeout: 60, forceStop: 1 });
    await api.does("DELETE", `${VM}/200/?purge=1&destroy-unreferenced-disks=1`);
    expect(await api.call("GET", `${VM}/200/config`)).toMatchObject({
      status: 500,
      reason: "Configuration file 'nodes/pve-1/qemu-server/200.conf' does not exist",
    });
  });

  it("is cloned with its options that the call does not name, kvm: 0 among them", async () => {
    const { api } = await lab();
    await api.does("POST", `${VM}/901/clone`, { newid: 300, name: "clone", full: 1, pool: "lab" });
    expect(await api.get(`${VM}/300/config`)).toMatchObject({ name: "clone", kvm: 0, bios: "ovmf" });
    expect(await api.get(`${VM}/300/config`)).not.toHaveProperty("template");
    expect(await api.call("POST", `${VM}/901/clone`, { newid: 300 })).toMatchObject({
      status: 500,
      reason: expect.stringContaining("already exists"),
    });
  });

  it.each([
    ["without /dev/kvm and without kvm: 0", { kvm: 1 }, "KVM virtualisation configured, but not available"],
    ["with more vCPUs than its host has", { cores: 3 }, "MAX 2 vcpus allowed per VM on this node"],
    ["with the CPU of x86", { cpu: "qemu64" }, "CPU model 'qemu64' does not exist"],
    ["on a bridge that is not there", { net0: "virtio,bridge=vmbr9" }, "bridge 'vmbr9' does not exist"],
  ])("does not start %s: the task fails, with a log", async (_what, options, why) => {
    const { api } = await lab();
    await api.does("POST", VM, { vmid: 200, ...ARM, ...options });
    const started = await api.call("POST", `${VM}/200/status/start`);
    expect(await api.done(started)).toContain(why);
    const log = await api.get(`nodes/pve-1/tasks/${encodeURIComponent(String(started.data))}/log`);
    expect(log).toMatchObject([{ n: 1, t: expect.stringContaining(`TASK ERROR: ${why}`) }]);
  });

  it("gets larger disks, never smaller ones, and disks on other storages", async () => {
    const { api } = await lab();
    await api.does("POST", `${VM}/901/clone`, { newid: 300, full: 1 });
    await api.does("PUT", `${VM}/300/resize`, { disk: "scsi0", size: "+2G" });
    expect(await api.get(`${VM}/300/config`)).toMatchObject({ scsi0: expect.stringContaining("size=12G") });
    expect(await api.done(await api.call("PUT", `${VM}/300/resize`, { disk: "scsi0", size: "1G" }))).toContain(
      "shrinking disks is not supported",
    );
    await api.does("PUT", "storage/local", { content: "images,import,iso" });
    await api.does("POST", `${VM}/300/move_disk`, { disk: "scsi0", storage: "local", delete: 1 });
    expect(await api.get(`${VM}/300/config`)).toMatchObject({ scsi0: expect.stringMatching(/^local:300\//) });
  });

  it("keeps what it is set to, with the types of the schema, and shows no password", async () => {
    const { api } = await lab();
    await api.does("POST", VM, { vmid: 200, ...ARM, cipassword: "secret", tags: "b;a", onboot: 1 });
    const config = Object(await api.get(`${VM}/200/config`));
    expect(config).toMatchObject({ kvm: 0, onboot: 1, memory: "1024", cipassword: "**********", tags: "a;b" });
    await api.does("PUT", `${VM}/200/config`, { delete: "tags,description", digest: config.digest });
    const stale = await api.call("PUT", `${VM}/200/config`, { cores: 2, digest: config.digest });
    expect(stale.reason).toContain("file changed by other user");
    expect(await api.call("PUT", `${VM}/200/config`, { delete: "nonsense" })).toMatchObject({ status: 400 });
  });

  it("has no agent to ask where it has none, does not run, or has no address", async () => {
    const { api, world } = await lab();
    const ask = async () => (await api.call("POST", `${VM}/200/agent/ping`)).reason;
    await api.does("POST", VM, { vmid: 200, ...ARM });
    expect(await ask()).toBe("No QEMU guest agent configured");
    await api.does("PUT", `${VM}/200/config`, { agent: "enabled=1" });
    expect(await ask()).toBe("VM 200 is not running");
    await api.does("POST", `${VM}/200/status/start`);
    expect(await ask()).toBe("QEMU guest agent is not running");
    expect(vmOf(atHost(world, "pve-1"), 200).running).toBe(true);
  });
});

describe("tasks", () => {
  it("are listed latest first, in pages, with their number, and by what they are", async () => {
    const { api } = await host();
    for (const vmid of [100, 101, 102]) await api.does("POST", VM, { vmid });
    const failed = await api.call("POST", `${VM}/100/status/start`);
    await api.done(failed);
    const page = await api.call("GET", "nodes/pve-1/tasks?limit=2&start=1&typefilter=qmcreate");
    expect(page).toMatchObject({ total: 3, data: [{ id: "101", status: "OK" }, { id: "100" }] });
    expect(await api.get("nodes/pve-1/tasks?errors=1")).toMatchObject([{ upid: failed.data, type: "qmstart" }]);
    expect(await api.get("nodes/pve-1/tasks?vmid=102")).toHaveLength(1);
    expect(await api.get("cluster/tasks")).toHaveLength(4);
  });
});

describe("storage", () => {
  it("keeps every option that its type has, and gives those back that are deleted", async () => {
    const { api } = await host();
    const options = {
      shared: 1,
      "prune-backups": "keep-last=3",
      "max-protected-backups": 5,
      preallocation: "off",
      "create-subdirs": 0,
    };
    await api.does("POST", "storage", { storage: "files", type: "dir", path: "/srv/files", ...options });
    expect(await api.get("storage/files")).toMatchObject(options);
    await api.does("PUT", "storage/files", { delete: "prune-backups,shared", preallocation: "full" });
    const { shared: _shared, "prune-backups": _pruned, ...left } = options;
    expect(await api.get("storage/files")).toEqual({
      ...left,
      preallocation: "full",
      storage: "files",
      type: "dir",
      path: "/srv/files",
      content: "images,rootdir",
      digest: expect.any(String),
    });
  });

  it.each([
    ["POST", "storage", { storage: "x1", type: "dir", path: "/x", server: "a" }, "unexpected property 'server'"],
    ["POST", "storage", { storage: "x1", type: "lvmthin", vgname: "pve", thinpool: "data", shared: 1 }, "'shared'"],
    ["PUT", "storage/local", { "snapshot-as-volume-chain": 1 }, "can't change value of fixed parameter"],
    ["PUT", "storage/local", { delete: "server" }, "no such option 'server'"],
    ["PUT", "storage/local", { delete: "path" }, "unable to delete required option 'path'"],
    ["PUT", "storage/local", { delete: "shared", shared: 1 }, "cannot set and delete property 'shared'"],
  ])("refuses %s %s with %j", async (method, path, form, why) => {
    const { api } = await host();
    expect(await api.call(method, path, form)).toMatchObject({ status: 500, reason: expect.stringContaining(why) });
  });

  it("gets files from a URL, and refuses what PVE refuses", async () => {
    const { api } = await host();
    const path = "nodes/pve-1/storage/local";
    const file = { content: "import", filename: "a.qcow2", url: "https://example.com/a.qcow2" };
    const reason = async (form: Record<string, string>) =>
      (await api.call("POST", `${path}/download-url`, form)).reason;
    expect(await reason(file)).toBe("storage 'local' is not configured for content-type 'import'");
    await api.does("PUT", "storage/local", { content: "import,iso" });
    await api.does("POST", `${path}/download-url`, file);
    const metadata = Object(await api.get(`nodes/pve-1/query-url-metadata?url=${encodeURIComponent(file.url)}`));
    expect(metadata).toMatchObject({ filename: "a.qcow2", size: expect.any(Number) });
    expect(await api.get(`${path}/content?content=import`)).toMatchObject([
      { volid: "local:import/a.qcow2", size: metadata.size },
    ]);
    expect(await api.get(`${path}/content/local:import/a.qcow2`)).toMatchObject({
      format: "qcow2",
      size: metadata.size,
    });
    expect(await api.get(`${path}/status`)).toMatchObject({ active: 1, used: metadata.size, content: "import,iso" });
    expect(await api.call("GET", "storage/none")).toMatchObject({
      status: 500,
      reason: "storage 'none' does not exist",
    });
  });

  it("says of what goes wrong with a download at the end of its task, and not before", async () => {
    const { api, world } = await host();
    await api.does("PUT", "storage/local", { content: "import,iso" });
    const path = "nodes/pve-1/storage/local/download-url";
    const file = { content: "import", filename: "a.qcow2", url: "https://example.com/a.qcow2" };
    const end = async (form: Record<string, string>) => {
      const answer = await api.call("POST", path, { ...file, ...form });
      expect(answer).toMatchObject({ status: 200, data: expect.stringMatching(/^UPID:/) });
      return api.done(answer);
    };
    const sha256 = (sum: string) => ({ checksum: sum, "checksum-algorithm": "sha256" });
    expect(await end({ compression: "gz" })).toBe("decompression not supported for import");
    expect(await end({ url: "https://nowhere.invalid/a.qcow2" })).toBe(
      "download failed: wget: unable to resolve host address 'nowhere.invalid'",
    );
    expect(await end(sha256("00"))).toMatch(/^checksum mismatch: got '[0-9a-f]{64}' != expect '00'$/);
    expect(await api.get("nodes/pve-1/storage/local/content")).toEqual([]);
    expect(await end(sha256("AB".repeat(32)))).toBe("OK");
    expect(await end(sha256("ab".repeat(32)))).toBe("OK");
    expect(await end(sha256("cd".repeat(32)))).toBe(
      `checksum mismatch: got '${"ab".repeat(32)}' != expect '${"cd".repeat(32)}', aborting`,
    );
    expect(await end({})).toBe("refusing to override existing file '/var/lib/vz/import/a.qcow2'");
    const { volumes } = atHost(world, "pve-1").host;
    volumes["local:import/big.raw"] = { content: "import", format: "raw", size: 20 * 1024 ** 3, source: null };
    expect(await end({ filename: "b.iso", content: "iso" })).toMatch(
      /^download failed: Cannot write to '\/var\/lib\/vz\/template\/iso\/b\.iso\.tmp_dwnl\.\d+' \(No space left on device\)\.$/,
    );
  });

  it("removes a volume, but not one that a running machine has open", async () => {
    const { api } = await lab();
    await api.does("POST", VM, { vmid: 200, ...ARM, scsi0: "guests:1", start: 1 });
    const path = "nodes/pve-1/storage/guests/content/guests:vm-200-disk-0";
    const refused = await api.call("DELETE", path);
    expect(String(refused.data)).toContain(":imgdel:200@guests:root@pam:");
    expect(await api.done(refused)).toContain("in use");
    await api.does("POST", `${VM}/200/status/stop`);
    await api.does("DELETE", path);
    expect((await api.call("GET", path)).status).toBe(500);
  });
});

describe("the network", () => {
  it("shows what waits for an apply, and takes it back", async () => {
    const { api } = await lab();
    await api.does("PUT", "cluster/sdn/zones/lab", { mtu: 1400 });
    await api.does("POST", "cluster/sdn/vnets", { vnet: "more", zone: "lab" });
    expect(await api.get("cluster/sdn/zones?pending=1")).toMatchObject([{ state: "changed", pending: { mtu: 1400 } }]);
    expect(await api.get("cluster/sdn/vnets?running=1")).toMatchObject([{ vnet: "guests" }]);
    expect(await api.get("nodes/pve-1/sdn/zones/lab/content")).toEqual([{ vnet: "guests", status: "available" }]);
    await api.does("POST", "cluster/sdn/rollback");
    expect(await api.get("cluster/sdn/vnets")).toHaveLength(1);
    await api.does("DELETE", "cluster/sdn/vnets/guests/subnets/lab-10.20.0.0-24");
    expect(await api.get("cluster/sdn/vnets/guests/subnets?pending=1")).toMatchObject([{ state: "deleted" }]);
    await api.does("PUT", "cluster/sdn");
    expect(await api.get("cluster/sdn/vnets/guests/subnets?pending=1")).toEqual([]);
  });
});

describe("a firewall", () => {
  it("puts a new rule first, moves, changes and removes it", async () => {
    const { api } = await host();
    const path = "cluster/firewall/rules";
    for (const comment of ["a", "b", "c"])
      await api.does("POST", path, { type: "in", action: "ACCEPT", enable: 1, comment });
    const order = async () => Object.values(Object(await api.get(path))).map((rule) => Object(rule).comment);
    expect(await order()).toEqual(["c", "b", "a"]);
    await api.does("PUT", `${path}/0`, { moveto: 3 });
    expect(await order()).toEqual(["b", "a", "c"]);
    await api.does("PUT", `${path}/1`, { enable: 0, comment: "x" });
    expect(await api.get(`${path}/1`)).toMatchObject({ comment: "x", enable: 0, action: "ACCEPT" });
    await api.does("DELETE", `${path}/0`);
    expect(await order()).toEqual(["x", "c"]);
    expect(await api.call("POST", path, { type: "group", action: "none" })).toMatchObject({ status: 400 });
  });

  it("has groups, aliases and references, for the datacenter and for a machine", async () => {
    const { api } = await host();
    await api.does("POST", VM, { vmid: 100 });
    await api.does("POST", "cluster/firewall/groups", { group: "web", comment: "sites" });
    await api.does("POST", "cluster/firewall/groups/web", { type: "in", action: "ACCEPT", proto: "tcp", dport: "443" });
    await api.does("POST", "cluster/firewall/aliases", { name: "home", cidr: "10.0.0.1" });
    await api.does("POST", `${VM}/100/firewall/rules`, { type: "group", action: "web", enable: 1 });
    await api.does("PUT", `${VM}/100/firewall/options`, { enable: 1, policy_in: "DROP" });
    await api.does("POST", `${VM}/100/firewall/ipset`, { name: "peers" });
    expect(await api.get("cluster/firewall/groups/web")).toMatchObject([{ dport: "443" }]);
    expect(await api.get(`${VM}/100/firewall/rules`)).toMatchObject([{ type: "group", action: "web" }]);
    expect(await api.get(`${VM}/100/firewall/options`)).toMatchObject({ enable: 1, policy_in: "DROP" });
    expect(await api.get(`${VM}/100/firewall/refs`)).toMatchObject([{ ref: "dc/home" }, { ref: "+guest/peers" }]);
    expect((await api.call("DELETE", "cluster/firewall/groups/web")).reason).toContain("not empty");
  });
});

describe("what a user of PVE looks at", () => {
  it.each([
    ["version", { version: "9.2.7" }],
    ["nodes", [{ node: "pve-1", status: "online", maxcpu: 2 }]],
    ["nodes/pve-1/status", { cpuinfo: { cpus: 2 }, pveversion: /^pve-manager/ }],
    ["nodes/pve-1/network", [{ type: "eth", address: addressOf("pve-1") }]],
    ["nodes/pve-1/certificates/info", [{ filename: "pve-ssl.pem", san: expect.arrayContaining(["pve-1"]) }]],
    ["nodes/pve-1/storage?enabled=1", expect.arrayContaining([expect.objectContaining({ storage: "guests" })])],
    ["cluster/resources?type=vm", [{ id: "qemu/901", vmid: 901, node: "pve-1", template: 1, pool: "lab" }]],
    ["cluster/nextid", "100"],
    ["cluster/status", [{ type: "node", name: "pve-1", online: 1 }]],
    ["cluster/ha/resources", []],
    ["pools/lab", { members: [{ id: "qemu/901" }] }],
    ["access/roles/PVEAuditor", { "VM.Audit": 1, "Sys.Audit": 1 }],
    ["access", expect.arrayContaining([{ subdir: "users" }, { subdir: "acl" }])],
    ["nodes/pve-1/qemu/901", expect.arrayContaining([{ subdir: "config" }, { subdir: "status" }])],
    ["nodes/pve-1/qemu/901/status", expect.arrayContaining([{ subdir: "current" }, { subdir: "start" }])],
  ])("%s", async (path, shown) => {
    const { api } = await lab();
    expect(JSON.parse(JSON.stringify(await api.get(path)))).toEqual(
      typeof shown === "string" || shown instanceof Object === false ? shown : matching(shown),
    );
  });
});

/** The objects of a value as those that have these members. */
function matching(shown: unknown): unknown {
  if (shown instanceof RegExp) return expect.stringMatching(shown);
  if (Array.isArray(shown)) return shown.map(matching);
  if (typeof shown !== "object" || shown === null || "asymmetricMatch" in shown) return shown;
  return expect.objectContaining(
    Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, matching(value)])),
  );
}

describe("a cluster", () => {
  async function pair() {
    const world = worldWith({ name: "pve-1" }, { name: "pve-2" });
    const first = atHost(world, "pve-1");
    createCluster(first, "lab", undefined);
    const { fingerprint } = first.host.certificate;
    const request = { hostname: addressOf("pve-1"), fingerprint, password: PASSWORD, link0: undefined };
    await joinCluster(atHost(world, "pve-2"), request, () => undefined);
    settle(world);
    return world;
  }

  it("does a call about a node on that node, whichever was asked", async () => {
    const world = await pair();
    const api = await at(world);
    await api.does("POST", "nodes/pve-2/qemu", { vmid: 100 });
    expect(await api.get("nodes/pve-2/tasks")).toMatchObject([{ type: "qmcreate", node: "pve-2" }]);
    expect(await api.get("nodes/pve-1/qemu")).toEqual([]);
    expect(await (await at(world, "pve-2")).get("cluster/resources?type=vm")).toMatchObject([
      { vmid: 100, node: "pve-2" },
    ]);
    expect(await api.call("GET", "nodes/pve-9/status")).toMatchObject({
      status: 500,
      reason: expect.stringContaining("hostname lookup 'pve-9'"),
    });
  });

  it("without quorum shows everything and takes no write", async () => {
    const world = await pair();
    const api = await at(world);
    const [, second] = world.state.oci.instances;
    if (second) second.state = "STOPPED";
    const refused = { status: 500, reason: "cluster not ready - no quorum?" };
    // Only some ask first; the others meet a file system that takes no writes.
    const unwritable = { status: 500, reason: "unable to create file in '/etc/pve' - Permission denied" };
    expect(await api.call("POST", "pools", { poolid: "lab" })).toMatchObject(unwritable);
    expect(await api.call("POST", VM, { vmid: 100 })).toMatchObject(refused);
    expect(await api.call("PUT", "storage/local", { content: "iso" })).toMatchObject(unwritable);
    expect(await api.call("GET", "nodes/pve-2/status")).toMatchObject({ status: 595, reason: "No route to host" });
    expect(await api.get("nodes")).toMatchObject([{ status: "online" }, { status: "offline" }]);
  });
});
