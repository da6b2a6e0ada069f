import { planTalos, upgradeTalos } from "../../../../cli/engine/runs/upgrade-talos.ts";
import { PlayedCluster } from "./played-cluster.ts";

const HA = ["worker-1", "cp-1", "cp-2", "cp-3"];

/** What a program does that can be killed at any call: after that, nothing. */
async function upgrade(cluster: PlayedCluster, { killAt = Infinity, drainMs = 1000 } = {}): Promise<void> {
  cluster.killAt = cluster.calls + killAt;
  const run = cluster.run(drainMs);
  const controller = new AbortController();
  const dying = {
    ...run,
    signal: controller.signal,
    status: () => {
      if (cluster.calls >= cluster.killAt) controller.abort(new Error("killed"));
    },
  };
  const target = cluster.target();
  // A killed program does not wait until its patience ends.
  if (killAt !== Infinity) Object.assign(dying, { healthMs: 0, nodeMs: 0 });
  await upgradeTalos(target, "1.14.1", await planTalos(target, "1.14.1", dying), dying);
}

describe("an upgrade of Talos", () => {
  it("takes control planes first, one node after the other, with a snapshot of etcd before", async () => {
    const cluster = new PlayedCluster(HA, [
      { name: "web", node: "worker-1" },
      { name: "flannel", node: "worker-1", daemon: true },
    ]);
    await upgrade(cluster);
    const steps = (node: string, ...evictions: string[]) => [
      `cordon ${node}`,
      ...evictions,
      `upgrade ${node}`,
      `uncordon ${node}`,
    ];
    expect(cluster.log).toEqual([
      "keep etcd",
      ...["cp-1", "cp-2", "cp-3"].flatMap((node) => steps(node)),
      ...steps("worker-1", "evict web"),
    ]);
    expect(cluster.nodes.map(({ talos }) => talos)).toEqual(HA.map(() => "1.14.1"));
    expect(Math.min(...cluster.healthy)).toBe(2);
  });

  it("does nothing where every node runs the version", async () => {
    const cluster = new PlayedCluster(HA, [], "1.14.1");
    await upgrade(cluster);
    expect(cluster.log).toEqual([]);
  });

  it("names the budget that holds a pod, and leaves the node as it was", async () => {
    const cluster = new PlayedCluster(HA, [{ name: "web", node: "cp-1", held: true }]);
    await expect(upgrade(cluster, { drainMs: 1 })).rejects.toThrow(
      "cp-1: 1 pod still there after 0.001 s: default/web; The disruption budget web needs 1 healthy pods",
    );
    expect(cluster.log).toEqual(["keep etcd", "cordon cp-1", "uncordon cp-1"]);
  });

  it("leaves a node cordoned that somebody else has cordoned", async () => {
    const cluster = new PlayedCluster(HA);
    const [worker] = cluster.nodes;
    if (worker) worker.unschedulable = true;
    await upgrade(cluster);
    expect(cluster.log.slice(-1)).toEqual(["upgrade worker-1"]);
    expect(worker?.unschedulable).toBe(true);
  });

  it("says of a lone control plane that it is an outage, and drains nothing that has nowhere to go", async () => {
    const cluster = new PlayedCluster(["cp-1"], [{ name: "web", node: "cp-1", held: true }]);
    await upgrade(cluster);
    expect(cluster.said).toEqual([
      expect.stringMatching(/^note: cp-1 is the only control plane: the lab is away .+ one to three minutes/),
      "etcd: snapshot in etcd.snapshot",
      "cp-1: no other node takes its pods, so they stop while it reboots",
      "cp-1: 1.13.9 → 1.14.1, Ready",
    ]);
  });

  it("killed at any call, goes on with the next run, and never has fewer control planes than etcd needs", async () => {
    const whole = new PlayedCluster(HA, [{ name: "web", node: "cp-2" }]);
    await upgrade(whole);
    expect(whole.calls).toBeGreaterThan(100);
    for (let killAt = 1; killAt <= whole.calls; killAt += 1) {
      const cluster = new PlayedCluster(HA, [{ name: "web", node: "cp-2" }]);
      await upgrade(cluster, { killAt }).catch(() => undefined);
      await upgrade(cluster);
      const left = cluster.nodes.filter(({ talos, unschedulable }) => talos !== "1.14.1" || unschedulable);
      expect({ killAt, left }).toEqual({ killAt, left: [] });
      expect(Math.min(...cluster.healthy)).toBe(2);
      expect(cluster.log.filter((line) => line.startsWith("upgrade"))).toHaveLength(4);
    }
  });
});
