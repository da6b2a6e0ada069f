import { pveEndpoint } from "../../sandbox/proxmox/index.ts";
import { createCluster, joinCluster } from "../../sandbox/proxmox/model/cluster.ts";
import { startTask } from "../../sandbox/proxmox/model/tasks.ts";
import { createVm } from "../../sandbox/proxmox/model/vm-config.ts";
import type { Store } from "../../sandbox/world/store.ts";
import { atHost } from "../sandbox/proxmox/lab.ts";
import { addressOf, instance, PASSWORD } from "../sandbox/proxmox/world.ts";
import { clusterOf, joinRequest, labOf, membersOf, startForming } from "./labs.ts";
import { type Outcome, Ports, type Running, startStep } from "./run-step.ts";

const ports = new Ports();
afterEach(() => ports.close());

const start = (world: Store, names: readonly string[], environment = {}): Promise<Running> =>
  startForming(ports, world, names, environment);
const form = async (world: Store, names: readonly string[], environment = {}): Promise<Outcome> =>
  await (
    await start(world, names, environment)
  ).outcome;

describe("form-cluster", () => {
  it("makes no cluster of one host and lets its storage hold images to import", async () => {
    const { world, names } = labOf(1);
    expect(await form(world, names)).toMatchObject({ code: 0, error: "" });
    expect(membersOf(world)).toEqual([[]]);
    expect(atHost(world, "pve-1").datacenter.storages.local?.content).toContain("import");
  });

  it.each([2, 3])("makes one cluster of %i hosts, and says each step in a line", async (count) => {
    const { world, names } = labOf(count);
    const { code, lines, error } = await form(world, names);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(membersOf(world)).toEqual([names]);
    expect(lines).toContain("pve-1: creates the cluster lab with link 10.0.0.11");
    expect(lines.filter((line) => line.endsWith("is a member, the cluster is quorate"))).toHaveLength(count - 1);
    expect(lines.join()).not.toContain(PASSWORD);
  });

  it("changes nothing when it is run again", async () => {
    const { world, names } = await clusterOf(2);
    await form(world, names);
    const before = structuredClone(world.state.proxmox);
    expect(await form(world, names)).toMatchObject({ code: 0 });
    expect(world.state.proxmox).toEqual(before);
  });

  it("gives every node its own id and its own certificate", async () => {
    const { world, names } = labOf(3);
    await form(world, names);
    const hosts = Object.values(world.state.proxmox.hosts);
    expect(new Set(hosts.map((host) => host.certificate.fingerprint)).size).toBe(3);
    const nodes = Object.values(world.state.proxmox.datacenters)[0]?.corosync?.nodes ?? [];
    expect(nodes.map((node) => node.nodeId)).toEqual([1, 2, 3]);
  });

  it.each(["creates the cluster", "pve-2: joins", "pve-2: is a member", "pve-3: joins"])(
    "goes on after it was killed at '%s'",
    async (moment) => {
      const { world, names } = labOf(3);
      const running = await start(world, names);
      await running.line(new RegExp(moment));
      running.kill("SIGKILL");
      expect(await running.outcome).toMatchObject({ code: null });
      expect(await form(world, names)).toMatchObject({ code: 0, error: "" });
      expect(membersOf(world)).toEqual([names]);
    },
  );

  it.each(["clustercreate", "clusterjoin"])(
    "lets a %s come to its end that an earlier run has started",
    async (type) => {
      const { world, names } = labOf(2);
      const [first, second] = [atHost(world, "pve-1"), atHost(world, "pve-2")];
      if (type === "clusterjoin") createCluster(first, "lab", undefined);
      const { promise: noticed, resolve: notice } = Promise.withResolvers<void>();
      const request = joinRequest(world);
      startTask(type === "clusterjoin" ? second : first, type, "", async (log) => {
        await noticed;
        if (type === "clusterjoin") await joinCluster(second, request, log);
        else createCluster(first, "lab", undefined);
      });
      const running = await start(world, names);
      await running.line(new RegExp(`waits for the ${type} that is under way`));
      notice();
      expect(await running.outcome).toMatchObject({ code: 0, error: "" });
      expect(membersOf(world)).toEqual([names]);
    },
  );

  it("joins no host to one that reports another certificate than its connection shows", async () => {
    const { world, names } = labOf(2);
    const { host } = atHost(world, "pve-1");
    host.certificate = { ...host.certificate, fingerprint: "AB:CD" };
    const { code, error } = await form(world, names);
    expect(code).toBe(1);
    expect(error).toMatch(/pve-1: two certificates, so no host is joined to it: its API reports AB:CD/);
    expect(atHost(world, "pve-2").datacenter.corosync).toBeNull();
  });

  it("stops at once on a signal", async () => {
    const { world, names } = labOf(2);
    world.state.oci.instances.pop();
    const running = await start(world, names);
    await running.line(/pve-1: Proxmox VE/);
    running.kill("SIGINT");
    expect(await running.outcome).toMatchObject({ code: null });
  });

  it("waits for a host that is still booting", async () => {
    const { world, names } = labOf(2);
    const late = world.state.oci.instances.pop();
    const running = await start(world, names);
    await running.line(/pve-1: Proxmox VE/);
    if (late) world.state.oci.instances.push(late);
    expect(await running.outcome).toMatchObject({ code: 0 });
  });

  it("gives up in one line on a host that never comes", async () => {
    const { world, names } = labOf(2);
    world.state.oci.instances.pop();
    const { code, error } = await form(world, names, { PVE_TIMEOUT_SECONDS: "1" });
    expect(code).toBe(1);
    expect(error).toMatch(/^form-cluster: gave up after 1 s waiting for the API of pve-2 .*: /);
    expect(error).not.toContain("\n");
  });

  it("refuses a wrong password in one line that says which variable is wrong", async () => {
    const { world, names } = labOf(1);
    const { code, error } = await form(world, names, {
      TF_VAR_pve_root_password: "battery staple",
      PVE_TIMEOUT_SECONDS: "1",
    });
    expect(code).toBe(1);
    expect(error).toMatch(/^form-cluster: pve-1 refuses root@pam's password .*TF_VAR_pve_root_password/);
    expect(error).not.toContain("battery staple");
  });

  it("refuses a host of another cluster before it changes anything, and names that cluster", async () => {
    const { world, names } = labOf(2);
    createCluster(atHost(world, "pve-2"), "other", undefined);
    const { code, error } = await form(world, names);
    expect(code).toBe(1);
    expect(error).toMatch(
      /^form-cluster: pve-2 belongs to the cluster other \(members: pve-2\): .*replace its instance/,
    );
    expect(membersOf(world)).toEqual([[], ["pve-2"]]);
  });

  it("refuses a host of another cluster of the same name", async () => {
    const { world, names } = labOf(2);
    createCluster(atHost(world, "pve-1"), "lab", undefined);
    createCluster(atHost(world, "pve-2"), "lab", undefined);
    expect((await form(world, names)).error).toMatch(/pve-2 belongs to another cluster called lab/);
  });

  it("says in PVE's words why a host with guests does not join", async () => {
    const { world, names } = labOf(2);
    createVm(atHost(world, "pve-2"), "pve-2", 100, { name: "guest" });
    const { code, error } = await form(world, names);
    expect(code).toBe(1);
    expect(error).toContain("Check if node may join a cluster failed! * this host already contains virtual guests");
  });

  it("takes a new host into a cluster that is there", async () => {
    const { world, names } = await clusterOf(2);
    world.state.oci.instances.push(instance({ name: "pve-3" }));
    expect(await form(world, [...names, "pve-3"])).toMatchObject({ code: 0 });
    expect(membersOf(world)).toEqual([["pve-1", "pve-2", "pve-3"]]);
  });

  it("takes a replaced host in again, the first one too", async () => {
    const { world, names } = await clusterOf(3);
    world.state.oci.instances.splice(0, 1, instance({ name: "pve-1" }));
    const { code, lines } = await form(world, names);
    expect(code).toBe(0);
    expect(lines).toContain("pve-2: forgets pve-1, which was replaced");
    expect(membersOf(world)).toEqual([["pve-2", "pve-3", "pve-1"]]);
  });

  it("says what to do when half of a pair was replaced and there is no quorum", async () => {
    const { world, names } = await clusterOf(2);
    world.state.oci.instances.splice(1, 1, instance({ name: "pve-2" }));
    const { code, error } = await form(world, names);
    expect(code).toBe(1);
    expect(error).toMatch(/pve-2 was replaced, but the cluster has no quorum .*pvecm expected 1/);
  });

  it("forgets a host that left the lab", async () => {
    const { world } = await clusterOf(3);
    world.state.oci.instances.pop();
    expect(await form(world, ["pve-1", "pve-2"])).toMatchObject({ code: 0 });
    expect(membersOf(world)).toEqual([["pve-1", "pve-2"]]);
  });

  it("refuses a cluster with a member that has guests and is not in the lab", async () => {
    const { world } = await clusterOf(3);
    createVm(atHost(world, "pve-3"), "pve-3", 101, {});
    expect((await form(world, ["pve-1", "pve-2"])).error).toMatch(
      /has the member pve-3, which has guests and is not a host/,
    );
    expect(membersOf(world)).toEqual([["pve-1", "pve-2", "pve-3"]]);
  });

  it("lets a member go that is not in the lab any more and is empty", async () => {
    const { world } = await clusterOf(3);
    const { code, lines } = await form(world, ["pve-1", "pve-2"]);
    expect(code).toBe(0);
    expect(lines).toContain("pve-1: forgets pve-3, which is not a host of the lab any more");
    expect(membersOf(world).flat()).toEqual(["pve-1", "pve-2"]);
  });

  it("notices a tunnel that leads to another host", async () => {
    const { world } = labOf(2);
    const [first] = await ports.open(world, "pve-2");
    const hosts = JSON.stringify([{ ...first, name: "pve-1" }]);
    const { error } = await startStep("form-cluster.mjs", { PVE_CLUSTER: "lab", PVE_HOSTS: hosts }).outcome;
    expect(error).toMatch(/answers as pve-2, not as pve-1/);
  });

  const good = { name: "pve-1", api: "https://127.0.0.1:1", address: "10.0.0.11" };
  it.each([
    ["PVE_CLUSTER is not set", { PVE_CLUSTER: undefined }],
    ["at most 15", { PVE_CLUSTER: "a-name-that-is-too-long" }],
    ["PVE_HOSTS is not JSON", { PVE_HOSTS: "nonsense" }],
    ["PVE_HOSTS must be a JSON list of hosts", { PVE_HOSTS: "[]" }],
    ["two hosts with the name pve-1", { PVE_HOSTS: JSON.stringify([good, good]) }],
    ["PVE_HOSTS[0] needs the texts name, api and address", { PVE_HOSTS: JSON.stringify([{ name: "pve-1" }]) }],
    ["only a tunnel", { PVE_HOSTS: JSON.stringify([{ ...good, api: "https://10.0.0.11:8006" }]) }],
    ["only a tunnel", { PVE_HOSTS: JSON.stringify([{ ...good, api: "http://127.0.0.1:8006" }]) }],
    ["PVE_TIMEOUT_SECONDS is soon", { PVE_TIMEOUT_SECONDS: "soon" }],
    ["TF_VAR_pve_root_password is not set", { TF_VAR_pve_root_password: undefined }],
  ])("refuses wrong input with exit code 2: %s", async (message, environment) => {
    const input = { PVE_CLUSTER: "lab", PVE_HOSTS: JSON.stringify([good]), ...environment };
    const { code, error } = await startStep("form-cluster.mjs", input).outcome;
    expect(code).toBe(2);
    expect(error).toContain(message);
    expect(error).not.toContain("\n");
  });
});

it("a host's API is down while it joins", async () => {
  const { world, names } = labOf(2);
  const running = await start(world, names);
  await running.line(/pve-2: joins/);
  let refused = false;
  while (!refused) {
    refused = pveEndpoint(world, addressOf("pve-2")) === null;
    await new Promise(setImmediate);
  }
  expect(await running.outcome).toMatchObject({ code: 0 });
});
