/** What PVE keeps in sections: realms, ACME, metrics servers, mappings, jobs, high availability. */
import { addOwnHost } from "../../../../sandbox/proxmox/model/own-hosts.ts";
import { type Client, type Form, rootClient } from "../client.ts";
import { worldWith } from "../world.ts";

let api: Client;

beforeEach(async () => {
  const world = worldWith();
  const { rootPassword } = addOwnHost(world, { name: "home", cpus: 8, memoryGb: 32, diskGb: 500 }, { api: 1, ssh: 2 });
  api = await rootClient(world, "home", rootPassword);
});
afterEach(() => api.close());

const LDAP = { realm: "house", type: "ldap", server1: "ldap.example.com", base_dn: "dc=example", user_attr: "uid" };
const GRAPHITE = { type: "graphite", server: "192.168.1.5", port: 2003 };
const USB = { id: "stick", map: "id=1234:5678,node=home" };
const JOB = { id: "nightly", schedule: "sat 02:00", "prune-backups": "keep-last=3", fleecing: "enabled=1" };

/** Where it is created, what with, where it is read, what is told of it, what is said when it is there already or not there. */
type Kind = readonly [string, string, Form, string, object, string, string];

const KINDS: readonly Kind[] = [
  [
    "a realm",
    "access/domains",
    { ...LDAP, password: "secret" },
    "access/domains/house",
    { type: "ldap", server1: "ldap.example.com", base_dn: "dc=example", user_attr: "uid" },
    "add auth server failed: domain 'house' already exists",
    "domain 'house' does not exist",
  ],
  [
    "a metrics server",
    "cluster/metrics/server/graph",
    { ...GRAPHITE, token: "secret" },
    "cluster/metrics/server/graph",
    GRAPHITE,
    "Metric server 'graph' already exists",
    "status server entry 'graph' does not exist",
  ],
  [
    "an ACME plugin",
    "cluster/acme/plugins",
    { id: "dns", type: "dns", api: "cf", data: Buffer.from("CF_Token=x\n").toString("base64") },
    "cluster/acme/plugins/dns",
    { plugin: "dns", type: "dns", api: "cf", data: "CF_Token=x\n" },
    "ACME plugin ID 'dns' already exists",
    "ACME plugin 'dns' not defined",
  ],
  [
    "a mapping",
    "cluster/mapping/usb",
    USB,
    "cluster/mapping/usb/stick",
    { type: "usb", map: [USB.map] },
    "create hardware mapping failed: usb ID 'stick' already defined",
    "mapping 'stick' not found",
  ],
  [
    "a backup job",
    "cluster/backup",
    JOB,
    "cluster/backup/nightly",
    {
      id: "nightly",
      type: "vzdump",
      enabled: 1,
      schedule: "sat 02:00",
      "prune-backups": { "keep-last": "3" },
      fleecing: { enabled: 1 },
    },
    "Job 'nightly' already exists",
    "Parameter verification failed.",
  ],
];

describe.each(KINDS)("%s", (_what, list, form, one, told, exists, absent) => {
  it("is created once, told as it was said but for secrets, and deleted", async () => {
    await api.does("POST", list, form);
    expect(await api.get(one)).toEqual({ ...told, digest: expect.any(String) });
    expect(await api.call("POST", list, form)).toMatchObject({ status: 500, reason: exists });
    await api.does("DELETE", one);
    expect(await api.call("GET", one)).toMatchObject({ reason: absent });
  });
});

