/** Containers and images of a machine, by containerd's namespaces: Talos' own in `system`, those of Kubernetes in `k8s.io`. */
import { createHash } from "node:crypto";
import { talosOf } from "../machines.ts";
import { clusterAround, type Placed } from "../placed.ts";
import { ETCD_IMAGE } from "../resources/cluster.ts";
import { imageOf } from "../resources/kubernetes.ts";
import { servicesOf } from "../services.ts";

/** One of containerd's. */
export type Namespace = "system" | "k8s.io";

interface Container {
  readonly id: string;
  readonly image: string;
  readonly pid: number;
  /** Of Kubernetes: its pod, and its name there. */
  readonly pod?: string;
  readonly name: string;
}

const STATIC_PODS = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const;
const PAUSE = "registry.k8s.io/pause:3.10";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
/** Processes have the same number as long as the machine is up. */
const pidOf = (id: string): number => 1000 + (Number.parseInt(hash(id).slice(0, 6), 16) % 30_000);

/** Those that run. */
export function containersOf(placed: Placed, namespace: Namespace): readonly Container[] {
  const { machine } = placed;
  if (machine.stage === "maintenance") return [];
  const runs = (id: string): boolean => servicesOf(placed).some((each) => each.id === id && each.state === "Running");
  if (namespace === "system") {
    const images = { apid: "", trustd: "", etcd: ETCD_IMAGE, kubelet: imageOf(machine, "kubelet") };
    return Object.entries(images).flatMap(([id, image]) =>
      runs(id) && (id !== "kubelet" || image !== "") ? [{ id, image, pid: pidOf(id), name: id }] : [],
    );
  }
  if (machine.facts.role !== "control-plane" || !clusterAround(placed, machine).running || !runs("kubelet")) return [];
  return STATIC_PODS.flatMap((name) => {
    const pod = `kube-system/${name}-${machine.facts.hostname}`;
    const id = `${pod}:${name}:${hash(pod).slice(0, 12)}`;
    return [
      { id: pod, image: PAUSE, pid: pidOf(pod), pod, name: pod },
      { id, image: imageOf(machine, name), pid: pidOf(id), pod, name },
    ];
  });
}

/** An image, as containerd lists it. */
export interface Image {
  readonly name: string;
  readonly digest: string;
  readonly size: number;
}

/** Those that its containers were made of, and that were pulled. */
export function imagesOf(placed: Placed, namespace: Namespace): readonly Image[] {
  const { machine } = placed;
  const pulled = machine.stage === "configured" ? (machine.entry.images ?? []) : [];
  const used = containersOf(placed, namespace).map(({ image }) => image);
  const own = pulled.flatMap((each) => (each.startsWith(`${namespace} `) ? [each.slice(namespace.length + 1)] : []));
  const names = [...new Set([...used, ...own])].filter((name) => name !== "").toSorted();
  return names.map((name) => ({
    name,
    digest: `sha256:${hash(name)}`,
    size: 20_000_000 + (pidOf(name) % 900) * 100_000,
  }));
}

/** A process of a machine. */
interface Process {
  readonly pid: number;
  readonly ppid: number;
  readonly command: string;
  readonly args: string;
}

/** Talos' first one, its services, and what runs in containers. */
export function processesOf(placed: Placed): readonly Process[] {
  const services = servicesOf(placed).filter(({ id, state }) => state === "Running" && id !== "machined");
  const machined = { pid: 1, ppid: 0, command: "init", args: `/sbin/init (Talos v${talosOf(placed.machine)})` };
  const own = services.map(({ id }) => ({ pid: pidOf(id), ppid: 1, command: id, args: `/usr/bin/${id}` }));
  const pods = containersOf(placed, "k8s.io").filter(({ id, pod }) => id !== pod);
  return [machined, ...own, ...pods.map(({ pid, name }) => ({ pid, ppid: 1, command: name, args: name }))];
}

/** Who listens where: what the firewall's documents call the ports of Talos. */
export function listenersOf(placed: Placed): readonly { readonly port: number; readonly program: string }[] {
  const isUp = new Set(processesOf(placed).map(({ command }) => command));
  const ports = { apid: [50000], trustd: [50001], etcd: [2379, 2380], kubelet: [10250], "kube-apiserver": [6443] };
  return Object.entries(ports).flatMap(([program, own]) =>
    isUp.has(program) ? own.map((port) => ({ port, program })) : [],
  );
}

/** The number of a program's process. */
export { pidOf };
