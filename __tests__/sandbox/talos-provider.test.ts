import { createHash } from "node:crypto";
import type { Attributes, Json } from "../../sandbox/plugin/resource.ts";
import { newMachineSecrets, newClientConfiguration, type MachineSecrets } from "../../sandbox/talos/secrets.ts";
import {
  addresses,
  endpointOf,
  guest,
  type Lab,
  labWith,
  type NodeName,
  terraform,
  unknown,
  vip,
} from "./talos-world.ts";

let secrets: MachineSecrets;
let strangers: MachineSecrets;
let client: Attributes;
let stranger: Attributes;
beforeAll(async () => {
  const now = new Date();
  [secrets, strangers] = await Promise.all([newMachineSecrets(now), newMachineSecrets(now)]);
  client = { ...newClientConfiguration(secrets, now) };
  stranger = { ...newClientConfiguration(strangers, now) };
});

async function configurationOf(
  lab: Lab,
  name: NodeName,
  patches: readonly string[] = [],
  own = secrets,
): Promise<Json> {
  const read = await terraform(lab).data("machine_configuration", {
    cluster_name: "lab",
    cluster_endpoint: `https://${vip}:6443`,
    machine_type: name === "worker-1" ? "worker" : "controlplane",
    machine_secrets: own,
    talos_version: "v1.13.9",
    kubernetes_version: "1.36.3",
    config_patches: [`apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: ${name}\nauto: "off"\n`, ...patches],
  });
  return read["machine_configuration"] ?? null;
}

function accessTo(name: NodeName, own = client): Attributes {
  return { node: addresses[name], endpoint: endpointOf(name), client_configuration: own };
}

async function apply(lab: Lab, name: NodeName, more: Attributes = {}): Promise<Attributes> {
  const machine_configuration_input = await configurationOf(lab, name);
  return terraform(lab).apply("machine_configuration_apply", {
    ...accessTo(name),
    machine_configuration_input,
    ...more,
  });
}

describe("talos_machine_secrets", () => {
  it("makes secrets, and an empty second plan", async () => {
    const lab = labWith();
    const made = await terraform(lab).apply("machine_secrets", { talos_version: "v1.13" });
    expect(made).toMatchObject({
      id: "machine_secrets",
      machine_secrets: { secrets: { aescbc_encryption_secret: null } },
    });
    expect(await terraform(lab).plan("machine_secrets", { talos_version: "v1.13" }, made)).toMatchObject({
      empty: true,
    });
  });

  it("is replaced for an older Talos, not for a newer one", async () => {
    const lab = labWith();
    const state = {
      id: "machine_secrets",
      talos_version: "v1.13",
      machine_secrets: secrets,
      client_configuration: client,
    };
    const plan = (talos_version: string) => terraform(lab).plan("machine_secrets", { talos_version }, state);
    expect((await plan("v1.12")).replaces).toEqual(["talos_version"]);
    expect((await plan("v1.14")).replaces).toEqual([]);
    expect((await plan("v1.13.9")).replaces).toEqual([]);
  });

  it("refuses a Talos whose defaults the sandbox cannot write", async () => {
    await expect(terraform(labWith()).plan("machine_secrets", { talos_version: "v1.5" })).rejects.toThrow(
      'Invalid version: the sandbox plays Talos 1.12, 1.13, 1.14, got talos_version "v1.5"',
    );
  });
});

