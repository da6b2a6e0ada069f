/** One world: what the provider's stand-in makes the API shows, and what the API makes the stand-in reads. */
import type { Attributes } from "../../../sandbox/plugin/resource.ts";
import { proxmoxProvider } from "../../../sandbox/proxmox/index.ts";
import { allowImport, imageConfig, templateConfig } from "./lab.ts";
import { type Client, type Form, rootClient } from "./client.ts";
import { plain, type Terraform, terraform } from "./terraform/terraform.ts";
import { worldWith } from "./world.ts";

type Step = readonly [method: string, path: string, form?: Form];

interface Case {
  readonly type: string;
  readonly config: Attributes;
  /** Calls that have to be made first, whichever interface is used. */
  readonly before?: readonly Step[];
  /** The same thing made by the API. */
  readonly create: readonly Step[];
  /** Where the API has it, and what is to be seen there. */
  readonly path: string;
  readonly shown: unknown;
  /** What the API says there without it: why it is not, or a list without it. */
  readonly gone: string | readonly never[];
  /** Its import id, and what the stand-in reads. */
  readonly id: string;
  readonly read: Attributes;
  /** What the stand-in reads without it. @default - nothing */
  readonly left?: Attributes;
  /** Removes it by the API. */
  readonly remove: readonly Step[];
}

const ZONE: Step = ["POST", "cluster/sdn/zones", { zone: "lab", type: "simple" }];
const VNET: Step = ["POST", "cluster/sdn/vnets", { vnet: "guests", zone: "lab" }];
const CONTROLLER: Step = [
  "POST",
  "cluster/sdn/controllers",
  { controller: "bgp", type: "evpn", asn: 65000, peers: "10.0.0.11" },
];
const USER: Step = ["POST", "access/users", { userid: "automation@pve", comment: "scripts" }];
const POOL: Step = ["POST", "pools", { poolid: "lab", comment: "guests" }];
const STORAGE: Step = [
  "POST",
  "storage",
  { storage: "guests", type: "lvmthin", vgname: "pve", thinpool: "data", content: "images" },
];
const FILE = "talos-1.13.9-nocloud-arm64.qcow2";
const URL = "https://factory.talos.dev/image/abc/v1.13.9/nocloud-arm64.qcow2";
const DOWNLOAD: Step = [
  "POST",
  "nodes/pve-1/storage/local/download-url",
  { content: "import", filename: FILE, url: URL },
];
const RULE = { type: "in", action: "ACCEPT", source: "10.0.0.0/16", proto: "udp", dport: "4789", comment: "VXLAN" };

