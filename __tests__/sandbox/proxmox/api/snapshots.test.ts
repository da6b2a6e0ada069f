/** Snapshots of machines, and machines that stand still. */
import type { Client } from "../client.ts";
import { ownHost } from "../own-host.ts";

const VM = "nodes/pve/qemu";
const ONE = `${VM}/100`;
let api: Client;
beforeEach(async () => {
  api = await ownHost();
  await api.does("POST", VM, { vmid: 100, name: "one", memory: 256, scsi0: "local-lvm:1" });
});
afterEach(() => api.close());

const take = (snapname: string, more = {}) => api.does("POST", `${ONE}/snapshot`, { snapname, ...more });
const ended = async (method: string, path: string, form = {}) => api.done(await api.call(method, path, form));

it("are listed with the machine as it is, each after the one before it", async () => {
  await take("first", { description: "before" });
  await take("second");
  expect(await api.get(`${ONE}/snapshot`)).toEqual([
    { name: "first", snaptime: expect.any(Number), vmstate: 0, description: "before" },
    { name: "second", snaptime: expect.any(Number), vmstate: 0, description: "", parent: "first" },
    { name: "current", description: "You are here!", running: 0, parent: "second", digest: expect.any(String) },
  ]);
  expect(await api.get(`${ONE}/config`)).toMatchObject({ parent: "second" });
});

it("give back options and sizes as they were, and leave a disk of later unused", async () => {
  await take("first");
  await api.does("PUT", `${ONE}/config`, { name: "two", scsi1: "local-lvm:2" });
  await api.does("PUT", `${ONE}/resize`, { disk: "scsi0", size: "+1G" });
  await api.does("POST", `${ONE}/snapshot/first/rollback`);
  expect(await api.get(`${ONE}/config`)).toMatchObject({
    name: "one",
    scsi0: "local-lvm:vm-100-disk-0,size=1G",
    unused0: "local-lvm:vm-100-disk-1",
  });
  expect(await api.get("nodes/pve/storage/local-lvm/content")).toContainEqual(
    expect.objectContaining({ volid: "local-lvm:vm-100-disk-0", size: 1024 ** 3 }),
  );
});

it("with memory have the machine run on, and without it stop it", async () => {
  await api.does("POST", `${ONE}/status/start`);
  await take("cold");
  await take("warm", { vmstate: 1 });
  const state = { volid: "local-lvm:vm-100-state-warm", size: (2 * 256 + 500) * 1024 ** 2 };
  expect(await api.get("nodes/pve/storage/local-lvm/content")).toContainEqual(expect.objectContaining(state));
  await api.does("POST", `${ONE}/snapshot/cold/rollback`);
  expect(await api.get(`${ONE}/status/current`)).toMatchObject({ status: "stopped" });
  await api.does("POST", `${ONE}/snapshot/warm/rollback`);
  expect(await api.get(`${ONE}/status/current`)).toMatchObject({ status: "running" });
});

it("are described anew, and deleted out of the middle", async () => {
  await take("first");
  await take("second");
  await take("third");
  await api.does("PUT", `${ONE}/snapshot/third/config`, { description: "last" });
  await api.does("DELETE", `${ONE}/snapshot/second`);
  expect(await api.get(`${ONE}/snapshot/third/config`)).toMatchObject({ parent: "first", description: "last" });
  await api.does("DELETE", `${ONE}/snapshot/third`);
  expect(await api.get(`${ONE}/config`)).toMatchObject({ parent: "first" });
  expect(await ended("DELETE", `${ONE}/snapshot/second`)).toBe("snapshot 'second' does not exist");
});

it("are cloned from, as the machine was", async () => {
  await take("first");
  await api.does("PUT", `${ONE}/config`, { memory: 512 });
  await api.does("POST", `${ONE}/clone`, { newid: 101, snapname: "first" });
  const clone = await api.get(`${VM}/101/config`);
  expect(clone).toMatchObject({ memory: "256" });
  expect(clone).not.toHaveProperty("parent");
});

it("are cloned from without a copy on a thin pool", async () => {
  await take("first");
  await api.does("POST", `${ONE}/clone`, { newid: 101, snapname: "first", full: 0 });
  expect(await ended("POST", `${ONE}/clone`, { newid: 102, full: 0 })).toMatch("Linked clone feature is not supported");
});

it.each([
  ["a name that is taken", "POST", "snapshot", { snapname: "first" }, "snapshot name 'first' already used"],
  ["a template of it", "POST", "template", {}, "unable to create template, because VM contains snapshots"],
  [
    "to move its disk",
    "POST",
    "move_disk",
    { disk: "scsi0", storage: "local" },
    "you can't move a disk with snapshots",
  ],
])("refuse %s", async (_what, method, call, form, why) => {
  await api.does("PUT", "storage/local", { content: "images" });
  await take("first");
  expect(await ended(method, `${ONE}/${call}`, form)).toContain(why);
});

it("are not taken of a raw file", async () => {
  await api.does("PUT", "storage/local", { content: "images" });
  await api.does("PUT", `${ONE}/config`, { scsi1: "local:1" });
  expect(await api.get(`${ONE}/feature?feature=snapshot`)).toMatchObject({ hasFeature: 0 });
  expect(await ended("POST", `${ONE}/snapshot`, { snapname: "first" })).toBe("snapshot feature is not available");
});

it("a machine is paused, and goes on", async () => {
  await api.does("POST", `${ONE}/status/start`);
  await api.does("POST", `${ONE}/status/suspend`);
  expect(await api.get(`${ONE}/status/current`)).toMatchObject({ status: "running", qmpstatus: "paused" });
  await api.does("POST", `${ONE}/status/resume`);
  expect(await api.get(`${ONE}/status/current`)).toMatchObject({ qmpstatus: "running" });
});

it("a machine that is suspended to disk is off and locked until it is started", async () => {
  await api.does("POST", `${ONE}/status/start`);
  await api.does("POST", `${ONE}/status/suspend`, { todisk: 1 });
  expect(await api.get(`${ONE}/status/current`)).toMatchObject({ status: "stopped", lock: "suspended" });
  await api.does("POST", `${ONE}/status/resume`);
  const now = await api.get(`${ONE}/config`);
  expect(now).not.toHaveProperty("lock");
  expect(now).not.toHaveProperty("vmstate");
  expect(await api.get("nodes/pve/storage/local-lvm/content")).toHaveLength(1);
});