describe("talos_machine_configuration", () => {
  const config = (more: Attributes): Attributes => ({
    cluster_name: "lab",
    cluster_endpoint: "https://10.20.0.10:6443",
    machine_type: "worker",
    machine_secrets: secrets,
    ...more,
  });

  it.each([
    ["a Kubernetes that is too new", { kubernetes_version: "1.37.0" }, "Talos 1.13 runs Kubernetes 1.31 to 1.36"],
    ["a Kubernetes that is too old", { kubernetes_version: "v1.30.4" }, "Talos 1.13 runs Kubernetes 1.31 to 1.36"],
    ["a version that is none", { kubernetes_version: "latest" }, "kubernetes_version must be a version"],
    ["another kind of machine", { machine_type: "init" }, 'machine_type must be controlplane or worker, got "init"'],
    ["an endpoint without a port", { cluster_endpoint: "https://10.20.0.10" }, "cluster_endpoint must be https://"],
    ["a wrong patch", { config_patches: ["machine:\n  instal: {}\n"] }, "unknown field machine.instal (line 2)"],
  ])("refuses %s", async (_what, more, message) => {
    await expect(terraform(labWith()).data("machine_configuration", config(more))).rejects.toThrow(message);
  });

  it("takes the provider's versions where none are said", async () => {
    const { machine_configuration } = await terraform(labWith()).data("machine_configuration", config({}));
    expect(machine_configuration).toContain("ghcr.io/siderolabs/kubelet:v1.36.0");
  });
});

describe("talos_image_factory_urls", () => {
  it("follows the provider's image_factory_url and the architecture", async () => {
    const asked = { schematic_id: "abc", talos_version: "1.13.9", platform: "metal", architecture: "arm64" };
    const { urls } = await terraform(labWith()).data("image_factory_urls", asked);
    expect(urls).toMatchObject({
      kernel: "https://factory.talos.dev/image/abc/v1.13.9/kernel-arm64",
      disk_image: "https://factory.talos.dev/image/abc/v1.13.9/metal-arm64.raw.zst",
    });
  });

  it("refuses a platform that the factory does not have", async () => {
    const asked = { schematic_id: "abc", talos_version: "1.13.9", platform: "proxmox" };
    await expect(terraform(labWith()).data("image_factory_urls", asked)).rejects.toThrow('got "proxmox"');
  });
});

describe("talos_image_factory_schematic", () => {
  it("tells a new id after a change, and nothing changes without one", async () => {
    const lab = labWith();
    const state = await terraform(lab).apply("image_factory_schematic", { schematic: "customization: {}\n" });
    const same = await terraform(lab).plan("image_factory_schematic", { schematic: "customization: {}\n" }, state);
    const schematic = "customization:\n  extraKernelArgs: [console=ttyAMA0]\n";
    const other = await terraform(lab).plan("image_factory_schematic", { schematic }, state);
    expect(same.empty).toBe(true);
    expect(other.values["id"]).toBe(unknown);
  });
});