const CASES: readonly Case[] = [
  {
    type: "virtual_environment_pool",
    config: { pool_id: "lab", comment: "guests" },
    create: [POOL],
    path: "pools?poolid=lab",
    shown: [{ poolid: "lab", comment: "guests", members: [] }],
    gone: "pool 'lab' does not exist",
    id: "lab",
    read: { pool_id: "lab", comment: "guests" },
    remove: [["DELETE", "pools?poolid=lab"]],
  },
  {
    type: "virtual_environment_role",
    config: { role_id: "Labor", privileges: ["VM.Audit", "Pool.Audit"] },
    create: [["POST", "access/roles", { roleid: "Labor", privs: "VM.Audit,Pool.Audit" }]],
    path: "access/roles/Labor",
    shown: { "VM.Audit": 1, "Pool.Audit": 1 },
    gone: "role 'Labor' does not exist",
    id: "Labor",
    read: { role_id: "Labor", privileges: expect.arrayContaining(["Pool.Audit", "VM.Audit"]) },
    remove: [["DELETE", "access/roles/Labor"]],
  },
  {
    type: "virtual_environment_user",
    config: { user_id: "automation@pve", comment: "scripts", enabled: true },
    create: [USER],
    path: "access/users/automation@pve",
    shown: { comment: "scripts", enable: 1, expire: 0, groups: [] },
    gone: "no such user ('automation@pve')",
    id: "automation@pve",
    read: { comment: "scripts", enabled: true },
    remove: [["DELETE", "access/users/automation@pve"]],
  },
  {
    type: "user_token",
    config: { user_id: "automation@pve", token_name: "lab", comment: "one", privileges_separation: false },
    before: [USER],
    create: [["POST", "access/users/automation@pve/token/lab", { comment: "one", privsep: 0 }]],
    path: "access/users/automation@pve/token/lab",
    shown: { comment: "one", privsep: 0, expire: 0 },
    gone: "no such token 'lab' for user 'automation@pve'",
    id: "automation@pve!lab",
    read: { token_name: "lab", comment: "one", privileges_separation: false },
    remove: [["DELETE", "access/users/automation@pve/token/lab"]],
  },
  {
    type: "acl",
    config: { path: "/pool/lab", role_id: "PVEVMAdmin", user_id: "automation@pve" },
    before: [USER],
    create: [["PUT", "access/acl", { path: "/pool/lab", roles: "PVEVMAdmin", users: "automation@pve" }]],
    path: "access/acl",
    shown: [{ path: "/pool/lab", type: "user", ugid: "automation@pve", roleid: "PVEVMAdmin", propagate: 1 }],
    gone: [],
    id: "/pool/lab?automation@pve?PVEVMAdmin",
    read: { role_id: "PVEVMAdmin", propagate: true },
    remove: [["PUT", "access/acl", { path: "/pool/lab", roles: "PVEVMAdmin", users: "automation@pve", delete: 1 }]],
  },
  {
    type: "storage_lvmthin",
    config: { id: "guests", volume_group: "pve", thin_pool: "data", content: ["images"] },
    create: [STORAGE],
    path: "storage/guests",
    shown: { type: "lvmthin", vgname: "pve", thinpool: "data", content: "images" },
    gone: "storage 'guests' does not exist",
    id: "guests",
    read: { volume_group: "pve", thin_pool: "data", content: ["images"], disable: false },
    remove: [["DELETE", "storage/guests"]],
  },
  {
    type: "download_file",
    config: imageConfig(),
    create: [DOWNLOAD],
    path: "nodes/pve-1/storage/local/content",
    shown: [{ volid: `local:import/${FILE}`, content: "import", format: "qcow2", size: expect.any(Number) }],
    gone: [],
    id: `pve-1/local:import/${FILE}`,
    read: { url: URL, content_type: "import", size: expect.any(Number) },
    remove: [["DELETE", `nodes/pve-1/storage/local/content/local:import/${FILE}`]],
  },
  {
    type: "sdn_zone_simple",
    config: { id: "lab", nodes: ["pve-1"], mtu: 1400, dhcp: "dnsmasq", ipam: "pve" },
    create: [
      [
        "POST",
        "cluster/sdn/zones",
        { zone: "lab", type: "simple", nodes: "pve-1", mtu: 1400, dhcp: "dnsmasq", ipam: "pve" },
      ],
    ],
    path: "cluster/sdn/zones/lab",
    shown: { zone: "lab", type: "simple", nodes: "pve-1", mtu: 1400, dhcp: "dnsmasq", ipam: "pve" },
    gone: "sdn 'lab' does not exist",
    id: "lab",
    read: { nodes: ["pve-1"], mtu: 1400, dhcp: "dnsmasq", ipam: "pve", pending: true, state: "new" },
    remove: [["DELETE", "cluster/sdn/zones/lab"]],
  },
  {
    type: "sdn_controller_evpn",
    config: { id: "bgp", asn: 65000, peers: ["10.0.0.11"] },
    create: [CONTROLLER],
    path: "cluster/sdn/controllers/bgp",
    shown: { controller: "bgp", type: "evpn", asn: 65000, peers: "10.0.0.11" },
    gone: "sdn 'bgp' does not exist",
    id: "bgp",
    read: { asn: 65000, peers: ["10.0.0.11"] },
    remove: [["DELETE", "cluster/sdn/controllers/bgp"]],
  },
  {
    type: "sdn_zone_evpn",
    config: { id: "lab", controller: "bgp", vrf_vxlan: 4000, exit_nodes: ["pve-1"] },
    before: [CONTROLLER],
    create: [
      [
        "POST",
        "cluster/sdn/zones",
        { zone: "lab", type: "evpn", controller: "bgp", "vrf-vxlan": 4000, exitnodes: "pve-1", "advertise-subnets": 0 },
      ],
    ],
    path: "cluster/sdn/zones/lab",
    shown: { type: "evpn", controller: "bgp", "vrf-vxlan": 4000, exitnodes: "pve-1", "advertise-subnets": 0 },
    gone: "sdn 'lab' does not exist",
    id: "lab",
    read: { controller: "bgp", vrf_vxlan: 4000, exit_nodes: ["pve-1"], advertise_subnets: false },
    remove: [["DELETE", "cluster/sdn/zones/lab"]],
  },
  {
    type: "sdn_vnet",
    config: { id: "guests", zone: "lab", alias: "where guests live" },
    before: [ZONE],
    create: [["POST", "cluster/sdn/vnets", { vnet: "guests", zone: "lab", alias: "where guests live" }]],
    path: "cluster/sdn/vnets/guests",
    shown: { vnet: "guests", zone: "lab", alias: "where guests live" },
    gone: "sdn 'guests' does not exist",
    id: "guests",
    read: { zone: "lab", alias: "where guests live" },
    remove: [["DELETE", "cluster/sdn/vnets/guests"]],
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
    before: [ZONE, VNET],
    create: [
      [
        "POST",
        "cluster/sdn/vnets/guests/subnets",
        {
          subnet: "10.20.0.0/24",
          type: "subnet",
          gateway: "10.20.0.1",
          snat: 1,
          "dhcp-range": "start-address=10.20.0.100,end-address=10.20.0.200",
        },
      ],
    ],
    path: "cluster/sdn/vnets/guests/subnets/lab-10.20.0.0-24",
    shown: {
      subnet: "lab-10.20.0.0-24",
      cidr: "10.20.0.0/24",
      gateway: "10.20.0.1",
      snat: 1,
      "dhcp-range": [{ "start-address": "10.20.0.100", "end-address": "10.20.0.200" }],
    },
    gone: "subnet 'lab-10.20.0.0-24' does not exist",
    id: "guests/lab-10.20.0.0-24",
    read: {
      cidr: "10.20.0.0/24",
      gateway: "10.20.0.1",
      snat: true,
      dhcp_range: { start_address: "10.20.0.100", end_address: "10.20.0.200" },
    },
    remove: [["DELETE", "cluster/sdn/vnets/guests/subnets/lab-10.20.0.0-24"]],
  },
  {
    type: "virtual_environment_firewall_ipset",
    config: { name: "management", comment: "admins", cidr: [{ name: "10.0.0.0/16", comment: "hosts" }] },
    create: [
      ["POST", "cluster/firewall/ipset", { name: "management", comment: "admins" }],
      ["POST", "cluster/firewall/ipset/management", { cidr: "10.0.0.0/16", comment: "hosts" }],
    ],
    path: "cluster/firewall/ipset/management",
    shown: [{ cidr: "10.0.0.0/16", comment: "hosts" }],
    gone: "no such IPSet 'management'",
    id: "cluster/management",
    read: { comment: "admins", cidr: [{ name: "10.0.0.0/16", comment: "hosts", nomatch: false }] },
    remove: [
      ["DELETE", "cluster/firewall/ipset/management/10.0.0.0%2F16"],
      ["DELETE", "cluster/firewall/ipset/management"],
    ],
  },
  {
    type: "virtual_environment_firewall_rules",
    config: { rule: [RULE] },
    create: [["POST", "cluster/firewall/rules", { ...RULE, enable: 1 }]],
    path: "cluster/firewall/rules",
    shown: [{ pos: 0, enable: 1, ...RULE }],
    gone: [],
    id: "cluster",
    read: { rule: [expect.objectContaining({ ...RULE, enabled: true, pos: 0 })] },
    left: { rule: [] },
    remove: [["DELETE", "cluster/firewall/rules/0"]],
  },
  {
    type: "virtual_environment_vm",
    config: templateConfig({ template: false, description: "by hand" }),
    before: [POOL, STORAGE, DOWNLOAD],
    create: [
      [
        "POST",
        "nodes/pve-1/qemu",
        {
          vmid: 901,
          name: "talos-pve-1",
          description: "by hand",
          pool: "lab",
          cores: 1,
          cpu: "max",
          memory: 1024,
          bios: "ovmf",
          machine: "virt",
          efidisk0: "guests:1,efitype=4m",
          scsi0: `guests:0,import-from=local:import/${FILE},discard=on`,
        },
      ],
      ["PUT", "nodes/pve-1/qemu/901/resize", { disk: "scsi0", size: "10G" }],
    ],
    path: "nodes/pve-1/qemu/901/config",
    shown: {
      name: "talos-pve-1",
      cores: 1,
      cpu: expect.stringMatching(/^max/),
      memory: "1024",
      bios: "ovmf",
      scsi0: expect.stringMatching(/^guests:vm-901-disk-\d,.*size=10G/),
    },
    gone: "Configuration file 'nodes/pve-1/qemu-server/901.conf' does not exist",
    id: "pve-1/901",
    read: {
      name: "talos-pve-1",
      pool_id: "lab",
      started: false,
      description: "by hand",
      disk: [expect.objectContaining({ interface: "scsi0", datastore_id: "guests", size: 10, discard: "on" })],
    },
    remove: [["DELETE", "nodes/pve-1/qemu/901"]],
  },
];

