/** A cluster that takes its time: a node that is upgraded is away for some looks, and etcd without its member meanwhile. */
import type { KubernetesWriter } from "../../../../cli/clients/kubernetes.ts";
import { Refused } from "../../../../cli/clients/kubernetes.ts";
import type { TalosOperator } from "../../../../cli/clients/talos.ts";
import type { UpgradeRun, UpgradeTarget } from "../../../../cli/engine/runs/upgrade-talos.ts";

interface PlayedNode {
  readonly name: string;
  readonly role: "control-plane" | "worker";
  talos: string;
  /** Calls to the cluster until it is back. */
  away: number;
  /** Calls until its kubelet has reported: Ready as before, and of the old Talos. */
  stale: string | null;
  unschedulable: boolean;
  annotations: Record<string, string>;
}

interface Pod {
  readonly name: string;
  node: string | null;
  /** Whether a budget holds it. */
  readonly held?: boolean;
  readonly daemon?: boolean;
}

const REBOOT_CALLS = 12;

export class PlayedCluster {
  readonly nodes: readonly PlayedNode[];
  readonly pods: Pod[];
  readonly log: string[] = [];
  /** Every number of control planes that ran, at any call. */
  readonly healthy: number[] = [];
  calls = 0;
  /** The call at which the run is killed. */
  killAt = Infinity;

  constructor(names: readonly string[], pods: readonly Pod[] = [], talos = "1.13.9") {
    this.nodes = names.map((name) => ({
      name,
      role: name.startsWith("cp") ? "control-plane" : "worker",
      talos,
      away: 0,
      stale: null,
      unschedulable: false,
      annotations: {},
    }));
    this.pods = [...pods];
  }

  get planes(): readonly PlayedNode[] {
    return this.nodes.filter(({ role }) => role === "control-plane");
  }

  /** Counts a call. Time goes on by it. */
  #called<T>(answer: () => T): Promise<T> {
    this.calls += 1;
    for (const node of this.nodes) if (node.away > 0) node.away -= 1;
    this.healthy.push(this.planes.filter(({ away }) => away === 0).length);
    if (this.calls >= this.killAt) return Promise.reject(new Error("killed"));
    return new Promise((resolve) => resolve(answer()));
  }

  #node(name: string): PlayedNode {
    const node = this.nodes.find((each) => each.name === name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  #answering(name: string): PlayedNode {
    const node = this.#node(name);
    if (node.away > 0) throw new Error("no answer in 5 s");
    return node;
  }

  #object({ name, unschedulable, annotations, talos, away }: PlayedNode): object {
    const ready = {
      type: "Ready",
      status: away > 0 ? "Unknown" : "True",
      message: "Kubelet stopped posting node status.",
    };
    return {
      metadata: { name, annotations },
      spec: { unschedulable },
      status: { conditions: [ready], nodeInfo: { kubeletVersion: "v1.36.3", osImage: `Talos (v${talos})` } },
    };
  }

  #read(path: string): object {
    if (this.planes.every(({ away }) => away > 0)) throw new Error("connect ECONNREFUSED");
    if (path === "/version") return { gitVersion: "v1.36.3" };
    if (path === "/api/v1/nodes") return { items: this.nodes.map((node) => this.#object(node)) };
    const pods = /^\/api\/v1\/pods\?fieldSelector=spec\.nodeName%3D(.+)$/.exec(path)?.[1];
    if (pods !== undefined)
      return {
        items: this.pods
          .filter(({ node }) => node === pods)
          .map(({ name, daemon }) => ({
            metadata: { name, namespace: "default", ...(daemon && { ownerReferences: [{ kind: "DaemonSet" }] }) },
            status: { phase: "Running" },
          })),
      };
    return this.#object(this.#node(path.split("/").at(-1) ?? ""));
  }

  readonly kubernetes: KubernetesWriter = {
    get: (path, schema) => this.#called(() => schema.parse(this.#read(path))),
    merge: (path, fields) =>
      this.#called(() => {
        const node = this.#node(path.split("/").at(-1) ?? "");
        const isCordon = JSON.stringify(fields).includes('"unschedulable":true');
        node.unschedulable = isCordon;
        node.annotations = isCordon ? { "ampere-lab/cordoned-by": "lab-upgrade" } : {};
        this.log.push(`${isCordon ? "cordon" : "uncordon"} ${node.name}`);
      }),
    create: (path) =>
      this.#called(() => {
        const pod = this.pods.find(({ name }) => path.endsWith(`/pods/${name}/eviction`));
        if (pod?.held)
          throw new Refused(path, 429, "The disruption budget web needs 1 healthy pods and has 1 currently");
        if (pod !== undefined) pod.node = null;
        this.log.push(`evict ${pod?.name}`);
      }),
  };

  #talos(name: string): TalosOperator {
    const members = () =>
      this.planes
        .filter(({ away }) => away === 0)
        .map((each) => ({ id: each.name, hostname: each.name, isLearner: false }));
    return {
      version: () => this.#called(() => `v${this.#answering(name).talos}`),
      etcdMembers: () => this.#called(() => (this.#answering(name), members())),
      etcdStatus: () =>
        this.#called(() => ({ memberId: this.#answering(name).name, leader: members()[0]?.id ?? "0", errors: [] })),
      etcdSnapshot: () => this.#called(() => Buffer.from("etcd")),
      services: async () => [],
      systemDiskBytes: async () => null,
      upgrade: (image) =>
        this.#called(() => {
          const node = this.#answering(name);
          node.talos = image.split(":v")[1] ?? "";
          node.away = REBOOT_CALLS;
          this.log.push(`upgrade ${name}`);
        }),
      close: () => undefined,
    };
  }

  readonly target = (): UpgradeTarget => ({
    nodes: this.nodes,
    kubernetes: this.kubernetes,
    talos: (name) => this.#talos(name),
    installer: (_node, version) => `factory.example/installer/abc:v${version}`,
    keep: async (snapshot) => {
      this.log.push(`keep ${snapshot.toString()}`);
      return "etcd.snapshot";
    },
  });

  readonly said: string[] = [];

  run(drainMs = 1000): UpgradeRun {
    return {
      nodeMs: 60_000,
      healthMs: 60_000,
      drainMs,
      pollMs: 0,
      signal: new AbortController().signal,
      say: (line) => this.said.push(line),
      status: () => undefined,
    };
  }
}
