/** What the provider's stand-in does to a machine, Talos' own API shows, and the other way round. */
import { machineAt } from "../../../sandbox/talos/model/machines.ts";
import { newClientConfiguration } from "../../../sandbox/talos/model/config/secrets.ts";
import { overviewOf } from "../../../sandbox/talos/model/overview.ts";
import { endpoint } from "../../../sandbox/systems/endpoints.ts";
import { baseLab, guestConfig } from "../proxmox/lab.ts";
import { apiAt, portTo, tunnelTo } from "./clients.ts";
import { accessTo, apply, bootstrap, configurationOf, secrets } from "./machines.ts";
import { addresses, type Lab, labWith, terraform } from "./world.ts";

const admin = () => newClientConfiguration(secrets(), new Date());

async function applyByApi(lab: Lab, name: "cp-1" | "cp-2"): Promise<void> {
  const data = Buffer.from(String(await configurationOf(lab, name)));
  await apiAt(await tunnelTo(lab, name), "anybody").one("ApplyConfiguration", { data, mode: "AUTO" });
}

describe("talos_machine_configuration_apply", () => {
  it("is seen by the API: the machine is left maintenance, and known to its talosconfig", async () => {
    const lab = labWith("cp-1");
    const state = await apply(lab, "cp-1");
    const port = await tunnelTo(lab, "cp-1");
    await expect(apiAt(port, "anybody").one("Disks")).rejects.toThrow();
    await expect(apiAt(port, admin()).one("Hostname")).resolves.toMatchObject({ hostname: "cp-1" });
    expect(state["machine_configuration"]).toBe(lab.store.state.talos[addresses["cp-1"]]?.configuration);
  });

  it("finds a machine that the API configured, and asks for its client certificate", async () => {
    const lab = labWith("cp-1");
    await applyByApi(lab, "cp-1");
    const expired = newClientConfiguration(secrets(), new Date("2020-01-01"));
    await expect(apply(lab, "cp-1", { client_configuration: { ...expired } })).rejects.toThrow("has expired");
    await expect(apply(lab, "cp-1")).resolves.toMatchObject({ id: "machine_configuration_apply" });
  });

  it("that is destroyed with a reset leaves a machine that anybody may configure over the API", async () => {
    const lab = labWith("cp-1");
    const on_destroy = { reset: true, graceful: false, reboot: true };
    await terraform(lab).destroy("machine_configuration_apply", await apply(lab, "cp-1", { on_destroy }));
    await applyByApi(lab, "cp-1");
    expect(machineAt(lab.store, () => lab.guests, addresses["cp-1"])?.stage).toBe("configured");
  });
});

describe("talos_machine_bootstrap", () => {
  it("is seen by the API: etcd has members, and cannot be bootstrapped again", async () => {
    const lab = labWith("cp-1", "cp-2");
    for (const name of ["cp-1", "cp-2"] as const) await apply(lab, name);
    await bootstrap(lab, "cp-1");
    const api = apiAt(await tunnelTo(lab, "cp-2"), admin());
    const { members } = await api.one("EtcdMemberList");
    expect(members).toMatchObject([{ hostname: "cp-1" }, { hostname: "cp-2" }]);
    await expect(api.one("Bootstrap")).rejects.toThrow("etcd data directory is not empty");
  });

  it("finds what the API bootstrapped, and can be imported", async () => {
    const lab = labWith("cp-1");
    await applyByApi(lab, "cp-1");
    await apiAt(await tunnelTo(lab, "cp-1"), admin()).one("Bootstrap");
    await expect(bootstrap(lab, "cp-1")).rejects.toThrow("etcd data directory is not empty");
    await expect(terraform(lab).importState("machine_bootstrap", "any")).resolves.toBeDefined();
    expect(
      overviewOf(
        lab.store,
        () => lab.guests,
        () => [],
      ).clusters,
    ).toMatchObject([{ name: "lab", state: "running" }]);
  });
});

describe("talos_cluster_kubeconfig", () => {
  it("names the same cluster and authority as the API's", async () => {
    const lab = labWith("cp-1");
    await applyByApi(lab, "cp-1");
    const api = apiAt(await tunnelTo(lab, "cp-1"), admin());
    await api.one("Bootstrap");
    const { kubernetes_client_configuration } = await terraform(lab).apply("cluster_kubeconfig", accessTo("cp-1"));
    expect(kubernetes_client_configuration).toMatchObject({ ca_certificate: secrets().certs.k8s.cert });
    await expect(api.stream("Kubeconfig")).resolves.toHaveLength(1);
  });
});

describe("proxmox_virtual_environment_vm", () => {
  const target = { address: addresses["cp-1"], port: 50_000 };

  it("runs the Talos of its image, with its disk and its processors", async () => {
    const { world, tf } = await baseLab({ template: true });
    expect(endpoint(world, target)).toBeNull();
    await tf.apply("virtual_environment_vm", guestConfig());
    const api = apiAt(await portTo(() => endpoint(world, target)), "anybody");
    expect(await api.one("Version")).toMatchObject({ version: { tag: "v1.13.9" } });
    expect(await api.one("Disks")).toMatchObject({ disks: [{ size: String(20 * 1024 ** 3) }] });
    expect((await api.one("CPUInfo"))["cpu_info"]).toHaveLength(2);
    expect(await api.one("Memory")).toMatchObject({ meminfo: { memtotal: String(4096 * 1024) } });
  });

  it("is seen to be stopped after Talos shut itself down", async () => {
    const { world, tf } = await baseLab({ template: true });
    const state = await tf.apply("virtual_environment_vm", guestConfig());
    const port = await portTo(() => endpoint(world, target));
    const data = Buffer.from(String(await configurationOf(labWith("cp-1"), "cp-1")));
    await apiAt(port, "anybody").one("ApplyConfiguration", { data });
    await apiAt(port, admin()).one("Shutdown");
    expect(await tf.refresh("virtual_environment_vm", state)).toMatchObject({ started: false });
    expect(endpoint(world, target)).toBeNull();
  });
});
