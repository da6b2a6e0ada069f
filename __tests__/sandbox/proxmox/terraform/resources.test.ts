/** Every resource type of the selection but the virtual machine: made, read, planned again, imported and removed. */
import type { Attributes } from "../../../../sandbox/plugin/resource.ts";
import { proxmoxInventory, proxmoxProvider } from "../../../../sandbox/proxmox/index.ts";
import { createCluster } from "../../../../sandbox/proxmox/model/cluster.ts";
import selection from "../../../../providers/proxmox/selection.json" with { type: "json" };
import { allowImport, atHost, imageConfig } from "../lab.ts";
import { plain, type Terraform, terraform } from "./terraform.ts";
import { worldWith } from "../world.ts";

interface Case {
  readonly type: string;
  readonly config: Attributes;
  /** What has to be there first. */
  readonly before?: (tf: Terraform) => Promise<unknown>;
  readonly computed: Attributes;
  readonly importId: string;
  /** Changes in place. */
  readonly change?: Attributes;
  /** Changes that replace: the attribute is its own reason. */
  readonly replacing: Attributes;
}

const zone = (tf: Terraform) => tf.apply("sdn_zone_simple", { id: "lab" });
const controller = (tf: Terraform) =>
  tf.apply("sdn_controller_evpn", { id: "labbgp", asn: 65000, peers: ["10.0.0.11"] });
const user = (tf: Terraform) => tf.apply("virtual_environment_user", { user_id: "automation@pve" });

const CASES: readonly Case[] = [
  {
    type: "virtual_environment_pool",
    config: { pool_id: "lab", comment: "guests" },
    computed: { id: "lab", members: [] },
    importId: "lab",
    change: { comment: "others" },
    replacing: { pool_id: "other" },
  },
  {
    type: "virtual_environment_role",
    config: { role_id: "LabAutomation", privileges: ["VM.Audit", "Pool.Audit"] },
    computed: { id: "LabAutomation" },
    importId: "LabAutomation",
    change: { privileges: ["VM.Audit"] },
    replacing: { role_id: "Other" },
  },
  {
    type: "virtual_environment_user",
    config: { user_id: "automation@pve", comment: "scripts", enabled: true },
    computed: { id: "automation@pve", email: "", expiration_date: "1970-01-01T00:00:00Z" },
    importId: "automation@pve",
    change: { comment: "more scripts" },
    replacing: { user_id: "other@pve" },
  },
  {
    type: "acl",
    config: { path: "/pool/lab", role_id: "PVEVMAdmin", user_id: "automation@pve" },
    before: user,
    computed: { id: "/pool/lab?automation@pve?PVEVMAdmin", propagate: true },
    importId: "/pool/lab?automation@pve?PVEVMAdmin",
    change: { propagate: false },
    replacing: { path: "/storage" },
  },
  {
    type: "storage_lvmthin",
    config: { id: "guests", volume_group: "pve", thin_pool: "data", content: ["images"] },
    computed: { nodes: [], disable: false, shared: false },
    importId: "guests",
    change: { content: ["images", "rootdir"] },
    replacing: { id: "other" },
  },
  {
    type: "download_file",
    config: imageConfig(),
    computed: { id: "local:import/talos-1.13.9-nocloud-arm64.qcow2", verify: true, upload_timeout: 600 },
    importId: "pve-1/local:import/talos-1.13.9-nocloud-arm64.qcow2",
    change: { upload_timeout: 60 },
    replacing: { url: "https://factory.talos.dev/other.qcow2" },
  },
  {
    type: "sdn_zone_simple",
    config: { id: "lab", nodes: ["pve-1"], mtu: 1500, dhcp: "dnsmasq", ipam: "pve" },
    computed: { pending: true, state: "new" },
    importId: "lab",
    change: { mtu: 1400 },
    replacing: { id: "other" },
  },
  {
    type: "sdn_controller_evpn",
    config: { id: "labbgp", asn: 65000, peers: ["10.0.0.11", "10.0.0.12"] },
    computed: {},
    importId: "labbgp",
    change: { asn: 65001 },
    replacing: { id: "other" },
  },
  {
    type: "sdn_zone_evpn",
    config: { id: "lab", controller: "labbgp", vrf_vxlan: 4000, nodes: ["pve-1"], exit_nodes: ["pve-1"] },
    before: controller,
    computed: { advertise_subnets: false, exit_nodes_local_routing: false, state: "new" },
    importId: "lab",
    change: { vrf_vxlan: 4002 },
    replacing: { id: "other" },
  },
  {
    type: "sdn_vnet",
    config: { id: "guests", zone: "lab" },
    before: zone,
    computed: { tag: null },
    importId: "guests",
    change: { alias: "where guests live" },
    replacing: { id: "other" },
  },
  {
    type: "sdn_subnet",
    config: {
      vnet: "guests",
      cidr: "10.20.0.0/24",
      gateway: "10.20.0.1",
      snat: true,
      dhcp_range: { start_address: "10.20.0.100", end_address: "10.20.0.200" },
    },
    before: async (tf) => [await zone(tf), await tf.apply("sdn_vnet", { id: "guests", zone: "lab" })],
    computed: { id: "lab-10.20.0.0-24" },
    importId: "guests/lab-10.20.0.0-24",
    change: { snat: false },
    replacing: { cidr: "10.21.0.0/24" },
  },
  {
    type: "virtual_environment_firewall_ipset",
    config: { name: "management", comment: "admins", cidr: [{ name: "192.0.2.0/24", comment: "us" }] },
    computed: { id: "management" },
    importId: "cluster/management",
    change: { comment: "others" },
    replacing: { cidr: [{ name: "198.51.100.0/24", comment: "us" }] },
  },
  {
    type: "virtual_environment_firewall_rules",
    config: { rule: [{ type: "in", action: "ACCEPT", proto: "udp", dport: "4789", source: "10.0.0.0/24" }] },
    computed: {},
    importId: "cluster",
    change: { rule: [{ type: "in", action: "ACCEPT", proto: "tcp", dport: "179" }] },
    replacing: {},
  },
];