/** Types that stand for something done, and not for a thing: they have tests of their own below. */
const ACTS = ["sdn_applier", "virtual_environment_cluster_firewall"];

async function interfaces(steps: readonly Step[] = []): Promise<{ readonly api: Client; readonly tf: Terraform }> {
  const world = worldWith({ name: "pve-1" });
  const api = await rootClient(world);
  opened.push(api);
  allowImport(world);
  for (const step of steps) await api.does(...step);
  return { api, tf: await terraform(world) };
}

const opened: Client[] = [];
afterEach(() => opened.splice(0).forEach((api) => api.close()));

it("has a case for each resource type of the provider", () => {
  const types = [...CASES.map(({ type }) => type), ...ACTS].map((type) => `proxmox_${type}`);
  expect(types.toSorted()).toEqual(Object.keys(proxmoxProvider.resources).toSorted());
});

describe.each(CASES)("$type", ({ type, config, before, create, path, shown, gone, id, read, left = null, remove }) => {
  it("made by the stand-in is shown by the API, and gone there when it is destroyed", async () => {
    const { api, tf } = await interfaces(before);
    const state = await tf.apply(type, config);
    expect(await api.get(path)).toMatchObject(Object(shown));
    await tf.destroy(type, state);
    const answer = await api.call("GET", path);
    expect(answer).toMatchObject(
      typeof gone === "string" ? { status: 500, reason: gone } : { status: 200, data: gone },
    );
  });

  it("made by the API is read by the stand-in, and gone there when it is deleted", async () => {
    const { api, tf } = await interfaces(before);
    for (const step of create) await api.does(...step);
    const state = await tf.importState(type, id);
    expect(plain(type, state)).toMatchObject(read);
    for (const step of remove) await api.does(...step);
    const refreshed = plain(type, await tf.refresh(type, state));
    if (left === null) expect(refreshed).toBeNull();
    else expect(refreshed).toMatchObject(left);
  });
});

