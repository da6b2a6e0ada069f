/** form-cluster against hosts that take their time, as pmxcfs, corosync and pveproxy do. */
import { deleteNode, expectVotes } from "../../sandbox/proxmox/model/cluster.ts";
import { enter, type Phase } from "../../sandbox/proxmox/model/settling.ts";
import type { Store } from "../../sandbox/world/store.ts";
import { atHost } from "../sandbox/proxmox/lab.ts";
import { instance, listen } from "../sandbox/proxmox/world.ts";
import { clusterOf, labOf, membersOf, startForming } from "./labs.ts";
import { REBOOT_SURVIVED, survivesReboot } from "./reboots.ts";
import { type Outcome, Ports } from "./run-step.ts";

const ports = new Ports();
afterEach(() => ports.close());

async function form(world: Store, names: readonly string[], environment = {}): Promise<Outcome> {
  return await (
    await startForming(ports, world, names, environment)
  ).outcome;
}

/** Has a host be in a phase until its API has been asked for something so many times. */
function untilAsked(world: Store, name: string, phase: Phase, call: RegExp, times: number): void {
  const { host } = atHost(world, name);
  let left = times;
  enter(world, host, phase, Number.POSITIVE_INFINITY);
  listen(world, ({ method, target }) => {
    if (call.test(`${method} ${target}`) && (left -= 1) === 0) enter(world, host, phase, 0);
  });
}

describe("form-cluster and hosts that have only just booted", () => {
  it("does not take a member for a host in no cluster while its pmxcfs looks for the cluster", async () => {
    const { world, names } = await clusterOf(3);
    const before = structuredClone(atHost(world, "pve-1").datacenter.corosync);
    untilAsked(world, "pve-2", "booting", /cluster\/status/, 7);
    const { code, error, lines } = await form(world, names);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(lines.filter((line) => /forgets|joins/.test(line))).toEqual([]);
    expect(atHost(world, "pve-1").datacenter.corosync).toEqual(before);
  });

  it("waits for all of a cluster that boots at once", async () => {
    const { world, names } = await clusterOf(2);
    for (const name of names) untilAsked(world, name, "booting", /cluster\/status/, 7);
    expect(await form(world, names)).toMatchObject({ code: 0, error: "" });
    expect(membersOf(world)).toEqual([names]);
  });

  it("says which host does not find its cluster, when time is up", async () => {
    const { world, names } = await clusterOf(2);
    enter(world, atHost(world, "pve-2").host, "booting", Number.POSITIVE_INFINITY);
    const { code, error } = await form(world, names, { PVE_TIMEOUT_SECONDS: "1" });
    expect(code).toBe(1);
    expect(error).toMatch(/gave up after 1 s waiting for pve-2 to find its cluster after a boot/);
  });

  // All moments and hosts: __tests__/tiers/reboot-sweep.test.ts.
  it.each([
    ["creates the cluster", "pve-1"],
    ["pve-2: joins", "pve-2"],
    ["has exactly", "pve-2"],
  ])(REBOOT_SURVIVED, (moment, host) => survivesReboot(ports, moment, host));
});

describe("form-cluster and a join", () => {
  it("ends once calls that one member passes on to another are answered every time", async () => {
    const { world, names } = labOf(2);
    const answers: string[] = [];
    listen(world, ({ target }, answer) => {
      if (target.endsWith("/nodes/pve-2/version")) answers.push(answer);
    });
    listen(world, ({ method, target }) => {
      if (method === "TASK" && target.startsWith("clusterjoin"))
        untilAsked(world, "pve-2", "two certificates", /nodes\/pve-2\/version/, 5);
    });
    expect(await form(world, names)).toMatchObject({ code: 0, error: "" });
    expect(answers).toContain("596");
    expect(answers.slice(-10)).toEqual(Array.from({ length: 10 }, () => "200"));
  });

  it("of an earlier run that is not over is waited for: its host refuses everybody meanwhile", async () => {
    const { world, names } = await clusterOf(2);
    untilAsked(world, "pve-2", "unsynced", /access\/ticket/, 4);
    expect(await form(world, names)).toMatchObject({ code: 0, error: "" });
    expect(membersOf(world)).toEqual([names]);
  });

  it("goes on when a host refuses the tickets that it has just given", async () => {
    const { world, names } = await clusterOf(2);
    untilAsked(world, "pve-2", "stale tickets", /access\/ticket/, 4);
    expect(await form(world, names)).toMatchObject({ code: 0, error: "" });
  });

  it("of a host that its cluster has forgotten is refused in PVE's own words", async () => {
    const { world, names } = await clusterOf(3);
    deleteNode(atHost(world, "pve-1"), "pve-3");
    const { code, error } = await form(world, names);
    expect(code).toBe(1);
    expect(error).toMatch(/pve-3 .*replace its instance/);
  });
});

describe("form-cluster and a cluster without quorum", () => {
  it("forgets a member that was replaced once the operator has said how many votes are enough", async () => {
    const { world, names } = await clusterOf(2);
    world.state.oci.instances.splice(1, 1, instance({ name: "pve-2" }));
    const { datacenter } = atHost(world, "pve-1");
    expect((await form(world, names)).error).toMatch(/pve-2 was replaced, .* no quorum .*`pvecm expected 1`/);
    // Run by hand on pve-1; cluster/status goes on saying that there is no quorum.
    if (datacenter.corosync) expectVotes(world, datacenter.corosync, 1);
    expect(await form(world, names)).toMatchObject({ code: 0, error: "" });
    expect(membersOf(world)).toEqual([names]);
  });

  it("writes again what /etc/pve did not take while the members came to be of one mind", async () => {
    const { world, names } = await clusterOf(2);
    for (const name of names) untilAsked(world, name, "syncing", /PUT .*storage\/local/, 2);
    expect(await form(world, names)).toMatchObject({ code: 0, error: "" });
    expect(atHost(world, "pve-1").datacenter.storages.local?.content).toContain("import");
  });
});
