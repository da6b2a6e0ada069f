/** Talos and Kubernetes as a config has them beyond its preset. */
import { type LabConfig, type LabInput, parseConfig } from "../../config/index.ts";
import { type Patch, patches } from "../../constructs/talos/patches.ts";
import { planTopology } from "../../topology/plan.ts";
import { parseAllDocuments } from "yaml";
import { BASE, synthesizeAny } from "./synthesize.ts";

const CP = { name: "cp-1", role: "control-plane", vcpus: 1, memoryMb: 6144, diskGb: 100 } as const;
const WORKER = { name: "worker-1", role: "worker", vcpus: 1, memoryMb: 6144, diskGb: 100 } as const;

const pair = (kubernetes: Partial<LabConfig["kubernetes"]>, talos: Partial<LabConfig["talos"]> = {}): LabInput => ({
  ...BASE,
  preset: "direct-pair",
  kubernetes,
  talos,
});

/** The patches of a node. */
function patchesOf(input: LabInput, name = "cp-1"): readonly Patch[] {
  const topology = planTopology(parseConfig(input));
  const node = topology.nodes.find((each) => each.name === name);
  if (!node) throw new Error(`no node ${name}`);
  return patches({
    topology,
    node,
    installer: "factory.talos.dev/oracle-installer/id:v1.13.9",
    apiAddress: "192.0.2.1",
  });
}

/** The configuration's own part, as all patches of it together have it at a field. */
const fieldOf = (found: readonly Patch[], part: "cluster" | "machine", field: string): unknown =>
  found.flatMap((patch) => {
    const section = patch[part];
    return typeof section === "object" && section !== null && field in section ? [Reflect.get(section, field)] : [];
  });

const ofKind = (found: readonly Patch[], kind: string) => found.filter((patch) => patch["kind"] === kind);

describe("a cluster with Cilium", () => {
  const found = patchesOf(pair({ cni: "cilium" }));

  it("has neither Talos's flannel nor kube-proxy", () => {
    expect(fieldOf(found, "cluster", "network")).toMatchObject([{ cni: { name: "none" } }]);
    expect(fieldOf(found, "cluster", "proxy")).toEqual([{ disabled: true }]);
  });

  it("has it installed by a job that needs no network of pods, and asks the API server of its own machine", () => {
    const [[{ name, contents }]] = fieldOf(found, "cluster", "inlineManifests") as [
      [{ name: string; contents: string }],
    ];
    const documents = parseAllDocuments(contents).map((document) => document.toJS());
    expect(name).toBe("cilium");
    expect(documents.map(({ kind }) => kind)).toEqual(["ServiceAccount", "ClusterRoleBinding", "Job"]);
    const { hostNetwork, tolerations, containers } = documents[2].spec.template.spec;
    expect({ hostNetwork, tolerations }).toEqual({ hostNetwork: true, tolerations: [{ operator: "Exists" }] });
    expect(containers[0].env).toEqual([
      { name: "KUBERNETES_SERVICE_HOST", value: "localhost" },
      { name: "KUBERNETES_SERVICE_PORT", value: "7445" },
    ]);
    expect(containers[0].command).toEqual(
      expect.arrayContaining(["cilium", "install", "--set=kubeProxyReplacement=true", "--set=ipam.mode=kubernetes"]),
    );
  });

  it("is installed by control planes alone", () => {
    expect(fieldOf(patchesOf(pair({ cni: "cilium" }), "worker-1"), "cluster", "inlineManifests")).toEqual([]);
  });

  it.each([
    ["cilium", ["cilium-health 4240", "cilium-vxlan 8472"]],
    ["flannel", ["vxlan 4789"]],
    ["none", []],
  ] as const)(
    "has the ports of %s open between machines, in the cloud and on each machine, and no others",
    (cni, ports) => {
      const isPlugin = (name: string): boolean => /^(vxlan|cilium)/.test(name);
      const rules = planTopology(parseConfig(pair({ cni }))).securityRules.filter(({ id }) => isPlugin(id));
      expect(rules.map(({ id, ports: open }) => `${id.replace("-from-nodes", "")} ${open?.from}`).toSorted()).toEqual(
        ports,
      );
      const own = ofKind(patchesOf(pair({ cni })), "NetworkRuleConfig") as {
        name: string;
        portSelector: { ports: number[] };
      }[];
      const opened = own.filter(({ name }) => isPlugin(name));
      expect(opened.map(({ name, portSelector }) => `${name} ${portSelector.ports[0]}`).toSorted()).toEqual(ports);
    },
  );
});

describe("a cluster without a network plugin", () => {
  it("keeps kube-proxy, and is waited for until its nodes have joined", () => {
    const found = patchesOf(pair({ cni: "none" }));
    expect(fieldOf(found, "cluster", "network")).toMatchObject([{ cni: { name: "none" } }]);
    expect(fieldOf(found, "cluster", "proxy")).toEqual([]);
    const steps = (cni: "none" | "flannel") => JSON.stringify(synthesizeAny(pair({ cni })).talos?.resource);
    expect(steps("none")).toContain('"KUBE_UNTIL":"joined"');
    expect(steps("flannel")).not.toContain("KUBE_UNTIL");
  });
});

describe("a config's own patches", () => {
  const sysctls = (value: string) => ({ machine: { sysctls: { "vm.max_map_count": value } } });
  const talos: Partial<LabConfig["talos"]> = {
    patches: [
      { patch: sysctls("1") },
      { for: "control-planes", patch: sysctls("2") },
      { for: "workers", patch: sysctls("3") },
      {
        for: ["worker-1"],
        patch: { apiVersion: "v1alpha1", kind: "TrustedRootsConfig", name: "mine", certificates: "PEM" },
      },
    ],
  };

  it("are laid over the lab's in their order, each on the machines that it is for", () => {
    expect(patchesOf(pair({}, talos)).slice(-2)).toEqual([sysctls("1"), sysctls("2")]);
    expect(patchesOf(pair({}, talos), "worker-1").slice(-3)).toEqual([
      sysctls("1"),
      sysctls("3"),
      expect.objectContaining({ kind: "TrustedRootsConfig" }),
    ]);
  });
});

describe("a node of its own kind", () => {
  const labels = { "example.org/disk": "fast" };
  const taints = { "example.org/for": "builds:NoSchedule" };
  const found = patchesOf(pair({ nodes: [CP, { ...WORKER, labels, taints, volumes: { data: 40 } }] }), "worker-1");

  it("has its labels and taints", () => {
    expect(fieldOf(found, "machine", "nodeLabels")).toEqual([labels]);
    expect(fieldOf(found, "machine", "nodeTaints")).toEqual([taints]);
  });

  it("has its user volumes on the system disk, where the pods' files leave room for them", () => {
    expect(ofKind(found, "VolumeConfig")).toMatchObject([{ name: "EPHEMERAL", provisioning: { maxSize: "56GiB" } }]);
    expect(ofKind(found, "UserVolumeConfig")).toMatchObject([
      { name: "data", provisioning: { diskSelector: { match: "system_disk" }, minSize: "40GiB", maxSize: "40GiB" } },
    ]);
  });
});
