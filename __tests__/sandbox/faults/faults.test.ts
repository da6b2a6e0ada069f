import type { Call, Interface } from "../../../sandbox/faults/calls.ts";
import { callsWithFaults, type CallsWithFaults, type FaultRequest } from "../../../sandbox/faults/index.ts";
import { emptyWorld, overview } from "../../../sandbox/systems/index.ts";
import { memoryStore, type Store } from "../../../sandbox/world/store.ts";
import { membersOnline, isQuorate } from "../../../sandbox/proxmox/model/context.ts";
import { hostAt } from "../../../sandbox/proxmox/model/hosts.ts";
import { host, hostImage, network, tenancy } from "../oci/tenancy.ts";
import { addressOf, worldWith } from "../proxmox/world.ts";

function doorOf(): { readonly faults: CallsWithFaults; readonly store: Store } {
  const faults = callsWithFaults(() => store);
  const store: Store = memoryStore(emptyWorld, faults);
  return { faults, store };
}

/** Which of so many calls fail. */
function hits(faults: CallsWithFaults, count: number, call: Partial<Call> = {}): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1).filter(() => {
    const each: Call = { interface: "oci", method: "POST", target: "/20160918/vcns", ...call };
    const fault = faults.begin(each);
    faults.end(each, fault === null ? "200" : "503");
    return fault !== null;
  });
}

const RESET = { kind: "reset" } as const;