async function lab(): Promise<{ readonly tf: Terraform; readonly world: ReturnType<typeof worldWith> }> {
  const world = worldWith({ name: "pve-1" });
  allowImport(world);
  return { world, tf: await terraform(world) };
}

describe.each(CASES)("proxmox_$type", ({ type, config, before, computed, importId, change, replacing }) => {
  it("is made with what the provider computes, and has an empty second plan", async () => {
    const { tf } = await lab();
    await before?.(tf);
    const state = await tf.apply(type, config);
    expect(plain(type, state)).toMatchObject(computed);
    const seen = await tf.refresh(type, state);
    expect(seen).toEqual(state);
    expect(await tf.plan(type, config, seen ?? {})).toMatchObject({ empty: true, replaces: [] });
  });

  it("is changed in place where the provider does so", async () => {
    const { tf } = await lab();
    await before?.(tf);
    const state = await tf.apply(type, config);
    const changed = { ...config, ...change };
    const after = await tf.apply(type, changed, state);
    expect(await tf.refresh(type, after)).toEqual(after);
    expect(await tf.plan(type, changed, after)).toMatchObject({ empty: true });
  });

  it("is replaced where the provider does so", async () => {
    const { tf } = await lab();
    await before?.(tf);
    const state = await tf.apply(type, config);
    const { replaces } = await tf.plan(type, { ...config, ...replacing }, state);
    expect(replaces.map((path) => path.split(".")[0])).toEqual(Object.keys(replacing));
  });

  it("is found by the inventory, imported, and then has nothing to replace", async () => {
    const { tf, world } = await lab();
    await before?.(tf);
    await tf.apply(type, config);
    const items = proxmoxInventory(world.state.proxmox).filter((item) => item.type === `proxmox_${type}`);
    expect(items.map(({ id }) => id)).toContain(importId);
    const imported = await tf.importState(type, importId);
    expect(await tf.plan(type, config, imported)).toMatchObject({ replaces: [] });
  });

  it("is imported by nothing else than the provider takes", async () => {
    const { tf } = await lab();
    await before?.(tf);
    const { id } = await tf.apply(type, config);
    // What the log tells, where the provider wants more than that.
    const others = [String(id), `cluster/${importId}/more`].filter((other) => other !== importId);
    for (const other of others) await expect(tf.importState(type, other)).rejects.toThrow();
  });

  it("is gone after it was removed, and removing it again is fine", async () => {
    const { tf, world } = await lab();
    await before?.(tf);
    const state = await tf.apply(type, config);
    await tf.destroy(type, state);
    expect(proxmoxInventory(world.state.proxmox).map((item) => item.id)).not.toContain(importId);
    await expect(tf.destroy(type, state)).resolves.toBeUndefined();
  });
});

it("every resource type of the selection is played", () => {
  expect(Object.keys(proxmoxProvider.resources).sort()).toEqual([...selection.resources].sort());
});

