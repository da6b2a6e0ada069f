/** Who may do what: users, groups and tokens with the roles that they have on a path. */
import { type Client, rootClient } from "../client.ts";
import { baseLab } from "../lab.ts";
import { worldWith } from "../world.ts";

const opened: Client[] = [];
afterEach(() => opened.splice(0).forEach((api) => api.close()));

type Grant = readonly [path: string, role: string];

/** A host with the user ci@pve and its token `ci`, who have these roles. */
async function withToken(grants: readonly Grant[], privsep = 0) {
  const { world } = await baseLab({ template: true });
  const root = await rootClient(world);
  opened.push(root);
  await root.does("POST", "access/users", { userid: "ci@pve", password: "secret-word" });
  for (const [path, roles] of grants) await root.does("PUT", "access/acl", { path, roles, users: "ci@pve" });
  const made = Object(await root.does("POST", "access/users/ci@pve/token/ci", { privsep }));
  return { root, ci: root.withToken(`${made["full-tokenid"]}=${made.value}`) };
}

const VM = "nodes/pve-1/qemu";

describe("a token", () => {
  it("is given a role on a path, however many slashes it is written with", async () => {
    const { root } = await withToken([["//vms///901/", "PVEVMUser"]]);
    expect(await root.get("access/acl")).toMatchObject([{ path: "/vms/901" }]);
  });

  it("has the privileges of its user, on the path and below it", async () => {
    const { ci } = await withToken([["/vms/901", "PVEVMUser"]]);
    expect(await ci.get(VM)).toMatchObject([{ vmid: 901 }]);
    expect(await ci.get("cluster/resources?type=vm")).toHaveLength(1);
    expect(await ci.call("GET", `${VM}/901/config`)).toMatchObject({ status: 200 });
    expect(await ci.call("POST", `${VM}/901/clone`, { newid: 300 })).toMatchObject({
      status: 403,
      reason: "Permission check failed (/vms/901, VM.Clone)",
    });
    expect(await ci.call("GET", "nodes/pve-1/status")).toMatchObject({
      status: 403,
      reason: "Permission check failed (/nodes/pve-1, Sys.Audit)",
    });
  });

  it("is refused where its value is another one, also of as many letters", async () => {
    const { root } = await withToken([]);
    const made = Object(await root.does("POST", "access/users/ci@pve/token/other", { privsep: 0 }));
    const wrong = root.withToken(`${made["full-tokenid"]}=${"é".repeat(made.value.length)}`);
    expect(await wrong.call("GET", "version")).toMatchObject({ status: 401 });
  });

  it("sees nothing of what its user may not see", async () => {
    const { ci } = await withToken([]);
    expect(await ci.get(VM)).toEqual([]);
    expect(await ci.get("storage")).toEqual([]);
    expect(await ci.get("pools")).toEqual([]);
    expect(await ci.get("cluster/sdn/zones")).toEqual([]);
    expect(await ci.get("access/users")).toMatchObject([]);
  });

  it("of its own privileges has none until it is given some, and never more than its user", async () => {
    const { root, ci } = await withToken([["/", "PVEAuditor"]], 1);
    expect(await ci.get(VM)).toEqual([]);
    await root.does("PUT", "access/acl", { path: "/vms", roles: "PVEVMAdmin", tokens: "ci@pve!ci" });
    expect(await ci.get(VM)).toHaveLength(1);
    expect(await ci.get("access/permissions?path=/vms/901")).toEqual({
      "/vms/901": { "VM.Audit": 1, "VM.GuestAgent.Audit": 1 },
    });
  });

  it("of a pool's role has it on what is in the pool", async () => {
    const { root, ci } = await withToken([["/pool/lab", "PVEVMAdmin"]]);
    expect(await ci.get(VM)).toMatchObject([{ vmid: 901 }]);
    await root.does("POST", VM, { vmid: 200 });
    expect(await ci.get(VM)).toHaveLength(1);
    expect(await ci.call("POST", VM, { vmid: 201, pool: "lab" })).toMatchObject({ status: 200 });
    expect(await ci.call("POST", VM, { vmid: 202 })).toMatchObject({ status: 403 });
  });

  it("needs space on a storage and the network for devices of a machine", async () => {
    const { root, ci } = await withToken([["/vms", "PVEVMAdmin"]]);
    const disk = { vmid: 200, scsi0: "guests:8" };
    expect(await ci.call("POST", VM, disk)).toMatchObject({
      status: 403,
      reason: expect.stringContaining("/storage/guests"),
    });
    await root.does("PUT", "access/acl", { path: "/storage", roles: "PVEDatastoreUser", users: "ci@pve" });
    await ci.does("POST", VM, disk);
    const net = { net0: "virtio,bridge=guests" };
    expect(await ci.call("PUT", `${VM}/200/config`, net)).toMatchObject({
      status: 403,
      reason: "Permission check failed (/sdn/zones/lab/guests, SDN.Use)",
    });
    await root.does("PUT", "access/acl", { path: "/sdn/zones/lab", roles: "PVESDNUser", users: "ci@pve" });
    await ci.does("PUT", `${VM}/200/config`, net);
  });

  it("gives a machine tags when it makes it by that alone, and changes them by VM.Config.Options", async () => {
    const { root, ci } = await withToken([]);
    const grant = async (...privs: readonly string[]) => {
      await root.does("POST", "access/roles", { roleid: `Role${privs.length}`, privs: privs.join(",") });
      await root.does("PUT", "access/acl", { path: "/vms", roles: `Role${privs.length}`, users: "ci@pve" });
      await root.does("PUT", "access/acl", {
        path: "/vms",
        roles: `Role${privs.length - 1}`,
        users: "ci@pve",
        delete: 1,
      });
    };
    await root.does("POST", "access/roles", { roleid: "Role1", privs: "VM.Audit" });
    await grant("VM.Allocate", "VM.Config.CPU");
    await ci.does("POST", VM, { vmid: 200, tags: "lab" });
    const config = `${VM}/200/config`;
    const refused = "Permission check failed (/vms/200, VM.Config.Options)";
    for (const form of [{ tags: "lab" }, { tags: "" }, { delete: "tags" }])
      expect(await ci.call("PUT", config, form)).toMatchObject({ status: 403, reason: refused });
    expect(await ci.done(await ci.call("POST", config, { tags: "other" }))).toBe(refused);
    await grant("VM.Allocate", "VM.Config.CPU", "VM.Config.Options");
    await ci.does("PUT", config, { tags: "other" });
    expect(await root.get(config)).toMatchObject({ tags: "other" });
    await root.does("PUT", "cluster/options", { "registered-tags": "ours" });
    expect(await ci.call("PUT", config, { tags: "other;ours" })).toMatchObject({
      status: 403,
      reason: "Permission check failed (/, Sys.Modify for modifying tag 'ours')",
    });
    await root.does("PUT", "cluster/options", { "user-tag-access": "user-allow=list,user-allow-list=lab;kept" });
    expect(await ci.call("PUT", config, { tags: "other;lab;free" })).toMatchObject({
      reason: expect.stringContaining("modifying tag 'free'"),
    });
    await ci.does("PUT", config, { tags: "other;lab" });
  });

  it.each(["arch=aarch64", "args=-nographic", "affinity=0", "lock=backup", "hookscript=local:snippets/a"])(
    "cannot set %s, which is root@pam's alone, even with all privileges",
    async (option) => {
      const { ci } = await withToken([["/", "Administrator"]]);
      const [key = "", value = ""] = option.split("=");
      await ci.does("PUT", `${VM}/901/config`, { kvm: 0 });
      expect(await ci.call("PUT", `${VM}/901/config`, { [key]: value })).toMatchObject({
        status: 500,
        reason: `only root can set '${key}' config`,
      });
    },
  );

  it.each([
    ["POST", "cluster/config", { clustername: "lab" }],
    [
      "POST",
      "cluster/config/join",
      { hostname: "10.0.0.11", fingerprint: Array(32).fill("00").join(":"), password: "x" },
    ],
    ["DELETE", "cluster/config/nodes/pve-2", {}],
  ])("with all privileges is not root@pam: %s %s", async (method, path, form) => {
    const { ci } = await withToken([["/", "Administrator"]]);
    expect(await ci.call(method, path, form)).toMatchObject({
      status: 403,
      reason: "Permission check failed (user != root@pam)",
    });
  });

  it("changes no password", async () => {
    const { ci } = await withToken([["/", "Administrator"]]);
    const answer = await ci.call("PUT", "access/password", { userid: "ci@pve", password: "other-word" });
    expect(answer).toMatchObject({ status: 403, reason: expect.stringContaining("not available with API token") });
  });

  it.each([
    ["when its user is disabled", "access/users/ci@pve", { enable: 0 }],
    ["when it is expired", "access/users/ci@pve/token/ci", { expire: 1 }],
  ])("is worth nothing %s", async (_what, path, form) => {
    const { root, ci } = await withToken([]);
    expect(await ci.call("GET", "version")).toMatchObject({ status: 200 });
    await root.does("PUT", path, form);
    expect(await ci.call("GET", "version")).toMatchObject({ status: 401 });
  });

  it("gives others no more than it has", async () => {
    const { ci } = await withToken([["/pool/lab", "PVEPoolAdmin"]]);
    expect(
      await ci.call("PUT", "access/acl", { path: "/pool/lab", roles: "Administrator", users: "ci@pve" }),
    ).toMatchObject({
      status: 403,
    });
    expect(await ci.call("PUT", "access/acl", { path: "/vms", roles: "PVEPoolUser", users: "ci@pve" })).toMatchObject({
      status: 403,
    });
  });
});

