import { pveEndpoint, proxmoxOverview, talosMachines } from "../../../../sandbox/proxmox/index.ts";
import { createCluster, finishJoins, joinCluster } from "../../../../sandbox/proxmox/model/cluster.ts";
import { atHost, baseLab, guestConfig, settle } from "../lab.ts";
import { terraform } from "../terraform/terraform.ts";
import { addressOf, instance, PASSWORD, worldWith } from "../world.ts";

describe("an OCI instance", () => {
  it.each([
    ["runs Proxmox when it booted the lab's image on A1", {}, true],
    ["does not on another shape", { shape: "VM.Standard.E2.1.Micro" }, false],
    ["does not with a platform image", { imageObject: null }, false],
    ["does not with another image", { imageObject: "debian.oci" }, false],
  ])("%s", (_what, options, runs) => {
    const world = worldWith({ name: "pve-1", ...options });
    expect(pveEndpoint(world, addressOf("pve-1")) !== null).toBe(runs);
  });

  it("gives a host its name, its size and no password but the one of its cloud-config", () => {
    const world = worldWith({ name: "pve-1", ocpus: 1, memoryGb: 6, bootVolumeGb: 75 });
    const { host } = atHost(world, "pve-1");
    expect(host).toMatchObject({ name: "pve-1", cpus: 1, memoryMb: 6144, thinPoolBytes: 52 * 1024 ** 3 });
    const [first] = world.state.oci.instances;
    world.state.oci.instances.splice(0, 1, { ...instance({ name: "pve-1" }), userData: "#!/bin/sh" });
    expect(atHost(world, "pve-1").host.rootPasswordHash).toBeNull();
    expect(first).toBeDefined();
  });

  it("that is stopped answers nothing, and keeps what it has", async () => {
    const { world, tf } = await baseLab({ template: true });
    await tf.apply("virtual_environment_vm", guestConfig());
    const [host] = world.state.oci.instances;
    if (host) host.state = "STOPPED";
    expect(pveEndpoint(world, addressOf("pve-1"))).toBeNull();
    expect(talosMachines(world)).toEqual([]);
    if (host) host.state = "RUNNING";
    expect(talosMachines(world)).toHaveLength(1);
  });

  it.each([
    ["is terminated", { state: "TERMINATED" as const }],
    ["gets another boot volume", { bootVolumeId: "ocid1.bootvolume.oc1.test.other" }],
    ["is replaced", { id: "ocid1.instance.oc1.test.other" }],
  ])("that %s loses all that its host had", async (_what, change) => {
    const { world } = await baseLab({ template: true });
    const [host] = world.state.oci.instances;
    if (host) world.state.oci.instances.splice(0, 1, { ...host, ...change });
    expect(proxmoxOverview(world).datacenters.flatMap((datacenter) => datacenter.vms)).toEqual([]);
  });
});

describe("a cluster", () => {
  async function pair() {
    const world = worldWith({ name: "pve-1" }, { name: "pve-2" });
    const first = atHost(world, "pve-1");
    createCluster(first, "lab", undefined);
    const { fingerprint } = first.host.certificate;
    const request = { hostname: addressOf("pve-1"), fingerprint, password: PASSWORD, link0: undefined };
    const join = () => joinCluster(atHost(world, "pve-2"), request, () => undefined);
    return { world, request, join };
  }

  it("has one configuration, which a joining host takes for its own", async () => {
    const { world, join } = await pair();
    const before = atHost(world, "pve-2").host.certificate.fingerprint;
    await join();
    expect(atHost(world, "pve-2").datacenter).toBe(atHost(world, "pve-1").datacenter);
    expect(atHost(world, "pve-2").host.certificate.fingerprint).not.toBe(before);
    expect(proxmoxOverview(world).datacenters).toMatchObject([
      { cluster: "lab", quorate: true, hosts: [{ name: "pve-1" }, { name: "pve-2", online: true }] },
    ]);
  });

  it("loses its quorum with half of its hosts", async () => {
    const { world, join } = await pair();
    await join();
    const [, second] = world.state.oci.instances;
    if (second) second.state = "STOPPED";
    expect(proxmoxOverview(world).datacenters[0]).toMatchObject({ quorate: false });
  });

  it("is joined in the end when the sandbox ended in the middle", async () => {
    const { world, join } = await pair();
    const joining = join();
    const copy = worldWith();
    Object.assign(copy.state, structuredClone(world.state));
    finishJoins(copy);
    expect(atHost(copy, "pve-2").datacenter.corosync?.name).toBe("lab");
    await joining;
  });

  it.each([
    ["a wrong fingerprint", { fingerprint: "AA:BB" }, "certificate verify failed"],
    ["a wrong password", { password: "no" }, "401 authentication failure"],
    ["a peer that is not there", { hostname: "10.0.0.99" }, "Can't connect to 10.0.0.99:8006"],
    ["a link it has not", { link0: "10.9.9.9" }, "Check if node may join a cluster failed!"],
  ])("is not joined with %s", async (_what, change, message) => {
    const { world, request } = await pair();
    await expect(joinCluster(atHost(world, "pve-2"), { ...request, ...change }, () => undefined)).rejects.toThrow(
      message,
    );
    expect(atHost(world, "pve-2").datacenter.corosync).toBeNull();
  });

  it("reaches the disks of each host from any of them, and clones none across", async () => {
    const { world, join } = await pair();
    await join();
    settle(world);
    const tf = await terraform(world, "pve-1");
    await tf.apply("virtual_environment_vm", { node_name: "pve-2", vm_id: 300, started: false });
    expect(atHost(world, "pve-1").datacenter.vms[300]?.node).toBe("pve-2");
    const clone = { node_name: "pve-1", vm_id: 301, clone: [{ vm_id: 300, node_name: "pve-2" }], started: false };
    await expect(tf.apply("virtual_environment_vm", clone)).rejects.toThrow(
      "can't clone VM to node 'pve-1' (VM uses local storage)",
    );
  });
});
