/** Containers of a host at home: made of a template, changed, run, cloned, and gone. */
import type { Client, Form } from "../client.ts";
import { ownHost } from "../own-host.ts";

const TEMPLATE = "local:vztmpl/alpine-3.22-default_20250617_amd64.tar.xz";
const LXC = "nodes/pve/lxc";
const NET = "name=eth0,bridge=vmbr0,ip=dhcp";

describe("a container", () => {
  let pve: Client;
  beforeEach(async () => {
    pve = await ownHost();
    const template = "alpine-3.22-default_20250617_amd64.tar.xz";
    await pve.does("POST", "nodes/pve/aplinfo", { storage: "local", template });
    await create({ vmid: 100, hostname: "web", rootfs: "local-lvm:1", net0: NET });
  });
  afterEach(() => pve.close());

  const create = (form: Form): Promise<unknown> => pve.does("POST", LXC, { ostemplate: TEMPLATE, ...form });
  const configOf = async (vmid: number) => Object(await pve.get(`${LXC}/${vmid}/config`));
  const volumes = async (): Promise<string[]> => {
    const all = await pve.get("nodes/pve/storage/local-lvm/content");
    return Array.isArray(all) ? all.map((each) => Object(each).volid).toSorted() : [];
  };

  it("is made of a template, with what Proxmox VE adds", async () => {
    expect(await configOf(100)).toEqual({
      arch: "amd64",
      digest: expect.any(String),
      hostname: "web",
      memory: 512,
      net0: expect.stringMatching(/^name=eth0,bridge=vmbr0,hwaddr=BC:24:11:\S+,ip=dhcp,type=veth$/),
      ostype: "alpine",
      rootfs: "local-lvm:vm-100-disk-0,size=1G",
      swap: 512,
      unprivileged: 1,
    });
    expect(await pve.get("nodes/pve/storage/local-lvm/content?content=rootdir")).toEqual([
      expect.objectContaining({ volid: "local-lvm:vm-100-disk-0", vmid: 100 }),
    ]);
  });

  it("shares its id with machines, and is in the lists of the node, the cluster and its pool", async () => {
    await pve.does("POST", "pools", { poolid: "web" });
    await pve.does("PUT", "pools/web", { vms: 100 });
    const listed = expect.objectContaining({ vmid: 100, name: "web", type: "lxc", status: "stopped" });
    expect(await pve.get(LXC)).toEqual([listed]);
    expect(await pve.get("cluster/resources?type=vm")).toEqual([
      expect.objectContaining({ id: "lxc/100", pool: "web" }),
    ]);
    expect(await pve.get("pools/web")).toMatchObject({ members: [{ id: "lxc/100" }] });
    expect(await pve.get("cluster/nextid")).toBe("101");
    const { message } = await pve.call("POST", "nodes/pve/qemu", { vmid: 100 });
    expect(message).toContain("CT 100 already exists on node 'pve'");
  });

  it("runs, asks the router for an address, and is not removed until it is stopped", async () => {
    await pve.does("POST", `${LXC}/100/status/start`);
    expect(await pve.get(`${LXC}/100/status/current`)).toMatchObject({ status: "running", ha: { managed: 0 } });
    expect(await pve.get(`${LXC}/100/interfaces`)).toEqual([
      expect.objectContaining({ name: "lo" }),
      expect.objectContaining({ name: "eth0", inet: "192.168.1.100/24" }),
    ]);
    expect(await pve.call("POST", `${LXC}/100/status/start`)).toMatchObject({ reason: "CT 100 already running" });
    const refused = { reason: "unable to destroy CT 100 - container is running" };
    expect(await pve.call("DELETE", `${LXC}/100`)).toMatchObject(refused);
    await pve.does("POST", `${LXC}/100/status/shutdown`);
    await pve.does("DELETE", `${LXC}/100`);
    expect(await pve.get(LXC)).toEqual([]);
    expect(await volumes()).toEqual([]);
  });

  it("has mount points that are added, grow, move and are left unused", async () => {
    await pve.does("PUT", `${LXC}/100/config`, { mp0: "local-lvm:2,mp=/data,backup=1", description: "of mine" });
    expect(await configOf(100)).toMatchObject({
      mp0: "local-lvm:vm-100-disk-1,mp=/data,backup=1,size=2G",
      description: "of mine\n",
    });
    await pve.does("PUT", `${LXC}/100/resize`, { disk: "mp0", size: "+1G" });
    expect(await pve.call("PUT", `${LXC}/100/resize`, { disk: "mp0", size: "1G" })).toMatchObject({
      reason: "unable to shrink disk size",
    });
    await pve.does("PUT", `${LXC}/100/config`, { delete: "mp0" });
    expect(await configOf(100)).toMatchObject({ unused0: "local-lvm:vm-100-disk-1" });
    await pve.does("PUT", `${LXC}/100/config`, { mp1: "local-lvm:vm-100-disk-1,mp=/again" });
    expect(await configOf(100)).toMatchObject({ mp1: "local-lvm:vm-100-disk-1,mp=/again,size=3G" });
    await pve.does("PUT", "storage/local", { content: "rootdir,vztmpl" });
    await pve.does("POST", `${LXC}/100/move_volume`, { volume: "mp1", storage: "local", delete: 1 });
    expect(await configOf(100)).toMatchObject({ mp1: "local:100/vm-100-disk-0.raw,mp=/again,size=3G" });
    expect(await volumes()).toEqual(["local-lvm:vm-100-disk-0"]);
  });

  it("goes back to a snapshot, and is cloned from it", async () => {
    await pve.does("POST", `${LXC}/100/snapshot`, { snapname: "first" });
    await pve.does("PUT", `${LXC}/100/config`, { memory: 1024 });
    await pve.does("POST", `${LXC}/100/clone`, { newid: 101, snapname: "first", full: 1, hostname: "copy" });
    await pve.does("POST", `${LXC}/100/snapshot/first/rollback`);
    expect(await configOf(100)).toMatchObject({ memory: 512, parent: "first" });
    expect(await configOf(101)).toMatchObject({ hostname: "copy", rootfs: "local-lvm:vm-101-disk-0,size=1G" });
    expect((await configOf(101)).net0).not.toBe((await configOf(100)).net0);
  });

  it("becomes a template, of which linked clones are made and which does not start", async () => {
    expect(await pve.call("POST", `${LXC}/100/template`)).toMatchObject({ status: 200, data: null });
    await pve.does("POST", `${LXC}/100/clone`, { newid: 101 });
    expect(await configOf(100)).toMatchObject({ template: 1, rootfs: "local-lvm:base-100-disk-0,size=1G" });
    expect(await configOf(101)).not.toHaveProperty("template");
    const ended = await pve.done(await pve.call("POST", `${LXC}/100/status/start`));
    expect(ended).toBe("you can't start a CT if it's a template");
  });

  it("is cloned with a copy alone when it was called a template as it was made: its volumes are no base images", async () => {
    await create({ vmid: 102, rootfs: "local-lvm:1", template: 1 });
    const linked = await pve.call("POST", `${LXC}/102/clone`, { newid: 103, full: 0 });
    expect(await pve.done(linked)).toBe("Linked clone feature for 'local-lvm:vm-102-disk-0' is not available");
    await pve.does("POST", `${LXC}/102/clone`, { newid: 103, full: 1 });
  });

  it("is not made of a template that is not there, nor on a storage that keeps none", async () => {
    const form = { vmid: 102, ostemplate: "local:vztmpl/none.tar.xz", rootfs: "local-lvm:1" };
    const ended = await pve.done(await pve.call("POST", LXC, form));
    expect(ended).toBe("unable to create CT 102 - volume 'local:vztmpl/none.tar.xz' does not exist");
    const errors = { storage: "storage 'local' does not support container directories" };
    expect(await pve.call("POST", LXC, { vmid: 102, ostemplate: TEMPLATE })).toMatchObject({ status: 400, errors });
    expect(await volumes()).toEqual(["local-lvm:vm-100-disk-0"]);
  });

  it("keeps what it cannot do without", async () => {
    expect(await pve.call("PUT", `${LXC}/100/config`, { delete: "rootfs" })).toMatchObject({
      reason: "unable to delete required option 'rootfs'",
    });
    await pve.does("PUT", `${LXC}/100/config`, { protection: 1 });
    expect(await pve.call("DELETE", `${LXC}/100`)).toMatchObject({
      reason: "can't remove CT 100 - protection mode enabled",
    });
  });
});
