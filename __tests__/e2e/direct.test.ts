/** Talos straight on the instances: from the first boot to a second machine. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabInput } from "../../config/index.ts";
import { adminReaches, behindBalancer, reaches } from "../../sandbox/reach/index.ts";
import { memoryStore } from "../../sandbox/world/store.ts";
import { tunnelEnd } from "../../sandbox/systems/endpoints.ts";
import { TestLab } from "./lab.ts";

jest.setTimeout(120_000);

let lab: TestLab;
afterEach(() => lab.end());

/** Deploys, and looks after each call at which machines are in maintenance mode, and which are there at all. */
async function watched(): Promise<{ readonly inMaintenance: ReadonlySet<string>; readonly seen: ReadonlySet<string> }> {
  const sandbox = await lab.sandbox();
  const looks: Promise<{ readonly waiting: readonly string[]; readonly there: readonly string[] }>[] = [];
  const look = async () => {
    const { oci, talos } = await sandbox.overview();
    return { waiting: talos.inMaintenance, there: oci.instances.map(({ name }) => name) };
  };
  const { stop } = await sandbox.subscribe(() => void looks.push(look()));
  // What is not there after the run has its call before: Terraform waits for the answer.
  await lab.cdktf("deploy", "oci", "--auto-approve");
  stop();
  const all = await Promise.all([...looks, look()]);
  return {
    inMaintenance: new Set(all.flatMap(({ waiting }) => waiting)),
    seen: new Set(all.flatMap(({ there }) => there)),
  };
}

const stateOf = (stack: string): string =>
  readFileSync(join(lab.home, ".sandbox", "state", `${stack}.tfstate`), "utf8");
const world = () => memoryStore(() => JSON.parse(readFileSync(join(lab.home, ".sandbox", "world.json"), "utf8")));

function instanceIds(): Record<string, string> {
  const { resources } = JSON.parse(stateOf("oci"));
  return Object.fromEntries(
    resources.flatMap(({ type, instances }: { type: string; instances: { attributes: Record<string, string> }[] }) =>
      type === "oci_core_instance" ? instances.map(({ attributes: a }) => [a["display_name"], a["id"]]) : [],
    ),
  );
}

