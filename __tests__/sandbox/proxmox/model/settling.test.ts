/** What real hosts take seconds for, and tell wrongly meanwhile: each as pmxcfs, corosync and pveproxy were seen to do it. */
import { createCluster, deleteNode, expectVotes, joinCluster } from "../../../../sandbox/proxmox/model/cluster.ts";
import { isQuorate } from "../../../../sandbox/proxmox/model/context.ts";
import { enter, isIn, type Phase, shownCertificate } from "../../../../sandbox/proxmox/model/settling.ts";
import type { Store } from "../../../../sandbox/world/store.ts";
import { type Client, rootClient } from "../client.ts";
import { atHost, settle } from "../lab.ts";
import { addressOf, PASSWORD, worldWith } from "../world.ts";

const opened: Client[] = [];
afterEach(() => opened.splice(0).forEach((api) => api.close()));

async function at(world: Store, host: string): Promise<Client> {
  const api = await rootClient(world, host);
  opened.push(api);
  return api;
}

/** A cluster of one, and a host that may join it. */
function newcomer(): { readonly world: Store; join(log?: (line: string) => void): Promise<void> } {
  const world = worldWith({ name: "pve-1" }, { name: "pve-2" });
  createCluster(atHost(world, "pve-1"), "lab", undefined);
  const { fingerprint } = atHost(world, "pve-1").host.certificate;
  const request = { hostname: addressOf("pve-1"), fingerprint, password: PASSWORD, link0: undefined };
  return { world, join: (log = () => undefined) => joinCluster(atHost(world, "pve-2"), request, log) };
}

async function pair(): Promise<Store> {
  const { world, join } = newcomer();
  await join();
  settle(world);
  return world;
}

const forGood = (world: Store, host: string, phase: Phase): void =>
  enter(world, atHost(world, host).host, phase, Number.POSITIVE_INFINITY);
const quorate = (world: Store): boolean => isQuorate(world, atHost(world, "pve-1").datacenter);

describe("a member that has only just booted", () => {
  it("looks like a host in no cluster, and only its configuration has the difference", async () => {
    const world = await pair();
    const api = await at(world, "pve-2");
    forGood(world, "pve-2", "booting");
    expect(await api.get("cluster/status")).toMatchObject([{ type: "node", name: "pve-2" }]);
    expect(await api.get("cluster/config/totem")).toMatchObject({ cluster_name: "lab" });
  });
});

describe("a host in no cluster", () => {
  it("has null for a totem", async () => {
    expect(await (await at(worldWith({ name: "pve-1" }), "pve-1")).get("cluster/config/totem")).toBeNull();
  });
});

describe("a join", () => {
  it("leaves the first member without quorum until the second is there", async () => {
    const { world, join } = newcomer();
    const joined = join();
    expect(quorate(world)).toBe(false);
    await joined;
    expect(quorate(world)).toBe(true);
  });

  it("has the newcomer's API down at first, and then refuse everybody, after a while", async () => {
    const { world, join } = newcomer();
    const api = await at(world, "pve-2");
    const joined = join();
    const { host } = atHost(world, "pve-2");
    expect([isIn(world, host, "restarting"), isIn(world, host, "unsynced")]).toEqual([true, true]);
    enter(world, host, "restarting", 0);
    const timers = jest.spyOn(globalThis, "setTimeout");
    expect(await api.call("GET", "version")).toMatchObject({ status: 401 });
    const waits = timers.mock.calls.map(([, milliseconds]) => milliseconds);
    timers.mockRestore();
    // Three of its seconds.
    expect(waits).toContain(150);
    await joined;
  });

  it("leaves two certificates, which take turns, also for calls that others pass on", async () => {
    const { world, join } = newcomer();
    const { certificate: before } = atHost(world, "pve-2").host;
    await join();
    const { host } = atHost(world, "pve-2");
    expect([isIn(world, host, "two certificates"), isIn(world, host, "stale tickets")]).toEqual([true, true]);
    forGood(world, "pve-2", "two certificates");
    const shown = [1, 2, 3, 4].map(() => (shownCertificate(world, host) === before ? "old" : "new"));
    expect(shown).toEqual(["old", "new", "old", "new"]);
    const api = await at(world, "pve-1");
    const passed = [];
    for (const _ of shown) passed.push((await api.call("GET", "nodes/pve-2/version")).status);
    expect(passed).toEqual([596, 200, 596, 200]);
  });

  it("leaves members that take no writes while they come to be of one mind", async () => {
    const world = await pair();
    const api = await at(world, "pve-1");
    forGood(world, "pve-1", "syncing");
    expect(await api.call("PUT", "storage/local", { content: "iso" })).toMatchObject({
      status: 500,
      reason: "unable to create file in '/etc/pve' - Device or resource busy",
    });
  });

  it("of a host that its cluster has forgotten is refused for the key that it keeps", async () => {
    const { world, join } = newcomer();
    await join();
    settle(world);
    deleteNode(atHost(world, "pve-1"), "pve-2");
    const log: string[] = [];
    await expect(join((line) => log.push(line))).rejects.toThrow("Check if node may join a cluster failed!");
    expect(log).toContain("* authentication key '/etc/corosync/authkey' already exists");
  });
});

describe("quorum by `pvecm expected`", () => {
  it("is there at once, and cluster/status does not hear of it", async () => {
    const world = await pair();
    world.state.oci.instances.splice(1, 1);
    expect(quorate(world)).toBe(false);
    const { corosync } = atHost(world, "pve-1").datacenter;
    if (corosync) expectVotes(world, corosync, 1);
    expect(quorate(world)).toBe(true);
    expect(await (await at(world, "pve-1")).get("cluster/status")).toMatchObject([
      { type: "cluster", quorate: 0 },
      {},
      {},
    ]);
  });
});
