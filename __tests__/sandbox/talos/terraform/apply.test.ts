import { createHash } from "node:crypto";
import type { Attributes } from "../../../../sandbox/plugin/resource.ts";
import { accessTo, apply, bootstrap, clientOf, configurationOf, secrets } from "../machines.ts";
import {
  addresses,
  endpointOf,
  guest,
  type Lab,
  labWith,
  type NodeName,
  quickSecrets,
  terraform,
  unknown,
} from "../world.ts";

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
        `dial tcp ${endpointOf("cp-2")}: connect: connection refused: no running machine has the address`,
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
    const stranger = clientOf(await quickSecrets());
    await expect(apply(lab, "cp-1", { client_configuration: stranger })).rejects.toThrow(
      "x509: certificate signed by unknown authority",
    );
  });

  it("is refused with a client certificate that has expired", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    const expired = clientOf(secrets(), new Date("2020-01-01"));
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
    expect(JSON.stringify(state)).not.toContain(secrets().trustdinfo.token);
    expect(state).toMatchObject({
      machine_configuration: null,
      machine_configuration_hash: expect.stringMatching(/^\w{64}$/),
    });
  });

  it("finds a machine that was made anew in maintenance mode", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    lab.guests.splice(0, 1, guest("cp-1", "second"));
    const stranger = clientOf(await quickSecrets());
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
    await expect(apply(lab, "cp-1")).rejects.toThrow("no running machine has the address");
  });

  it("is refused for the last control plane when it is to leave etcd in good order", async () => {
    const lab = labWith("cp-1");
    const state = await apply(lab, "cp-1", reset({ graceful: true }));
    await bootstrap(lab, "cp-1");
    await expect(terraform(lab).destroy("machine_configuration_apply", state)).rejects.toThrow(
      "set on_destroy.graceful = false",
    );
  });
});
