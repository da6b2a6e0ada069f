/** Backups of guests: made, described, kept by rule, and guests that are made of them again. */
import { marked } from "../../../../sandbox/proxmox/model/pruning.ts";
import type { Client } from "../client.ts";
import { ownHost } from "../own-host.ts";

const VM = "nodes/pve/qemu";
const LOCAL = "nodes/pve/storage/local";
let pve: Client;
beforeEach(async () => {
  pve = await ownHost();
  await pve.does("PUT", "storage/local", { content: "backup,vztmpl" });
  await pve.does("POST", VM, { vmid: 100, name: "web", memory: 512, scsi0: "local-lvm:2" });
});
afterEach(() => pve.close());

const backUp = (form = {}) =>
  pve.does("POST", "nodes/pve/vzdump", { vmid: 100, storage: "local", compress: "zstd", ...form });
async function backups(): Promise<{ volid: string; notes?: string }[]> {
  const found = await pve.get(`${LOCAL}/content?content=backup`);
  return Array.isArray(found) ? found.map((each) => Object(each)) : [];
}

it("are listed with the guest's id, and described", async () => {
  await backUp({ "notes-template": "of {{guestname}}" });
  const [made] = await backups();
  expect(made).toMatchObject({ content: "backup", format: "vma.zst", vmid: 100, subtype: "qemu", notes: "of web" });
  expect(made?.volid).toMatch(/^local:backup\/vzdump-qemu-100-\d{4}(_\d\d){2}-\d\d(_\d\d){2}\.vma\.zst$/);
  await pve.does("PUT", `${LOCAL}/content/${made?.volid}`, { notes: "mine", protected: 1 });
  expect(await backups()).toMatchObject([{ notes: "mine", protected: 1 }]);
  const { status, reason } = await pve.call("DELETE", `${LOCAL}/content/${made?.volid}`);
  expect([status, reason]).toEqual([500, expect.stringContaining("it is protected")]);
});

it("make the machine again: beside the one that is there, or in its place", async () => {
  await backUp();
  const [made] = await backups();
  const archive = made?.volid ?? "";
  await pve.does("PUT", `${VM}/100/config`, { memory: 1024 });
  expect(await pve.call("POST", VM, { vmid: 100, archive })).toMatchObject({ status: 500 });
  await pve.does("POST", VM, { vmid: 101, archive, storage: "local-lvm", name: "other" });
  await pve.does("POST", VM, { vmid: 100, archive, force: 1 });
  expect(await pve.get(`${VM}/100/config`)).toMatchObject({ memory: "512", scsi0: "local-lvm:vm-100-disk-0,size=2G" });
  expect(await pve.get(`${VM}/101/config`)).toMatchObject({ name: "other", scsi0: "local-lvm:vm-101-disk-0,size=2G" });
});

it("make a container again", async () => {
  const template = "alpine-3.22-default_20250617_amd64.tar.xz";
  await pve.does("POST", "nodes/pve/aplinfo", { storage: "local", template });
  const form = { vmid: 200, ostemplate: `local:vztmpl/${template}`, rootfs: "local-lvm:1", hostname: "box" };
  await pve.does("POST", "nodes/pve/lxc", form);
  await backUp({ vmid: 200, compress: "gzip" });
  const [made] = await backups();
  await pve.does("POST", "nodes/pve/lxc", {
    vmid: 201,
    restore: 1,
    ostemplate: made?.volid ?? "",
    storage: "local-lvm",
  });
  const rootfs = "local-lvm:vm-201-disk-0,size=1G";
  expect(await pve.get("nodes/pve/lxc/201/config")).toMatchObject({ hostname: "box", unprivileged: 1, rootfs });
});

it("are refused to a storage that takes none, and of a guest that is not there", async () => {
  const ended = async (form: object) => pve.done(await pve.call("POST", "nodes/pve/vzdump", { vmid: 100, ...form }));
  expect(await ended({ storage: "local-lvm" })).toBe("storage 'local-lvm' does not support backups");
  expect(await ended({ vmid: 555 })).toBe("unable to find VM '555'");
  expect(await pve.call("POST", "nodes/pve/vzdump", {})).toMatchObject({ errors: { vmid: "property is missing" } });
});

it("tell which guests no job is of, and what a job takes", async () => {
  expect(await pve.get("cluster/backup-info/not-backed-up")).toEqual([{ vmid: 100, type: "qemu", name: "web" }]);
  await pve.does("POST", "cluster/backup", { id: "nightly", schedule: "02:00", all: 1, storage: "local" });
  expect(await pve.get("cluster/backup-info/not-backed-up")).toEqual([]);
  expect(await pve.get("cluster/backup/nightly/included_volumes")).toMatchObject({
    children: [
      { id: 100, type: "qemu", children: [{ id: "100:scsi0", name: "local-lvm:vm-100-disk-0", included: 1 }] },
    ],
  });
});

describe("old backups", () => {
  const at = (...days: readonly string[]) =>
    days.map((day) => ({ volid: day, ctime: Date.parse(day) / 1000, isProtected: day === "2026-01-01" }));
  const kept = (rule: string, ...days: readonly string[]) =>
    [...marked(at(...days), rule)].flatMap(([day, mark]) => (mark === "remove" ? [] : [day])).toSorted();

  it("are kept as long as no rule counts", () => {
    expect(kept("keep-all=1", "2026-02-01", "2026-02-02")).toEqual(["2026-02-01", "2026-02-02"]);
  });
  it("are kept by the latest of each period, after those that the rule before has kept", () => {
    const days = ["2026-01-10", "2026-01-20", "2026-02-01", "2026-02-02", "2026-02-03"];
    expect(kept("keep-last=1,keep-monthly=1", ...days)).toEqual(["2026-01-20", "2026-02-03"]);
  });
  it("that are protected stay, and do not count", () => {
    expect(kept("keep-last=1", "2026-01-01", "2026-01-02", "2026-01-03")).toEqual(["2026-01-01", "2026-01-03"]);
  });
});