describe("talos_machine_configuration_apply", () => {
  it("hands a machine in maintenance mode its configuration", async () => {
    const lab = labWith("cp-1");
    const machine_configuration_input = await configurationOf(lab, "cp-1");
    const state = await apply(lab, "cp-1");
    expect(state).toMatchObject({
      id: "machine_configuration_apply",
      apply_mode: "auto",
      resolved_apply_mode: "auto",
      machine_configuration: machine_configuration_input,
      machine_configuration_hash: createHash("sha256").update(String(machine_configuration_input)).digest("hex"),
    });
    expect(lab.store.state.talos[addresses["cp-1"]]).toMatchObject({ configuration: machine_configuration_input });
  });

  it("has an empty second plan", async () => {
    const lab = labWith("cp-1");
    const config = {
      ...accessTo("cp-1"),
      machine_configuration_input: await configurationOf(lab, "cp-1"),
      config_patches: ["machine:\n  install:\n    disk: /dev/vda\n"],
      on_destroy: { reset: true, graceful: null, reboot: true },
    };
    const state = await terraform(lab).apply("machine_configuration_apply", config);
    expect(await terraform(lab).refresh("machine_configuration_apply", state)).toEqual(state);
    expect((await terraform(lab).plan("machine_configuration_apply", config, state)).empty).toBe(true);
  });

  it("knows the hash at plan time when the inputs are known, and only then", async () => {
    const lab = labWith("cp-1");
    const known = { ...accessTo("cp-1"), machine_configuration_input: await configurationOf(lab, "cp-1") };
    const plan = async (more: object) => {
      const { values } = await terraform(lab).plan("machine_configuration_apply", { ...known, ...more });
      return values["machine_configuration_hash"];
    };
    expect(await plan({})).toMatch(/^[0-9a-f]{64}$/);
    expect(await plan({ machine_configuration_input: unknown })).toBe(unknown);
    expect(await plan({ config_patches: ["machine: {}", unknown] })).toBe(unknown);
    expect(await plan({ config_patches: unknown })).toBe(unknown);
  });

  it("plans a change as one that is made in place", async () => {
    const lab = labWith("cp-1");
    const state = await apply(lab, "cp-1");
    const patched = {
      ...accessTo("cp-1"),
      machine_configuration_input: await configurationOf(lab, "cp-1"),
      config_patches: ["machine:\n  nodeLabels:\n    tier: core\n"],
    };
    const { empty, replaces, values } = await terraform(lab).plan("machine_configuration_apply", patched, state);
    expect({ empty, replaces }).toEqual({ empty: false, replaces: [] });
    expect(values["machine_configuration"]).toContain("tier: core");
  });

  it("is refused by a machine that does not exist", async () => {
    await expect(apply(labWith("cp-1"), "cp-2")).rejects.toThrow(
      `node ${addresses["cp-2"]}, endpoint ${endpointOf("cp-2")}: rpc error: code = Unavailable desc = connection error: ` +
        `dial tcp ${endpointOf("cp-2")}: connect: connection refused: no running virtual machine has the address`,
    );
  });

  it.each([
    ["a port where no tunnel listens", "127.0.0.1:1", "no tunnel of the lab listens there"],
    [
      "the tunnel of another machine",
      endpointOf("cp-2"),
      `the endpoint leads to ${addresses["cp-2"]}, which is in maintenance mode`,
    ],
    ["the tunnel of the Kubernetes API", "127.0.0.1:16443", "leads to port 6443, Talos' API is at 50000"],
    ["the guest's own address", addresses["cp-1"], "the guest network is reached through a tunnel on 127.0.0.1"],
  ])("is refused over %s", async (_what, endpoint, message) => {
    await expect(apply(labWith("cp-1", "cp-2"), "cp-1", { endpoint })).rejects.toThrow(message);
  });

  it("is refused with the secrets of another cluster, once the machine has its own", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    await expect(apply(lab, "cp-1", { client_configuration: stranger })).rejects.toThrow(
      "x509: certificate signed by unknown authority",
    );
  });

  it("is refused with a client certificate that has expired", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const expired = { ...newClientConfiguration(secrets, new Date("2020-01-01")) };
    await expect(apply(lab, "cp-1", { client_configuration: expired })).rejects.toThrow(
      "client certificate has expired",
    );
  });

  it("reaches a machine through another one of its cluster", async () => {
    const lab = labWith("cp-1", "cp-2");
    await apply(lab, "cp-1");
    await apply(lab, "cp-2");
    await expect(apply(lab, "cp-2", { endpoint: endpointOf("cp-1") })).resolves.toMatchObject({
      node: addresses["cp-2"],
    });
  });

  it.each([
    [
      "a virtual address on a worker",
      "machine:\n  network:\n    interfaces:\n      - interface: eth0\n        vip: {ip: 10.20.0.10}\n",
      "virtual (shared) IP is not allowed on non-controlplane nodes",
    ],
    [
      "a hostname beside the document that has it",
      "machine:\n  network:\n    hostname: other\n",
      "static hostname is already set in v1alpha1 config",
    ],
    [
      "a shared address without a link",
      "apiVersion: v1alpha1\nkind: Layer2VIPConfig\nname: 10.20.0.10\n",
      "Layer2VIPConfig: link must be specified",
    ],
    [
      "a subnet that is none",
      "machine:\n  kubelet:\n    nodeIP:\n      validSubnets: [10.20.0.0/64]\n",
      'kubelet nodeIP subnet is not valid: "10.20.0.0/64"',
    ],
    [
      "a kubelet that its Talos does not run",
      "machine:\n  kubelet:\n    image: ghcr.io/siderolabs/kubelet:v1.40.0\n",
      "Talos 1.13 runs Kubernetes 1.31 to 1.36",
    ],
  ])("is refused with %s, and the machine stays as it was", async (_what, patch, message) => {
    const lab = labWith("worker-1");
    await expect(apply(lab, "worker-1", { config_patches: [patch] })).rejects.toThrow(message);
    expect(lab.store.state.talos).toEqual({});
  });

  it("is refused for a mode that Talos does not have", async () => {
    await expect(apply(labWith("cp-1"), "cp-1", { apply_mode: "now" })).rejects.toThrow('got "now"');
  });

  it("is refused with two inputs, or none", async () => {
    const both = apply(labWith("cp-1"), "cp-1", { machine_configuration_input_wo: "machine: {}" });
    await expect(both).rejects.toThrow("Conflicting machine configuration input");
    const none = terraform(labWith("cp-1")).apply("machine_configuration_apply", accessTo("cp-1"));
    await expect(none).rejects.toThrow("Missing machine configuration input");
  });

  it("keeps a write-only configuration out of the state", async () => {
    const lab = labWith("cp-1");
    const machine_configuration_input_wo = await configurationOf(lab, "cp-1");
    const state = await terraform(lab).apply("machine_configuration_apply", {
      ...accessTo("cp-1"),
      machine_configuration_input_wo,
    });
    expect(JSON.stringify(state)).not.toContain(secrets.trustdinfo.token);
    expect(state).toMatchObject({
      machine_configuration: null,
      machine_configuration_hash: expect.stringMatching(/^\w{64}$/),
    });
  });

  it("finds a machine that was made anew in maintenance mode", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    lab.guests.splice(0, 1, guest("cp-1", "second"));
    await expect(apply(lab, "cp-1", { client_configuration: stranger })).resolves.toBeDefined();
  });
});

