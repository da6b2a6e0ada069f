import { Generation } from "../../constructs/lab/generation.ts";
import type { LabStack } from "../../constructs/lab/lab-stack.ts";
import { Automation } from "../../constructs/proxmox/automation.ts";
import { Cluster } from "../../constructs/proxmox/cluster.ts";
import { CpuModel } from "../../constructs/proxmox/cpu-model.ts";
import { Firewall } from "../../constructs/proxmox/firewall.ts";
import { GuestNetwork } from "../../constructs/proxmox/guest-network.ts";
import { Guest } from "../../constructs/proxmox/guest.ts";
import { TalosImage } from "../../constructs/proxmox/talos-image.ts";
import { Template } from "../../constructs/proxmox/template.ts";
import { describeConstructs, place, resourcesOf } from "./specs.ts";

const here = place();
const alone = place({ preset: "free" });
const { topology, proxmox } = here.lab;
const { hosts, leader: host } = proxmox;
const [first] = hosts;
const [node] = topology.nodes;
const { micro } = topology;
if (first === undefined || node === undefined || micro === null)
  throw new Error("the lab lacks a host, a node or a micro");
const { guest } = topology.network;
const generation = (stack: LabStack, id: string): Generation => new Generation(stack, id, { version: "1" });
const third = { plan: micro, oci: { address: "10.0.0.20", generation: "1" } };
const IMAGE = { id: "local:import/talos.qcow2", url: "https://factory.talos.dev/image/a/v1/nocloud-arm64.qcow2" };

describeConstructs("constructs/proxmox", here, {
  Automation: {
    make: (stack, id, more) =>
      new Automation(stack, id, {
        lab: "mine",
        poolId: "mine",
        zone: "lab",
        after: generation(stack, "after"),
        ...more,
      }),
    inner: ["role", "user", "acls", "token"],
  },
  Cluster: {
    make: (stack, id, more) => new Cluster(stack, id, { lab: "mine", hosts, micro: third, ...more }),
    inner: ["form", "thirdVote"],
  },
  CpuModel: {
    make: (stack, id, more) => new CpuModel(stack, id, { hosts, after: generation(stack, "after"), ...more }),
    inner: ["define"],
  },
  Firewall: {
    make: (stack, id, more) =>
      new Firewall(stack, id, { network: topology.network, host, after: generation(stack, "after"), ...more }),
    inner: ["management", "rules", "firewall", "disableStep"],
  },
  GuestNetwork: {
    make: (stack, id, more) =>
      new GuestNetwork(stack, id, {
        plan: guest,
        hosts: topology.hosts,
        host,
        after: generation(stack, "after"),
        ...more,
      }),
    inner: ["removals", "controller", "evpnZone", "kind", "vnet", "subnet", "life", "apply", "onEveryHost"],
  },
  Guest: {
    make: (stack, id, more) => {
      const made = generation(stack, "template");
      const template = { vmId: 9001, ready: made };
      const at = {
        lab: "mine",
        network: guest,
        device: { bridge: guest.vnet },
        poolId: "mine",
        virtualization: "tcg",
      } as const;
      return new Guest(stack, id, { ...at, plan: node, template, disk: made, ...more });
    },
    inner: ["vm", "life"],
  },
  TalosImage: {
    make: (stack, id, more) =>
      new TalosImage(stack, id, {
        talosVersion: "1.13.9",
        schematic: "{}",
        hosts: topology.hosts,
        after: generation(stack, "after"),
        ...more,
      }),
    inner: ["schematic", "files"],
  },
  Template: {
    make: (stack, id, more) =>
      new Template(stack, id, {
        plan: first.plan,
        host,
        virtualization: "tcg",
        poolId: "mine",
        disk: generation(stack, "disk"),
        image: IMAGE,
        after: [],
        ...more,
      }),
    inner: ["image", "vm", "disableKvm"],
  },
});

describe("TalosImage", () => {
  it.each(["pve-9", "", "constructor"])("has no image on the host %j, and names those that have", (name) => {
    const stack = here.stack();
    const props = { talosVersion: "1.13.9", schematic: "{}", hosts: topology.hosts, after: generation(stack, "after") };
    const image = new TalosImage(stack, "image", props);
    expect(() => image.file(name)).toThrow(
      `${stack.node.id}/image: host: got ${JSON.stringify(name)}, allowed pve-1, pve-2`,
    );
    expect(image.file("pve-2")).toBe(image.nodes.files.get("pve-2"));
  });
});

describe("CpuModel", () => {
  it("is refused without a host to define it on", () => {
    const stack = here.stack();
    expect(() => new CpuModel(stack, "cpu", { hosts: [], after: generation(stack, "after") })).toThrow(
      `${stack.node.id}/cpu: hosts: got none, allowed at least one`,
    );
  });
});

describe("Cluster", () => {
  it("has a third vote where there is a micro, and none without", () => {
    const made = new Cluster(here.stack(), "cluster", { lab: "mine", hosts, micro: third });
    const alone = new Cluster(here.stack(), "cluster", { lab: "mine", hosts, micro: null });
    expect([made.nodes.thirdVote === null, alone.nodes.thirdVote === null]).toEqual([false, true]);
  });
});

describe("GuestNetwork", () => {
  it("has no controller where there is one host", () => {
    const { lab, stack } = alone;
    const own = stack();
    const { network, hosts: one } = lab.topology;
    const after = generation(own, "after");
    const part = new GuestNetwork(own, "network", { plan: network.guest, hosts: one, host: lab.proxmox.leader, after });
    expect(part.nodes.controller).toBeNull();
    expect(Object.keys(resourcesOf(own))).not.toContain("proxmox_sdn_controller_evpn");
  });
});

describe("Template", () => {
  it("switches KVM off where machines are emulated, and leaves it on where they are not", () => {
    const nodes = (virtualization: "tcg" | "kvm") => {
      const stack = here.stack();
      const disk = generation(stack, "disk");
      const { plan } = first;
      return new Template(stack, "t", { plan, host, virtualization, poolId: "mine", disk, image: IMAGE, after: [] })
        .nodes;
    };
    expect([nodes("tcg").disableKvm === null, nodes("kvm").disableKvm === null]).toEqual([false, true]);
  });
});

describe("Automation", () => {
  it("has its role on its own pool and zone, the lab's storages, and nowhere else", () => {
    const stack = here.stack();
    new Automation(stack, "a", { lab: "mine", poolId: "mine", zone: "theirs", after: generation(stack, "after") });
    const acls = Object.values(resourcesOf(stack)["proxmox_acl"] ?? {});
    expect(acls.map(({ path }) => path).toSorted()).toEqual([
      "/pool/mine",
      "/sdn/zones/theirs",
      "/storage/guests",
      "/storage/local",
    ]);
  });
});