describe("a section", () => {
  it("is changed, loses what is deleted, and keeps out who read an older one", async () => {
    await api.does("POST", "access/domains", { ...LDAP, comment: "ours", port: 389 });
    const { digest } = Object(await api.get("access/domains/house"));
    await api.does("PUT", "access/domains/house", { comment: "theirs", delete: "port", digest });
    expect(await api.get("access/domains/house")).not.toHaveProperty("port");
    expect(await api.call("PUT", "access/domains/house", { comment: "mine", digest })).toMatchObject({
      reason: expect.stringContaining("update auth server failed: detected modified configuration"),
    });
  });

  it("of the list tells a realm's type and comment alone, and there is one default", async () => {
    await api.does("POST", "access/domains", { ...LDAP, default: 1 });
    await api.does("POST", "access/domains", { ...LDAP, realm: "shop", default: 1 });
    expect(await api.get("access/domains")).toEqual([
      { realm: "house", type: "ldap" },
      { realm: "pam", type: "pam", comment: "Linux PAM standard authentication" },
      { realm: "pve", type: "pve", comment: "Proxmox VE authentication server" },
      { realm: "shop", type: "ldap", default: 1 },
    ]);
  });

  it("of a realm is what users can be of", async () => {
    expect(await api.call("POST", "access/users", { userid: "ada@house" })).toMatchObject({
      reason: "create user failed: domain 'house' does not exist",
    });
    await api.does("POST", "access/domains", LDAP);
    await api.does("POST", "access/users", { userid: "ada@house" });
  });

  it("comes with items that have commas, where it has a list", async () => {
    const form = new URLSearchParams([
      ["id", "two"],
      ["map", "id=1:2,node=home"],
      ["map", "id=3:4,node=home,path=1-2"],
    ]);
    await api.done(await api.call("POST", "cluster/mapping/usb", form.toString()));
    expect(await api.get("cluster/mapping/usb/two")).toMatchObject({
      map: ["id=1:2,node=home", "id=3:4,node=home,path=1-2"],
    });
  });
});

describe("high availability", () => {
  it("starts the machine that is to run, and stops it", async () => {
    await api.does("POST", "nodes/home/qemu", { vmid: 100 });
    await api.does("POST", "cluster/ha/resources", { sid: "vm:100", state: "started" });
    const status = async () => Object(await api.get("nodes/home/qemu/100/status/current"));
    while ((await status()).status !== "running");
    expect(await status()).toMatchObject({ ha: { managed: 1, state: "started" } });
    await api.does("PUT", "cluster/ha/resources/vm:100", { state: "stopped" });
    while ((await status()).status !== "stopped");
  });

  it("manages machines that are there, and has rules of those that it manages", async () => {
    expect(await api.call("POST", "cluster/ha/resources", { sid: "vm:100" })).toMatchObject({
      reason: "resource '100' does not exist in cluster",
    });
    const rule = { rule: "near", type: "node-affinity", resources: "vm:100", nodes: "home" };
    expect(await api.call("POST", "cluster/ha/rules", rule)).toMatchObject({
      reason: "create ha rule failed: cannot use unmanaged resource(s) vm:100.",
    });
    await api.does("POST", "nodes/home/qemu", { vmid: 100 });
    await api.does("POST", "cluster/ha/resources", { sid: "100", state: "ignored" });
    await api.does("POST", "cluster/ha/rules", rule);
    expect(await api.get("cluster/ha/rules/near")).toMatchObject({ resources: "vm:100", nodes: "home", strict: 0 });
    await api.does("DELETE", "cluster/ha/resources/vm:100");
    expect(await api.get("cluster/ha/rules")).toEqual([]);
  });
});

it("an ACME account is registered by a task, and told with its directory", async () => {
  const directory = "https://acme.example/directory";
  await api.does("POST", "cluster/acme/account", { name: "ours", contact: "ada@example.org", directory });
  expect(await api.get("cluster/acme/account/ours")).toMatchObject({
    directory,
    account: { contact: ["mailto:ada@example.org"], status: "valid" },
  });
});

it("fails to delete a metrics server that is not there, as Proxmox VE does", async () => {
  const { status, reason } = await api.call("DELETE", "cluster/metrics/server/none");
  expect([status, reason]).toEqual([500, expect.stringContaining("cannot lookup undefined type!")]);
});
