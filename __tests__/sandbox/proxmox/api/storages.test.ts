/** Storages of types that no host here has: their configuration is kept, and what they name is not there. */
import { type Client, rootClient } from "../client.ts";
import { worldWith } from "../world.ts";

let api: Client;
beforeEach(async () => {
  api = await rootClient(worldWith({ name: "pve-1" }));
});
afterEach(() => api.close());

const NFS = { storage: "far", type: "nfs", server: "10.20.1.1", export: "/export" };

const reason = async (method: string, path: string, form: Record<string, string | number>) =>
  (await api.call(method, path, form)).reason;

it("is not made where its server is not there", async () => {
  expect(await reason("POST", "storage", NFS)).toBe("create storage failed: storage 'far' is not online");
  expect((await api.call("GET", "storage/far")).status).toBe(500);
});

it("is made where it is disabled, or of another node", async () => {
  await api.does("POST", "storage", { ...NFS, disable: 1 });
  await api.does("POST", "storage", { ...NFS, storage: "other", nodes: "pve-9", content: "iso,nonsense" });
  const common = { type: "nfs", server: "10.20.1.1", export: "/export", shared: 1 };
  expect(await api.get("storage/far")).toMatchObject({
    ...common,
    path: "/mnt/pve/far",
    content: "images",
    disable: 1,
  });
  expect(await api.get("storage/other")).toMatchObject({ ...common, nodes: "pve-9", content: "iso" });
});

it("is inactive and empty on its node, and holds no disk", async () => {
  await api.does("POST", "storage", { storage: "group", type: "lvm", vgname: "none" });
  expect(await api.get("nodes/pve-1/storage/group/status")).toMatchObject({ enabled: 1, active: 0, total: 0 });
  const made = await api.call("POST", "nodes/pve-1/qemu", { vmid: 100, scsi0: "group:1" });
  expect(await api.done(made)).toContain("storage 'group' is not online");
  expect(await api.get("cluster/resources?type=storage")).toContainEqual(
    expect.objectContaining({ storage: "group", status: "unknown", plugintype: "lvm" }),
  );
});

it("tells no password", async () => {
  const share = { storage: "share", type: "cifs", server: "10.20.1.1", share: "s", username: "u", password: "secret" };
  await api.does("POST", "storage", { ...share, disable: 1 });
  expect(await api.get("storage/share")).not.toHaveProperty("password");
});

it.each([
  [
    "an option that is missing",
    { storage: "x1", type: "nfs", server: "a" },
    "missing value for required option 'export'",
  ],
  ["content that it has not", { ...NFS, content: "none" }, "storage does not support content type 'none'"],
  [
    "'none' beside other content",
    { storage: "x1", type: "pbs", server: "a", datastore: "b", content: "none,backup" },
    "unable to combine 'none'",
  ],
])("is refused with %s", async (_what, form, why) => {
  expect(await reason("POST", "storage", form)).toContain(why);
});

it("of which there is none is told so by the node", async () => {
  const answer = await api.call("GET", "nodes/pve-1/storage/none/status");
  expect(answer).toMatchObject({ status: 400, errors: { storage: "No such storage." } });
});
