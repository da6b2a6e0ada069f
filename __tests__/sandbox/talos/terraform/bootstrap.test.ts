import type { Attributes } from "../../../../sandbox/plugin/resource.ts";
import { accessTo, apply, bootstrap, clientOf, secrets } from "../machines.ts";
import { addresses, guest, type Lab, labWith, type NodeName, terraform, vip } from "../world.ts";

describe("talos_machine_bootstrap", () => {
  it("starts the cluster, which the other control planes join", async () => {
    const lab = labWith("cp-1", "cp-2", "worker-1");
    for (const name of ["cp-1", "cp-2", "worker-1"] as const) await apply(lab, name);
    await expect(bootstrap(lab, "cp-1")).resolves.toMatchObject({ id: "machine_bootstrap" });
    expect(lab.store.state.talos[addresses["cp-2"]]?.etcdSince).not.toBeNull();
    expect(lab.store.state.talos[addresses["worker-1"]]?.etcdSince).toBeNull();
  });

  it("is joined by a control plane that comes later, and outlives the first one", async () => {
    const lab = labWith("cp-1", "cp-2");
    await apply(lab, "cp-1");
    await bootstrap(lab, "cp-1");
    await apply(lab, "cp-2");
    lab.guests.splice(0, 1);
    await expect(bootstrap(lab, "cp-2")).rejects.toThrow("etcd data directory is not empty");
  });

  it("is refused in maintenance mode", async () => {
    await expect(bootstrap(labWith("cp-1"), "cp-1")).rejects.toThrow(
      "code = PermissionDenied desc = not authorized: the machine is in maintenance mode",
    );
  });

  it("is refused on a worker", async () => {
    const lab = labWith("worker-1");
    await apply(lab, "worker-1");
    await expect(bootstrap(lab, "worker-1")).rejects.toThrow("bootstrap is only available on control plane nodes");
  });

  it("is refused a second time", async () => {
    const lab = labWith("cp-1", "cp-2");
    for (const name of ["cp-1", "cp-2"] as const) await apply(lab, name);
    await bootstrap(lab, "cp-1");
    const refusal = "code = AlreadyExists desc = etcd data directory is not empty";
    await expect(bootstrap(lab, "cp-1")).rejects.toThrow(refusal);
    await expect(bootstrap(lab, "cp-2")).rejects.toThrow(refusal);
  });

  it("is possible again when all control planes were made anew", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    await bootstrap(lab, "cp-1");
    lab.guests.splice(0, 1, guest("cp-1", "second"));
    await apply(lab, "cp-1");
    await expect(bootstrap(lab, "cp-1")).resolves.toBeDefined();
  });

  it("goes on in the other control planes when one was made anew", async () => {
    const lab = labWith("cp-1", "cp-2");
    for (const name of ["cp-1", "cp-2"] as const) await apply(lab, name);
    await bootstrap(lab, "cp-1");
    lab.guests.splice(0, 1, guest("cp-1", "second"));
    await apply(lab, "cp-1");
    await expect(bootstrap(lab, "cp-1")).rejects.toThrow("etcd data directory is not empty");
  });

  it("has an empty second plan, and nothing is done when something about it changes", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const state = await bootstrap(lab, "cp-1");
    expect((await terraform(lab).plan("machine_bootstrap", accessTo("cp-1"), state)).empty).toBe(true);
    const moved = { ...accessTo("cp-1"), endpoint: "127.0.0.1:15009" };
    expect((await terraform(lab).plan("machine_bootstrap", moved, state)).replaces).toEqual([]);
    await expect(terraform(lab).apply("machine_bootstrap", moved, state)).resolves.toMatchObject({
      endpoint: "127.0.0.1:15009",
    });
  });

  it("can be imported once there is a cluster", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    await expect(terraform(lab).importState("machine_bootstrap", "any")).rejects.toThrow("Nothing to import");
    await bootstrap(lab, "cp-1");
    await expect(terraform(lab).importState("machine_bootstrap", "any")).resolves.toMatchObject({
      id: "machine_bootstrap",
    });
  });
});

describe("talos_cluster_kubeconfig", () => {
  const fetchKubeconfig = (lab: Lab, name: NodeName = "cp-1"): Promise<Attributes> =>
    terraform(lab).apply("cluster_kubeconfig", accessTo(name));

  it("is the admin's, and has an empty second plan", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    await bootstrap(lab, "cp-1");
    const state = await fetchKubeconfig(lab);
    expect(state).toMatchObject({
      id: "lab",
      certificate_renewal_duration: "720h",
      kubernetes_client_configuration: { host: `https://${vip}:6443`, ca_certificate: secrets().certs.k8s.cert },
    });
    expect(state["kubeconfig_raw"]).toContain("current-context: admin@lab\n");
    expect((await terraform(lab).plan("cluster_kubeconfig", accessTo("cp-1"), state)).empty).toBe(true);
  });

  it("is refused before the bootstrap", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    await expect(fetchKubeconfig(lab)).rejects.toThrow('the cluster "lab" is not bootstrapped yet');
  });

  it("is refused by a worker", async () => {
    const lab = labWith("worker-1");
    await apply(lab, "worker-1");
    await expect(fetchKubeconfig(lab, "worker-1")).rejects.toThrow(
      "kubeconfig is only available on control plane nodes",
    );
  });
});

it("dials the node itself where no endpoint is said", async () => {
  const { values } = await terraform(labWith("cp-1")).plan("machine_bootstrap", {
    node: addresses["cp-1"],
    client_configuration: clientOf(secrets()),
  });
  expect(values["endpoint"]).toBe(addresses["cp-1"]);
});