describe("a user", () => {
  it("has the roles of its groups, until it has one of its own on the path", async () => {
    const { root, ci } = await withToken([]);
    await root.does("POST", "access/groups", { groupid: "ops" });
    await root.does("PUT", "access/users/ci@pve", { groups: "ops" });
    await root.does("PUT", "access/acl", { path: "/", roles: "PVEAuditor", groups: "ops" });
    expect(await ci.get(VM)).toHaveLength(1);
    await root.does("PUT", "access/acl", { path: "/vms/901", roles: "NoAccess", users: "ci@pve" });
    expect(await ci.get(VM)).toEqual([]);
  });

  it("logs in with the password that was set last, and learns what it may", async () => {
    const { root } = await withToken([["/vms", "PVEVMUser"]]);
    await root.does("PUT", "access/password", { userid: "ci@pve", password: "another-word" });
    const login = (password: string) => root.call("POST", "access/ticket", { username: "ci", realm: "pve", password });
    expect(await login("secret-word")).toMatchObject({ status: 401, reason: "authentication failure" });
    expect(await login("another-word")).toMatchObject({
      data: { username: "ci@pve", cap: { vms: { "VM.PowerMgmt": 1 } } },
    });
  });
});

it("everybody may know the realms, and nothing else without a ticket", async () => {
  const root = await rootClient(worldWith({ name: "pve-1" }));
  opened.push(root);
  const nobody = root.withToken("nobody@pve!none=00000000-0000-0000-0000-000000000000");
  expect(await nobody.call("GET", "access/domains")).toMatchObject({ data: [{ realm: "pam" }, { realm: "pve" }] });
  expect(await nobody.call("GET", "version")).toMatchObject({ status: 401 });
});
