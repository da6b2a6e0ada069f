import { join } from "node:path";
import { parseConfig, type PresetName } from "../../config/index.ts";
import { patches } from "../../constructs/talos/patches.ts";
import { readProviderSchema } from "../../sandbox/plugin/schema.ts";
import { planTopology } from "../../topology/plan.ts";
import { REPOSITORY } from "../config/labs.ts";
import { BASE, type Stack, synthesize } from "./synthesize.ts";

const resources = (stack: Stack, type: string): Record<string, unknown>[] => Object.values(stack.resource[type] ?? {});

/** The documents that a node's configuration is patched with. */
function documents(name: string, preset: PresetName = "free") {
  const topology = planTopology(parseConfig({ ...BASE, preset }));
  const node = topology.nodes.find((each) => each.name === name);
  if (!node) throw new Error(`no node ${name}`);
  return patches({
    topology,
    node,
    installer: "factory.talos.dev/nocloud-installer/id:v1.13.9",
    apiAddress: "192.0.2.1",
  });
}

describe("TalosStack", () => {
  const free = synthesize(BASE).talos;
  const payg = synthesize({ ...BASE, preset: "payg" }).talos;

  it("reaches every machine through its own tunnel", () => {
    expect(resources(payg, "talos_machine_configuration_apply").map((apply) => [apply.node, apply.endpoint])).toEqual([
      ["10.20.0.11", "127.0.0.1:18101"],
      ["10.20.0.12", "127.0.0.1:18102"],
      ["10.20.0.13", "127.0.0.1:18103"],
      ["10.20.0.21", "127.0.0.1:18201"],
      ["10.20.0.22", "127.0.0.1:18202"],
    ]);
  });

  it("gives each machine its name", () => {
    expect(documents("cp-1")).toContainEqual(
      expect.objectContaining({ kind: "HostnameConfig", hostname: "cp-1", auto: "off" }),
    );
  });

  it("puts the virtual address, the load balancer and the tunnel among the API's names", () => {
    expect(documents("cp-1")).toContainEqual({
      cluster: expect.objectContaining({ apiServer: { certSANs: ["10.20.0.5", "192.0.2.1", "127.0.0.1"] } }),
    });
  });

  it("has pods on the control plane of preset free, which has no worker", () => {
    expect(documents("cp-1")).toContainEqual({
      cluster: expect.objectContaining({ allowSchedulingOnControlPlanes: true }),
    });
    expect(JSON.stringify(documents("cp-1", "payg"))).not.toContain("allowScheduling");
  });

  it.each(["controllerManager", "scheduler"])(
    "elects no leader of %s where there is one control plane",
    (component) => {
      const election = { extraArgs: { "leader-elect": "false" } };
      for (const preset of ["free", "free-pair"] as const) {
        expect(documents("cp-1", preset)).toContainEqual({
          cluster: expect.objectContaining({ [component]: election }),
        });
      }
      const text = JSON.stringify(payg.data.talos_machine_configuration);
      expect(text).not.toContain("leader-elect");
      expect(JSON.stringify(free.data.talos_machine_configuration)).toContain("leader-elect");
    },
  );

  it("depends in nothing on where admins come from: whoever is locked out could not change it", () => {
    const elsewhere = (adminCidrs: string[]) => synthesize({ ...BASE, access: { adminCidrs } }).talos;
    const [one, other] = [elsewhere(["203.0.113.99/32"]), elsewhere(["198.51.100.0/24"])];
    expect([one.resource, one.data]).toEqual([other.resource, other.data]);
  });

  it("blocks what comes in but for what a machine of its role is asked", () => {
    const openings = (node: string) =>
      documents(node, "payg").flatMap((document) => (document.kind === "NetworkRuleConfig" ? [document.name] : []));
    expect(documents("worker-1", "payg")).toContainEqual(
      expect.objectContaining({ kind: "NetworkDefaultActionConfig", ingress: "block" }),
    );
    expect(openings("worker-1")).toEqual(["apid", "kubelet", "vxlan", "node-ports"]);
    expect(openings("cp-1")).toEqual([...openings("worker-1"), "trustd", "kubernetes", "etcd"]);
    expect(documents("cp-1", "payg")).toContainEqual(
      expect.objectContaining({
        name: "etcd",
        ingress: [{ subnet: "10.20.0.11/32" }, { subnet: "10.20.0.12/32" }, { subnet: "10.20.0.13/32" }],
      }),
    );
  });

  it("does without the discovery service where the config says so", () => {
    const without = synthesize({ ...BASE, kubernetes: { discoveryService: false } }).talos;
    const patchesOf = (stack: Stack) => JSON.stringify(stack.data.talos_machine_configuration);
    expect(patchesOf(without)).toContain(String.raw`\"discovery\" = {\"enabled\" = false}`);
    expect(patchesOf(free)).not.toContain("discovery");
  });

  it("shares the virtual address among control planes only", () => {
    const kinds = (node: string) => documents(node, "payg").map((document) => document.kind);
    expect(kinds("cp-2")).toContain("Layer2VIPConfig");
    expect(kinds("worker-1")).not.toContain("Layer2VIPConfig");
  });

  it("installs what has the same extensions as the image that was booted", () => {
    expect(documents("cp-1")).toContainEqual(
      expect.objectContaining({
        machine: expect.objectContaining({
          install: { disk: "/dev/sda", image: "factory.talos.dev/nocloud-installer/id:v1.13.9" },
        }),
      }),
    );
  });

  it("writes each patch as YAML, with what other stacks and the image factory say in it", () => {
    const text = JSON.stringify(free.data.talos_machine_configuration?.["cp-1_configuration"]?.config_patches);
    expect(text).toMatch(/yamlencode\(.*data\.talos_image_factory_urls\.image-factory\.urls\.installer/);
    expect(text).toMatch(/certSANs.*terraform_remote_state\.cross-stack-reference-input-oci/);
  });

  it("bootstraps once, on the first control plane, when all machines are configured", () => {
    const [bootstrap, ...more] = resources(payg, "talos_machine_bootstrap");
    expect(more).toEqual([]);
    expect(bootstrap?.node).toBe("10.20.0.11");
    expect(bootstrap?.depends_on).toHaveLength(5);
  });

  it("configures a machine again when its virtual machine was replaced", () => {
    expect(free.resource.talos_machine_configuration_apply?.["cp-1_apply"]).toMatchObject({
      lifecycle: { replace_triggered_by: ["terraform_data.cp-1_machine"] },
    });
  });

  it("waits for every node by a step that plans and destroys never run", () => {
    expect(JSON.stringify(free.data)).not.toContain("talos_cluster_health");
    expect(JSON.stringify(free.resource.terraform_data?.["health_wait_run"])).toContain("wait-healthy.mjs");
  });

  it("gives an emulated machine an hour for whatever the provider waits for", () => {
    const { resource_schemas: schemas } = readProviderSchema(join(REPOSITORY, "providers", "talos", "schema.json"));
    const used = Object.entries(schemas).flatMap(([type, { block }]) => {
      const operations = Object.keys(block.attributes?.timeouts?.nested_type?.attributes ?? {});
      return operations.length > 0 && resources(payg, type).length > 0 ? [[type, operations] as const] : [];
    });
    expect(used).toHaveLength(3);
    for (const [type, operations] of used) {
      for (const resource of resources(payg, type)) {
        expect([type, resource.timeouts]).toEqual([type, Object.fromEntries(operations.map((each) => [each, "60m"]))]);
      }
    }
  });

  it("keeps configurations to the version contract of the Talos that the cluster was made with, whatever is booted now", () => {
    const configurations = Object.values(free.data.talos_machine_configuration ?? {});
    expect(configurations.length).toBeGreaterThan(0);
    for (const { talos_version } of configurations)
      expect(talos_version).toMatch(
        /terraform_remote_state\.\S+-proxmox\.outputs\.\S+machine-secrets-talos_version\}$/,
      );
  });

  it("takes keys that the apply of an earlier stack has made and written down", () => {
    expect(resources(free, "talos_machine_secrets")).toEqual([]);
    const configuration = JSON.stringify(free.data.talos_machine_configuration);
    expect(configuration).toMatch(/terraform_remote_state\.\S+-proxmox\.outputs\.\S+-machine_secrets-certs-os-key/);
  });

  it("hands out a kubeconfig that names the load balancer", () => {
    expect(JSON.stringify(free.output.kubeconfig)).toMatch(/replace\(.*https:\/\/10\.20\.0\.5:6443.*api_public-ip/);
  });

  it("hands out a talosconfig with every control plane as a way in, and the first alone as its node", () => {
    expect(payg.data.talos_client_configuration).toMatchObject({
      client: {
        endpoints: ["127.0.0.1:18101", "127.0.0.1:18102", "127.0.0.1:18103"],
        nodes: ["10.20.0.11"],
      },
    });
  });

  it.each(["kubeconfig", "talosconfig"])("marks %s as sensitive", (output) => {
    expect(free.output[output]).toMatchObject({ sensitive: true });
  });
});
