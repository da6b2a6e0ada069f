import { ClusterKeys } from "../../constructs/talos/cluster-keys.ts";
import { HealthGate } from "../../constructs/talos/health-gate.ts";
import { TalosMachine } from "../../constructs/talos/talos-machine.ts";
import { describeConstructs, place, resourcesOf } from "./specs.ts";

const here = place();
const { topology, talos } = here.lab;
const { cluster, nodes, config } = topology;
const [plan] = nodes;
if (plan === undefined) throw new Error("the lab has no node");
const health = { cluster, nodes, kubeconfig: talos.kubeconfig, generations: { "cp-1": "1" }, after: [] };
const machine = {
  plan,
  clusterName: "mine",
  clusterEndpoint: cluster.endpoint,
  kubernetesVersion: config.versions.kubernetes,
  patches: [],
  generation: "1",
};

describeConstructs("constructs/talos", here, {
  ClusterKeys: {
    make: (stack, id, more) => new ClusterKeys(stack, id, { talosVersion: "v1.13.9", ...more }),
    inner: ["secrets"],
  },
  HealthGate: { make: (stack, id, more) => new HealthGate(stack, id, { ...health, ...more }), inner: ["wait"] },
  TalosMachine: {
    make: (stack, id, more) => {
      const keys = new ClusterKeys(stack, "keys", { talosVersion: "v1.13.9" });
      return new TalosMachine(stack, id, { ...machine, keys, ...more });
    },
    inner: ["configuration", "machine", "apply"],
  },
});

describe("HealthGate", () => {
  it("waits again when a machine was made anew, and only then", () => {
    const triggers = (generations: Readonly<Record<string, string>>) => {
      const stack = here.stack();
      new HealthGate(stack, "health", { ...health, generations });
      return Object.values(resourcesOf(stack)["terraform_data"] ?? {}).map((step) => step["triggers_replace"]);
    };
    expect(triggers({ "cp-1": "1" })).toEqual(triggers({ "cp-1": "1" }));
    expect(triggers({ "cp-1": "2" })).not.toEqual(triggers({ "cp-1": "1" }));
  });
});

describe("TalosMachine", () => {
  it("has its patches in the order in which they are laid over each other", () => {
    const stack = here.stack();
    const keys = new ClusterKeys(stack, "keys", { talosVersion: "v1.13.9" });
    const patches = ["first", "second"].map((hostname) => ({ machine: { network: { hostname } } }));
    new TalosMachine(stack, "m", { ...machine, keys, patches });
    const text = JSON.stringify(stack.toTerraform());
    expect(text.indexOf("second")).toBeGreaterThan(text.indexOf("first"));
    expect(text.indexOf("first")).toBeGreaterThan(-1);
  });
});