describe("proxmox_user_token", () => {
  it("shows its value once, as the whole credential that then opens the API", async () => {
    const { tf, world } = await lab();
    await user(tf);
    // Who is logged in by a token is not the user: it takes a privilege to see what the user may see of itself.
    await tf.apply("acl", { path: "/", role_id: "PVEUserAdmin", user_id: "automation@pve" });
    const config = { user_id: "automation@pve", token_name: "lab", privileges_separation: false };
    const token = await tf.apply("user_token", config);
    const value = String(token.value);
    expect(value).toMatch(/^automation@pve!lab=[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(await tf.refresh("user_token", token)).toEqual(token);
    expect(plain("user_token", await tf.importState("user_token", "automation@pve!lab"))).toMatchObject({
      value: null,
    });
    const byToken = await terraform(world, "pve-1", { username: null, password: null, api_token: value });
    await expect(byToken.refresh("user_token", token)).resolves.toEqual(token);
  });
});

describe("what PVE refuses", () => {
  it.each<[string, string, Attributes]>([
    ["no such logical volume vg/data", "storage_lvmthin", { id: "guests", volume_group: "vg", thin_pool: "data" }],
    ["no such logical volume pve/thin", "storage_lvmthin", { id: "guests", volume_group: "pve", thin_pool: "thin" }],
    [
      "does not support content type 'none'",
      "storage_lvmthin",
      { id: "guests", volume_group: "pve", thin_pool: "data", content: ["iso"] },
    ],
    ["storage ID 'local' already defined", "storage_lvmthin", { id: "local", volume_group: "pve", thin_pool: "data" }],
    ["pool name must start with a letter", "virtual_environment_pool", { pool_id: "1" }],
    ["invalid privilege 'VM.Monitor'", "virtual_environment_role", { role_id: "Role", privileges: ["VM.Monitor"] }],
    ["'PVE' namespace", "virtual_environment_role", { role_id: "PVELab", privileges: [] }],
    ["does not look like a valid user name", "virtual_environment_user", { user_id: "nobody" }],
    ["domain 'ldap' does not exist", "virtual_environment_user", { user_id: "nobody@ldap" }],
    ["user 'nobody@pve' does not exist", "acl", { path: "/", role_id: "PVEAdmin", user_id: "nobody@pve" }],
    ["role 'Nobody' does not exist", "acl", { path: "/", role_id: "Nobody", user_id: "root@pam" }],
    ["invalid ACL path '/nowhere'", "acl", { path: "/nowhere", role_id: "PVEAdmin", user_id: "root@pam" }],
    ["no such user ('nobody@pve')", "user_token", { user_id: "nobody@pve", token_name: "lab" }],
    ["string length must be at most 8", "sdn_zone_simple", { id: "muchtoolong" }],
    ["must be a valid SDN identifier", "sdn_zone_simple", { id: "my-zone" }],
    ["controller labbgp don't exist", "sdn_zone_evpn", { id: "lab", controller: "labbgp", vrf_vxlan: 1 }],
    ["exactly one of peers / fabric", "sdn_controller_evpn", { id: "labbgp", asn: 1 }],
    ["sdn 'lab' does not exist", "sdn_vnet", { id: "guests", zone: "lab" }],
    ["guests don't exist", "sdn_subnet", { vnet: "guests", cidr: "10.20.0.0/24" }],
    [
      "a zero prefix is not allowed in ipset entries",
      "virtual_environment_firewall_ipset",
      { name: "management", cidr: [{ name: "0.0.0.0/0" }] },
    ],
    [
      "missing property - 'dport' requires this property",
      "virtual_environment_firewall_rules",
      { rule: [{ type: "in", action: "ACCEPT", dport: "179" }] },
    ],
    ["is not available on node", "download_file", { ...imageConfig(), datastore_id: "elsewhere" }],
  ])("%s", async (message, type, config) => {
    const { tf, world } = await lab();
    const { datacenter } = atHost(world, "pve-1");
    datacenter.storages.elsewhere = { type: "dir", content: ["import"], disable: false, nodes: ["pve-2"] };
    await expect(tf.apply(type, config)).rejects.toThrow(message);
  });

  it.each<[string, Attributes]>([
    ["is not configured for content-type 'vztmpl'", { content_type: "vztmpl", file_name: "a.tar.zst" }],
    ["invalid filename or wrong extension", { file_name: "talos.raw.xz" }],
    ["decompression not supported for import", { decompression_algorithm: "zst" }],
    ["Name or service not known", { url: "https://images.invalid/talos.qcow2" }],
    ["storage 'nowhere' does not exist", { datastore_id: "nowhere" }],
    ["hostname lookup 'pve-9' failed", { node_name: "pve-9" }],
  ])("a download: %s", async (message, overrides) => {
    const { tf, world } = await lab();
    Object.assign(atHost(world, "pve-1").datacenter.storages.local ?? {}, { content: ["import", "iso"] });
    await expect(tf.apply("download_file", { ...imageConfig(), ...overrides })).rejects.toThrow(message);
  });

  it("a download to a storage that does not hold images to import", async () => {
    const world = worldWith({ name: "pve-1" });
    await expect((await terraform(world)).apply("download_file", imageConfig())).rejects.toThrow(
      "storage 'local' is not configured for content-type 'import'",
    );
  });

  it("a download over a file that is there, unless told otherwise", async () => {
    const { tf } = await lab();
    await tf.apply("download_file", imageConfig());
    await expect(tf.apply("download_file", imageConfig())).rejects.toThrow("refusing to override existing file");
    await expect(tf.apply("download_file", { ...imageConfig(), overwrite_unmanaged: true })).resolves.toBeDefined();
  });

  it("removing what something else uses", async () => {
    const { tf } = await lab();
    const bgp = await controller(tf);
    const evpn = await tf.apply("sdn_zone_evpn", { id: "lab", controller: "labbgp", vrf_vxlan: 4000 });
    const vnet = await tf.apply("sdn_vnet", { id: "guests", zone: "lab", tag: 4001 });
    await tf.apply("sdn_subnet", { vnet: "guests", cidr: "10.20.0.0/24" });
    await expect(tf.destroy("sdn_controller_evpn", bgp)).rejects.toThrow("controller labbgp is used by lab");
    await expect(tf.destroy("sdn_zone_evpn", evpn)).rejects.toThrow("zone lab is used by vnet guests");
    await expect(tf.destroy("sdn_vnet", vnet)).rejects.toThrow("Can't delete vnet if subnets exists");
  });

  it("removing a pool with a machine in it", async () => {
    const { tf } = await lab();
    const pool = await tf.apply("virtual_environment_pool", { pool_id: "lab" });
    await tf.apply("virtual_environment_vm", { node_name: "pve-1", pool_id: "lab", started: false });
    await expect(tf.destroy("virtual_environment_pool", pool)).rejects.toThrow("is not empty (contains VM 100)");
  });

  it("any change in a cluster without quorum", async () => {
    const { tf, world } = await lab();
    const pve = atHost(world, "pve-1");
    createCluster(pve, "lab", undefined);
    const gone = { name: "pve-2", nodeId: 2, votes: 1, link0: "10.0.0.12", instanceId: "gone" };
    pve.datacenter.corosync?.nodes.push(gone);
    await expect(tf.apply("virtual_environment_pool", { pool_id: "lab" })).rejects.toThrow(
      "unable to create file in '/etc/pve' - Permission denied",
    );
    await expect(tf.apply("virtual_environment_vm", { node_name: "pve-2" })).rejects.toThrow("No route to host");
  });
});

describe("the software-defined network", () => {
  it("is pending until it is applied", async () => {
    const { tf } = await lab();
    const made = await zone(tf);
    await tf.apply("sdn_applier", {});
    expect(plain("sdn_zone_simple", await tf.refresh("sdn_zone_simple", made))).toMatchObject({
      pending: null,
      state: null,
    });
    const changed = await tf.apply("sdn_zone_simple", { id: "lab", mtu: 1400 }, made);
    expect(changed).toMatchObject({ pending: true, state: "changed" });
  });

  it("is applied when the applier goes, if it is told so", async () => {
    const { tf, world } = await lab();
    const removals = await tf.apply("sdn_applier", { on_create: false, on_destroy: true });
    const made = await zone(tf);
    expect(atHost(world, "pve-1").datacenter.sdn.running.zones).toEqual({});
    await tf.apply("sdn_applier", { on_destroy: false });
    await tf.destroy("sdn_zone_simple", made);
    expect(Object.keys(atHost(world, "pve-1").datacenter.sdn.running.zones)).toEqual(["lab"]);
    await tf.destroy("sdn_applier", removals);
    expect(atHost(world, "pve-1").datacenter.sdn.running.zones).toEqual({});
  });

  it("an applier has an empty second plan", async () => {
    const { tf } = await lab();
    const applier = await tf.apply("sdn_applier", {});
    expect(await tf.plan("sdn_applier", {}, (await tf.refresh("sdn_applier", applier)) ?? {})).toMatchObject({
      empty: true,
    });
  });
});
