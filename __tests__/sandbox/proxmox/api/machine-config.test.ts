/** What Proxmox VE adds to the configuration of a machine, and what it makes of options that are said. */
import type { Client } from "../client.ts";
import { ownHost } from "../own-host.ts";

const VM = "nodes/pve/qemu";
let api: Client;
beforeEach(async () => {
  api = await ownHost();
});
afterEach(() => api.close());

const config = async (vmid = 100) => Object(await api.get(`${VM}/${vmid}/config`));

it("says when a new machine was made, and gives it a generation of its own", async () => {
  await api.does("POST", VM, { vmid: 100 });
  await api.does("POST", VM, { vmid: 101, vmgenid: 0 });
  expect(await config()).toMatchObject({
    meta: expect.stringMatching(/^creation-qemu=[\d.]+,ctime=\d+$/),
    vmgenid: expect.stringMatching(/^[\da-f-]{36}$/),
  });
  expect(await config(101)).toMatchObject({ vmgenid: "0" });
});

it.each([
  ["nothing that boots", {}, " "],
  ["a disk of its firmware alone", { efidisk0: "local-lvm:1" }, " "],
  [
    "disks, CD drives and networks",
    { scsi1: "local-lvm:1", scsi0: "local-lvm:1", ide2: "none,media=cdrom", net0: "virtio,bridge=vmbr0" },
    "order=scsi0;ide2;net0",
  ],
])("boots one with %s, made of %j, from %j", async (_what, form, boot) => {
  await api.does("POST", VM, { vmid: 100, ...form });
  expect(await config()).toMatchObject({ boot });
});

it("takes what is deleted out of the boot order, and a new CD drive into it", async () => {
  await api.does("POST", VM, { vmid: 100, scsi0: "local-lvm:1", net0: "virtio,bridge=vmbr0" });
  await api.does("PUT", `${VM}/100/config`, { delete: "net0" });
  expect(await config()).toMatchObject({ boot: "order=scsi0" });
  await api.does("PUT", `${VM}/100/config`, { ide2: "none,media=cdrom" });
  expect(await config()).toMatchObject({ boot: "order=scsi0;ide2" });
});

it("keeps tags in lower case, unless the datacenter's style is another", async () => {
  await api.does("POST", VM, { vmid: 100, tags: "Web;db;web" });
  expect(await config()).toMatchObject({ tags: "db;web" });
  await api.does("PUT", "cluster/options", { "tag-style": "case-sensitive=1,ordering=config" });
  await api.does("PUT", `${VM}/100/config`, { tags: "Web;db;web" });
  expect(await config()).toMatchObject({ tags: "Web;db;web" });
});

it("deletes an unused disk with its volume", async () => {
  await api.does("POST", VM, { vmid: 100, scsi0: "local-lvm:1" });
  await api.does("PUT", `${VM}/100/config`, { delete: "scsi0" });
  expect(await config()).toMatchObject({ unused0: "local-lvm:vm-100-disk-0" });
  await api.does("PUT", `${VM}/100/config`, { delete: "unused0" });
  expect(await api.get("nodes/pve/storage/local-lvm/content")).toEqual([]);
});

it("tells a pool by its name, and comments without blanks at their ends", async () => {
  await api.does("POST", "pools", { poolid: "web", comment: "  of ours " });
  expect(await api.get("pools/web")).toEqual({ poolid: "web", members: [], comment: "of ours" });
  await api.does("PUT", "pools/web", { comment: " " });
  expect(await api.get("pools/web")).toEqual({ poolid: "web", members: [] });
});

it("is cloned without a copy only where its disks are base images, as those of one made as a template are", async () => {
  await api.does("POST", VM, { vmid: 100, scsi0: "local-lvm:1" });
  await api.does("POST", VM, { vmid: 101, scsi0: "local-lvm:1", template: 1 });
  const linked = await api.call("POST", `${VM}/100/clone`, { newid: 102, full: 0 });
  expect(await api.done(linked)).toBe("Linked clone feature is not supported for 'local-lvm:vm-100-disk-0' (scsi0)");
  expect(await config(101)).toMatchObject({ scsi0: "local-lvm:base-101-disk-0,size=1G" });
  await api.does("POST", `${VM}/101/clone`, { newid: 103, full: 0 });
});