describe("a lab whose Talos runs on the instances", () => {
  it("has no machine in maintenance mode at any time of a deploy", async () => {
    lab = await TestLab.create({ preset: "direct-pair" });
    const { inMaintenance, seen } = await watched();
    expect([...seen].toSorted()).toEqual(["cp-1", "worker-1"]);
    expect([...inMaintenance]).toEqual([]);
  });

  it("would have one without user data, which shows that the test above can see it", async () => {
    const transform: LabInput["transform"] = { oci: { machines: { instance: { metadata: {} } } } };
    lab = await TestLab.create({ preset: "direct", transform });
    expect([...(await watched()).inMaintenance]).toEqual(["cp-1"]);
  });

  it("lets admins, and nobody else, into Talos's API, and into Kubernetes' by the load balancer alone", async () => {
    lab = await TestLab.create({ preset: "direct-pair" });
    expect((await lab.cdktf("deploy", "--auto-approve")).code).toBe(0);
    const store = world();
    const [balancer] = store.state.oci.networkLoadBalancers;
    const { publicIp = null, privateIp = "" } = balancer ?? {};
    const open = (address: string) => [22, 50_000, 6443, 10_250].filter((port) => adminReaches(store, address, port));
    expect([open("10.0.0.11"), open("10.0.0.21")]).toEqual([[50_000], [50_000]]);
    expect(behindBalancer(store, publicIp ?? "", 6443)).toEqual([{ address: "10.0.0.11", port: 6443 }]);
    expect(reaches(store, { from: privateIp, to: "10.0.0.11", protocol: "tcp", port: 50_000 })).toBe(false);
    const ends = store.state.tunnels.map((tunnel) => [tunnel.name, tunnelEnd(store, tunnel) !== null]);
    expect(ends).toEqual([
      ["kubernetes", true],
      ["talos cp-1", true],
      ["talos worker-1", true],
    ]);
    store.state.admin = { cidrs: ["203.0.113.7/32"], address: "198.51.100.1" };
    expect([open("10.0.0.11"), behindBalancer(store, publicIp ?? "", 6443)]).toEqual([[], []]);
    expect(store.state.tunnels.some((tunnel) => tunnelEnd(store, tunnel) !== null)).toBe(false);
  });

  it("takes a second machine in, whose room the first one gives up, and replaces nothing", async () => {
    lab = await TestLab.create({ preset: "direct" });
    expect((await lab.cdktf("deploy", "--auto-approve")).code).toBe(0);
    const before = instanceIds();
    const cp = { name: "cp-1", role: "control-plane", vcpus: 1, memoryMb: 6144, diskGb: 150 } as const;
    const worker = { name: "worker-1", role: "worker", vcpus: 1, memoryMb: 6144, diskGb: 50 } as const;
    lab.configure({ kubernetes: { nodes: [cp, worker] } });
    const { code, stderr } = await lab.cdktf("deploy", "--auto-approve");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(instanceIds()).toEqual({ ...before, "worker-1": expect.any(String) });
    expect((await lab.cdktf("diff")).code).toBe(0);
    expect((await (await lab.sandbox()).overview()).talos.clusters).toMatchObject([
      { state: "running", nodes: [{ name: "cp-1" }, { name: "worker-1" }] },
    ]);
  });

  it("upgrades and replaces no machine with another version of Talos, and applies one of Kubernetes", async () => {
    lab = await TestLab.create({ preset: "direct" });
    expect((await lab.cdktf("deploy", "--auto-approve")).code).toBe(0);
    const before = instanceIds();
    lab.configure({ versions: { talos: "1.14.0", kubernetes: "1.37.1" } });
    const { code, stderr } = await lab.cdktf("deploy", "--auto-approve");
    expect([code, stderr]).toEqual([0, expect.stringContaining("versions.talos 1.14.1 → 1.14.0 upgrades no machine")]);
    expect(instanceIds()).toEqual(before);
    expect((await (await lab.sandbox()).overview()).talos.clusters).toMatchObject([
      { kubernetes: "1.37.1", nodes: [{ talos: "1.14.1" }] },
    ]);
    expect((await lab.cdktf("diff")).code).toBe(0);
  });

  it("takes Cilium, labels, volumes and patches, and another patch later, and leaves nothing at the end", async () => {
    const labels = { "example.org/disk": "local" };
    const node = { vcpus: 1, memoryMb: 6144, diskGb: 100 };
    const nodes: NonNullable<LabInput["kubernetes"]>["nodes"] = [
      { ...node, name: "cp-1", role: "control-plane" },
      { ...node, name: "worker-1", role: "worker", labels, volumes: { data: 40 } },
    ];
    const patches = (value: string) => [{ patch: { machine: { sysctls: { "vm.max_map_count": value } } } }];
    lab = await TestLab.create({
      preset: "direct-pair",
      kubernetes: { cni: "cilium", nodes },
      talos: { extensions: ["siderolabs/iscsi-tools"], patches: patches("65536") },
    });
    expect((await lab.cdktf("deploy", "--auto-approve")).code).toBe(0);
    const before = instanceIds();
    expect((await lab.cdktf("diff")).code).toBe(0);
    lab.configure({ talos: { patches: patches("262144") } });
    expect((await lab.cdktf("deploy", "--auto-approve")).code).toBe(0);
    expect(instanceIds()).toEqual(before);
    expect(stateOf("talos")).toContain("262144");
    expect((await lab.cdktf("destroy", "--auto-approve")).code).toBe(0);
    expect(world().state.oci.instances.filter(({ state: is }) => is !== "TERMINATED")).toEqual([]);
  });

  it("says of stack proxmox that it has none", async () => {
    lab = await TestLab.create({ preset: "direct" });
    const { code, stderr } = await lab.cdktf("deploy", "oci", "proxmox", "talos", "--auto-approve");
    expect(code).toBe(1);
    expect(stderr).toContain("this lab has no stack proxmox: its Talos runs on the instances themselves");
  });
});
