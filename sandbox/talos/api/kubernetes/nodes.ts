/** Kubernetes nodes as the API server shows them. */
import { createHash } from "node:crypto";
import { subnetsAllow } from "../../model/config/subnets.ts";
import { type ConfiguredMachine, talosOf } from "../../model/machines.ts";

/** v1.Node, as far as the sandbox fills it in. */
export interface KubernetesNode {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly taints?: readonly Taint[] };
  readonly status: {
    readonly addresses: readonly { readonly type: string; readonly address: string }[];
    readonly conditions: readonly Condition[];
    readonly nodeInfo: Readonly<Record<string, string>>;
  };
}

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

const CONTROL_PLANE_TAINT: Taint = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" };

/** Talos has them as `VALUE:EFFECT`, or `EFFECT` alone. */
function taintOf(key: string, text: string): Taint {
  const [, value = "", effect = ""] = /^(?:(.*):)?(.*)$/.exec(text) ?? [];
  return { key, ...(value !== "" && { value }), effect };
}

interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly lastHeartbeatTime: string;
  readonly lastTransitionTime: string;
}

/** A kubelet that finds no address of its own in the subnets it may use does not register. */
export function registers({ facts, guest }: ConfiguredMachine): boolean {
  return subnetsAllow(facts.nodeSubnets, guest.address);
}

/** How a kubelet fares: it reports, waits for a network plugin, or has gone silent. */
export type KubeletHealth = "ready" | "no-network" | "silent";

/** `since` is when the cluster came up, `now` when its kubelet reported last. */
export function nodeOf(machine: ConfiguredMachine, since: string, now: string, health: KubeletHealth): KubernetesNode {
  const { facts, guest, entry } = machine;
  const controlPlane = facts.role === "control-plane";
  const taints = [
    ...(controlPlane && !facts.cluster.schedulesOnControlPlanes ? [CONTROL_PLANE_TAINT] : []),
    ...Object.entries(facts.taints).map(([key, text]) => taintOf(key, text)),
  ];
  const created = seconds(entry.configuredAt > since ? entry.configuredAt : since);
  return {
    metadata: {
      name: facts.hostname,
      uid: uuid(`${guest.address} ${guest.generation}`),
      creationTimestamp: created,
      labels: {
        "beta.kubernetes.io/arch": "arm64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "arm64",
        "kubernetes.io/hostname": facts.hostname,
        "kubernetes.io/os": "linux",
        ...(controlPlane && { "node-role.kubernetes.io/control-plane": "" }),
        ...facts.labels,
      },
    },
    spec: taints.length > 0 ? { taints } : {},
    status: {
      addresses: [
        { type: "InternalIP", address: guest.address },
        { type: "Hostname", address: facts.hostname },
      ],
      conditions: [CONDITIONS[health](created, seconds(now))],
      nodeInfo: {
        architecture: "arm64",
        operatingSystem: "linux",
        osImage: `Talos (v${talosOf(machine)})`,
        kubeletVersion: `v${facts.kubernetesVersion}`,
        containerRuntimeVersion: "containerd://2.1.0",
      },
    },
  };
}

const CONDITIONS: Readonly<Record<KubeletHealth, (created: string, now: string) => Condition>> = {
  ready: (created, now) => ({
    type: "Ready",
    status: "True",
    reason: "KubeletReady",
    message: "kubelet is posting ready status",
    lastHeartbeatTime: now,
    lastTransitionTime: created,
  }),
  "no-network": (created, now) => ({
    type: "Ready",
    status: "False",
    reason: "KubeletNotReady",
    message:
      "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady " +
      "message:Network plugin returns error: cni plugin not initialized",
    lastHeartbeatTime: now,
    lastTransitionTime: created,
  }),
  // As the node's controller has it.
  silent: (created, now) => ({
    type: "Ready",
    status: "Unknown",
    reason: "NodeStatusUnknown",
    message: "Kubelet stopped posting node status.",
    lastHeartbeatTime: created,
    lastTransitionTime: now,
  }),
};

/** Kubernetes writes times without fractions. */
function seconds(time: string): string {
  return time.replace(/\.\d+Z$/, "Z");
}

function uuid(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