describe("a fault of calls", () => {
  it("hits the next call, once, when nothing else is said", () => {
    const { faults } = doorOf();
    faults.add({ what: "call", fault: RESET });
    expect(hits(faults, 4)).toEqual([1]);
  });

  it("hits from the n-th on, as often as it is to", () => {
    const { faults } = doorOf();
    faults.add({ what: "call", nth: 3, times: 2, fault: RESET });
    expect(hits(faults, 6)).toEqual([3, 4]);
  });

  it("hits every call with times 0", () => {
    const { faults } = doorOf();
    faults.add({ what: "call", times: 0, fault: RESET });
    expect(hits(faults, 3)).toEqual([1, 2, 3]);
  });

  it("hits a share of the calls, the same ones for the same seed", () => {
    const shared = (seed: number): readonly number[] => {
      const { faults } = doorOf();
      faults.add({ what: "call", times: 0, share: 0.25, seed, fault: RESET });
      return hits(faults, 400);
    };
    expect(shared(7)).toEqual(shared(7));
    expect(shared(7)).not.toEqual(shared(8));
    expect(shared(7).length).toBeGreaterThan(70);
    expect(shared(7).length).toBeLessThan(130);
  });

  it.each<[string, Partial<FaultRequest>, Interface, string, string, boolean]>([
    ["an interface", { interface: "oci" }, "proxmox", "GET", "/nodes", false],
    ["a method", { method: "GET" }, "oci", "GET", "/vcns", true],
    ["a glob over slashes", { target: "/2016*/instances*" }, "oci", "POST", "/20160918/instances/a/b", true],
    ["the whole of a glob", { target: "instances" }, "oci", "POST", "/20160918/instances", false],
    ["a dot as a dot", { target: "a.c" }, "oci", "GET", "abc", false],
    ["a regular expression", { target: "re:/nodes/pve-[12]/qemu" }, "proxmox", "POST", "/nodes/pve-2/qemu", true],
    ["the whole of an expression", { target: "re:nodes" }, "proxmox", "POST", "/nodes/pve-2", false],
  ])("is for %s", (_what, asked, via, method, target, hit) => {
    const { faults } = doorOf();
    faults.add({ what: "call", ...asked, fault: RESET });
    expect(hits(faults, 1, { interface: via, method, target })).toEqual(hit ? [1] : []);
  });

  it("does not count calls that it is not for", () => {
    const { faults } = doorOf();
    faults.add({ what: "call", interface: "oci", nth: 2, fault: RESET });
    hits(faults, 5, { interface: "talos" });
    expect(hits(faults, 3)).toEqual([2]);
  });

  it("is played alone, but others count the call as well", () => {
    const { faults } = doorOf();
    faults.add({ what: "call", fault: RESET });
    faults.add({ what: "call", nth: 2, fault: { kind: "slow", ms: 5 } });
    expect(hits(faults, 3)).toEqual([1, 2]);
    expect(faults.list().map(({ seen, hits: all }) => [seen, all])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it("ends when it is cleared, by its id or with all others", () => {
    const { faults } = doorOf();
    const { id } = faults.add({ what: "call", times: 0, fault: RESET });
    expect(faults.clear(id)).toBe(1);
    expect(hits(faults, 2)).toEqual([]);
    expect(() => faults.clear(id)).toThrow(`there is no fault ${id}`);
    faults.add({ what: "call", fault: RESET });
    faults.add({ what: "down", host: "pve-1" });
    expect(faults.clear()).toBe(2);
    expect(faults.list()).toEqual([]);
  });

  it.each<[unknown, RegExp]>([
    [{ what: "call", fault: { kind: "status", status: 200 } }, /^fault\.status: /],
    [{ what: "call", target: "re:(", fault: RESET }, /^target: no regular expression$/],
    [{ what: "call", nth: 0, fault: RESET }, /^nth: /],
    [{ what: "flood" }, /^what: /],
  ])("that cannot be is refused by the name of its field: %j", (asked, message) => {
    expect(() => doorOf().faults.add(asked)).toThrow(message);
  });
});

describe("the log of calls", () => {
  it("has each call with its answer, the oldest first, and forgets beyond its length", () => {
    const { faults } = doorOf();
    hits(faults, 1001);
    const calls = faults.log.last();
    expect(calls).toHaveLength(1000);
    expect(calls[0]).toMatchObject({ number: 2, interface: "oci", method: "POST", answer: "200", fault: null });
    expect(faults.log.last(2).map(({ number }) => number)).toEqual([1000, 1001]);
  });

  it("names the fault that a call met, and shows one under way without an answer", () => {
    const { faults } = doorOf();
    const { id } = faults.add({ what: "call", fault: { kind: "hang" } });
    faults.begin({ interface: "oci", method: "GET", target: "/" });
    expect(faults.log.last()).toMatchObject([{ fault: id, answer: null, ms: null }]);
  });

  it("knows which calls are under way, and counts none that is never to be done", () => {
    const { faults } = doorOf();
    faults.add({ what: "call", fault: { kind: "hang" } });
    faults.begin({ interface: "oci", method: "POST", target: "/hung" });
    const call = { interface: "oci", method: "POST", target: "/slow" } as const;
    faults.begin(call);
    expect(faults.log.underWay()).toMatchObject([{ target: "/slow", answer: null }]);
    faults.end(call, "200");
    expect(faults.log.underWay()).toEqual([]);
  });

  it("tells its subscribers of every call that ends, until they stop", () => {
    const { faults } = doorOf();
    const heard: (string | null)[] = [];
    const stop = faults.log.subscribe(({ answer }) => heard.push(answer));
    hits(faults, 2);
    stop();
    hits(faults, 1);
    expect(heard).toEqual(["200", "200"]);
  });
});

/** Faults of a world that has none of its own. */
function faultsOf(store: Store): CallsWithFaults {
  return callsWithFaults(() => store);
}

describe("a condition of the world", () => {
  it("refuses a launch into an exhausted fault domain, and takes one that has room when none is named", async () => {
    const to = await tenancy();
    const [net, image] = [await network(to), await hostImage(to)];
    const faults = faultsOf(to.store);
    faults.add({ what: "capacity", availabilityDomain: "*AD-1", faultDomain: "re:FAULT-DOMAIN-[12]" });
    const asked = host(to, net, image);
    await expect(to.apply("oci_core_instance", { ...asked, fault_domain: "FAULT-DOMAIN-1" })).rejects.toThrow(
      "500-InternalError, Out of host capacity.",
    );
    expect(to.oci.instances).toEqual([]);
    expect(await to.apply("oci_core_instance", asked)).toMatchObject({ fault_domain: "FAULT-DOMAIN-3" });
  });

  it("leaves instances alone that run where there is no room any more", async () => {
    const to = await tenancy();
    const asked = host(to, await network(to), await hostImage(to));
    const state = await to.apply("oci_core_instance", asked);
    faultsOf(to.store).add({ what: "capacity" });
    expect(await to.apply("oci_core_instance", { ...asked, display_name: "other" }, state)).toMatchObject({
      display_name: "other",
    });
  });

  it("switches a host off: it does not answer, is no member, and the quorum goes with it", () => {
    const world = worldWith({ name: "pve-1" });
    expect(hostAt(world, addressOf("pve-1"))).toBeDefined();
    faultsOf(world).add({ what: "down", host: "pve-1" });
    expect(hostAt(world, addressOf("pve-1"))).toBeUndefined();
    const [datacenter] = Object.values(world.state.proxmox.datacenters);
    expect(datacenter && membersOnline(world, datacenter)).toEqual([]);
    expect(overview(world).proxmox.datacenters[0]?.hosts).toMatchObject([{ name: "pve-1", online: false }]);
  });

  it("takes a cluster's quorum while its hosts are up, and nothing from a host that is in none", () => {
    const world = worldWith({ name: "pve-1" });
    hostAt(world, addressOf("pve-1"));
    const [datacenter] = Object.values(world.state.proxmox.datacenters);
    if (!datacenter) throw new Error("no datacenter");
    faultsOf(world).add({ what: "quorum", cluster: "lab" });
    expect(isQuorate(world, datacenter)).toBe(true);
    const instanceId = world.state.oci.instances[0]?.id ?? "";
    const node = { name: "pve-1", nodeId: 1, votes: 1, link0: addressOf("pve-1"), instanceId };
    datacenter.corosync = { name: "lab", version: 1, nodes: [node] };
    expect(isQuorate(world, datacenter)).toBe(false);
    datacenter.corosync = { name: "other", version: 1, nodes: [node] };
    expect(isQuorate(world, datacenter)).toBe(true);
  });

  it("sets the world's clock ahead, or behind", () => {
    const { faults, store } = doorOf();
    faults.add({ what: "clock", seconds: -3600 });
    const ahead = Date.parse(store.now()) - Date.now();
    expect(Math.round(ahead / 1000)).toBe(-3600);
  });

  it("is a part of the world: it survives the process that holds it", () => {
    const { faults, store } = doorOf();
    faults.add({ what: "down", host: "pve-1" });
    const again = memoryStore(() => structuredClone(store.state));
    expect(faultsOf(again).list()).toMatchObject([{ id: 1, spec: { what: "down", host: "pve-1" } }]);
  });
});