describe("sdn_applier", () => {
  it("applied by the stand-in leaves nothing pending for the API", async () => {
    const { api, tf } = await interfaces([ZONE]);
    expect(await api.get("cluster/sdn/zones?pending=1")).toMatchObject([{ state: "new" }]);
    await tf.apply("sdn_applier", {});
    expect(await api.get("cluster/sdn/zones?pending=1")).toEqual([expect.not.objectContaining({ state: "new" })]);
  });

  it("applied by the API leaves nothing pending for the stand-in", async () => {
    const { api, tf } = await interfaces([ZONE]);
    expect(await tf.importState("sdn_zone_simple", "lab")).toMatchObject({ state: "new" });
    await api.does("PUT", "cluster/sdn");
    expect(await tf.importState("sdn_zone_simple", "lab")).toMatchObject({ state: null, pending: null });
  });
});

describe("virtual_environment_cluster_firewall", () => {
  const type = "virtual_environment_cluster_firewall";

  it("set by the stand-in is shown by the API", async () => {
    const { api, tf } = await interfaces([["POST", "cluster/firewall/ipset", { name: "management" }]]);
    await api.does("POST", "cluster/firewall/ipset/management", { cidr: "10.0.0.0/16" });
    await tf.apply(type, { enabled: true, input_policy: "DROP", log_ratelimit: [{ burst: 10 }] });
    expect(await api.get("cluster/firewall/options")).toMatchObject({
      enable: 1,
      policy_in: "DROP",
      log_ratelimit: "enable=1,burst=10,rate=1/second",
    });
  });

  it("with a flag that is off is as it shall be where the flag is not set, as the real provider has it", async () => {
    const { tf } = await interfaces();
    const state = { ...(await tf.apply(type, { input_policy: "REJECT" })), ebtables: false };
    expect(await tf.plan(type, { input_policy: "REJECT" }, state)).toMatchObject({ empty: true });
  });

  it("set by the API is read by the stand-in", async () => {
    const { api, tf } = await interfaces();
    await api.does("PUT", "cluster/firewall/options", { enable: 0, policy_in: "REJECT", log_ratelimit: "enable=0" });
    expect(plain(type, await tf.importState(type, "cluster-firewall"))).toMatchObject({
      input_policy: "REJECT",
      log_ratelimit: [{ enabled: false, burst: 5, rate: "1/second" }],
    });
  });
});
