/** Nodes, as the kubelets on the machines register them. */
import { subnetsAllow } from "../../model/config/subnets.ts";
import { type ConfiguredMachine, talosOf } from "../../model/machines.ts";
import { type Fields, seconds } from "./objects/fields.ts";
import { uuid } from "./store/uid.ts";

const CONTROL_PLANE_TAINT: Fields = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" };

/** As /proc/version of a machine has it. */
const KERNEL = "6.18.0-talos";

/** Talos has them as `VALUE:EFFECT`, or `EFFECT` alone. */
function taintOf(key: string, text: string): Fields {
  const [, value = "", effect = ""] = /^(?:(.*):)?(.*)$/.exec(text) ?? [];
  return { key, ...(value !== "" && { value }), effect };
}

/** A kubelet that finds no address of its own in the subnets it may use does not register, nor one that is not to. */
export function registers({ facts, guest }: ConfiguredMachine): boolean {
  return facts.registersNode && subnetsAllow(facts.nodeSubnets, guest.address);
}

/** How a kubelet fares: it reports, waits for a network plugin, or has gone silent. */
export type KubeletHealth = "ready" | "no-network" | "silent";

/** `now` is when its kubelet reported last. */
export function nodeOf(machine: ConfiguredMachine, now: string, health: KubeletHealth): Fields {
  const { facts, guest, entry } = machine;
  const controlPlane = facts.role === "control-plane";
  const taints = [
    ...(controlPlane && !facts.cluster.schedulesOnControlPlanes ? [CONTROL_PLANE_TAINT] : []),
    ...Object.entries(facts.taints).map(([key, text]) => taintOf(key, text)),
  ];
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: facts.hostname,
      labels: {
        "beta.kubernetes.io/arch": "arm64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "arm64",
        "kubernetes.io/hostname": facts.hostname,
        "kubernetes.io/os": "linux",
        ...(controlPlane && { "node-role.kubernetes.io/control-plane": "" }),
        ...facts.labels,
      },
      annotations: facts.annotations,
    },
    spec: taints.length > 0 ? { taints } : {},
    status: {
      ...resources(machine),
      addresses: [
        { type: "InternalIP", address: guest.address },
        { type: "Hostname", address: facts.hostname },
      ],
      conditions: [ready(health, seconds(now)), ...PRESSURES.map((each) => pressure(each, seconds(now)))],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: {
        architecture: "arm64",
        operatingSystem: "linux",
        osImage: `Talos (v${talosOf(machine)})`,
        kubeletVersion: `v${facts.kubernetesVersion}`,
        containerRuntimeVersion: "containerd://2.1.0",
        kernelVersion: KERNEL,
        kubeProxyVersion: "",
        machineID: uuid(`machine ${guest.generation}`).replaceAll("-", ""),
        systemUUID: guest.generation,
        bootID: uuid(`boot ${guest.generation} ${entry.boots ?? 0}`),
      },
    },
  };
}

/** What Talos's kubelet keeps for the system, and for when memory runs out. */
const RESERVED_KI = { "control-plane": 512 * 1024, worker: 384 * 1024 };
const EVICTION_KI = 100 * 1024;
const RESERVED_CPU_M = 50;

function resources({ guest, facts }: ConfiguredMachine): Fields {
  const memory = guest.memoryMb * 1024;
  const disk = guest.diskBytes;
  return {
    capacity: {
      cpu: String(guest.vcpus),
      "ephemeral-storage": `${Math.floor(disk / 1024)}Ki`,
      memory: `${memory}Ki`,
      pods: "110",
    },
    allocatable: {
      cpu: `${guest.vcpus * 1000 - RESERVED_CPU_M}m`,
      "ephemeral-storage": String(Math.floor(disk * 0.9)),
      memory: `${Math.max(0, memory - RESERVED_KI[facts.role] - EVICTION_KI)}Ki`,
      pods: "110",
    },
  };
}

interface Told {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** Of one that is silent the node controller tells: nothing is known. */
const HEALTH: Readonly<Record<KubeletHealth, Told>> = {
  ready: { status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" },
  "no-network": {
    status: "False",
    reason: "KubeletNotReady",
    message:
      "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady " +
      "message:Network plugin returns error: cni plugin not initialized",
  },
  silent: { status: "Unknown", reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status." },
};

function ready(health: KubeletHealth, now: string): Fields {
  return { type: "Ready", ...HEALTH[health], lastHeartbeatTime: now, lastTransitionTime: now };
}

const PRESSURES: readonly (readonly [type: string, reason: string, message: string])[] = [
  ["MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  ["DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
];

function pressure([type, reason, message]: (typeof PRESSURES)[number], now: string): Fields {
  return { type, status: "False", reason, message, lastHeartbeatTime: now, lastTransitionTime: now };
}
