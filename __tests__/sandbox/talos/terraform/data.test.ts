import type { Attributes } from "../../../../sandbox/plugin/resource.ts";
import { clientOf, secrets } from "../machines.ts";
import { labWith, terraform, unknown } from "../world.ts";

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
      machine_secrets: secrets(),
      client_configuration: clientOf(secrets()),
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
    machine_secrets: secrets(),
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