describe("destroying talos_machine_configuration_apply", () => {
  const reset = (more: Attributes = {}): Attributes => ({
    on_destroy: { reset: true, graceful: false, reboot: true, ...more },
  });
  const destroy = async (lab: Lab, name: NodeName, more: Attributes): Promise<void> =>
    terraform(lab).destroy("machine_configuration_apply", await apply(lab, name, more));

  it("leaves the machine as it is", async () => {
    const lab = labWith("cp-1");
    await destroy(lab, "cp-1", {});
    expect(lab.store.state.talos).toHaveProperty([addresses["cp-1"]]);
  });

  it("puts it back into maintenance mode when it is to be reset", async () => {
    const lab = labWith("cp-1");
    await destroy(lab, "cp-1", reset());
    expect(lab.store.state.talos).toEqual({});
  });

  it("leaves it switched off when it is not to reboot", async () => {
    const lab = labWith("cp-1");
    await destroy(lab, "cp-1", reset({ reboot: false }));
    await expect(apply(lab, "cp-1")).rejects.toThrow("the machine was reset without a reboot and is off");
  });

  it("is refused for the last control plane when it is to leave etcd in good order", async () => {
    const lab = labWith("cp-1");
    const state = await apply(lab, "cp-1", reset({ graceful: true }));
    await terraform(lab).apply("machine_bootstrap", accessTo("cp-1"));
    await expect(terraform(lab).destroy("machine_configuration_apply", state)).rejects.toThrow(
      "set on_destroy.graceful = false",
    );
  });
});

describe("talos_machine_bootstrap", () => {
  const bootstrap = (lab: Lab, name: NodeName): Promise<Attributes> =>
    terraform(lab).apply("machine_bootstrap", accessTo(name));

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
    await expect(bootstrap(labWith("cp-1"), "cp-1")).rejects.toThrow("API is not implemented in maintenance mode");
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
    await terraform(lab).apply("machine_bootstrap", accessTo("cp-1"));
    const state = await fetchKubeconfig(lab);
    expect(state).toMatchObject({
      id: "lab",
      certificate_renewal_duration: "720h",
      kubernetes_client_configuration: { host: `https://${vip}:6443`, ca_certificate: secrets.certs.k8s.cert },
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
    client_configuration: client,
  });
  expect(values["endpoint"]).toBe(addresses["cp-1"]);
});
