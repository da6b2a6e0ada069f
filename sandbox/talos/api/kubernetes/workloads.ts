/** What runs in kube-system of a Talos cluster: static pods of the control planes, the network's daemons, CoreDNS. */
import { createHash } from "node:crypto";
import type { ApiState } from "./state.ts";
import type { KubernetesNode } from "./nodes.ts";

/** As Talos has it (siderolabs/talos v1.13.9, controlplane templates: core-dns). */
const CORE_DNS_REPLICAS = 2;

const NAMESPACE = "kube-system";
const STATIC_PODS = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

interface Workload {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

const isReady = ({ status }: KubernetesNode): boolean =>
  status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True");

/** Both replicas of CoreDNS run where there is a node that is Ready, as they bear the control planes' taint. */
export function coreDnsNodes({ nodes }: ApiState): readonly KubernetesNode[] {
  const ready = nodes.filter(isReady);
  return ready.length === 0
    ? []
    : Array.from({ length: CORE_DNS_REPLICAS }, (_, n) => ready[n % ready.length]).filter((node) => node !== undefined);
}

function pod(app: string, name: string, node: KubernetesNode): Workload {
  const status = isReady(node) ? "True" : "False";
  const startedAt = node.metadata.creationTimestamp;
  return {
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: createHash("sha256").update(`${name} ${node.metadata.uid}`).digest("hex").slice(0, 32),
      creationTimestamp: startedAt,
      labels: { "k8s-app": app },
    },
    spec: { nodeName: node.metadata.name, containers: [{ name: app }] },
    status: {
      phase: "Running",
      conditions: [
        { type: "Ready", status },
        { type: "ContainersReady", status },
      ],
      containerStatuses: [{ name: app, ready: status === "True", restartCount: 0, state: { running: { startedAt } } }],
    },
  };
}

function pods(state: ApiState): readonly Workload[] {
  const controlPlanes = state.nodes.filter(
    ({ metadata }) => "node-role.kubernetes.io/control-plane" in metadata.labels,
  );
  const suffix = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 5);
  return [
    ...controlPlanes.flatMap((node) => STATIC_PODS.map((app) => pod(app, `${app}-${node.metadata.name}`, node))),
    ...daemonsOf(state).flatMap(({ name, app }) =>
      state.nodes.map((node) => pod(app, `${name}-${suffix(node.metadata.uid)}`, node)),
    ),
    ...coreDnsNodes(state).map((node, n) => pod("kube-dns", `coredns-${suffix(`${node.metadata.uid} ${n}`)}`, node)),
  ];
}

interface Daemon {
  readonly name: string;
  /** Its label `k8s-app`. */
  readonly app: string;
}

/** What runs on every node: kube-proxy, and the network plugin where the sandbox knows it. */
function daemonsOf({ networkPlugin, hasKubeProxy }: ApiState): readonly Daemon[] {
  return [
    ...(hasKubeProxy ? [{ name: "kube-proxy", app: "kube-proxy" }] : []),
    ...(networkPlugin === "flannel" ? [{ name: "kube-flannel", app: "flannel" }] : []),
    ...(networkPlugin === "cilium" ? [{ name: "cilium", app: "cilium" }] : []),
  ];
}

function daemonSets(state: ApiState): readonly Workload[] {
  const { nodes } = state;
  const desired = nodes.length;
  const status = {
    currentNumberScheduled: desired,
    desiredNumberScheduled: desired,
    numberAvailable: nodes.filter(isReady).length,
    numberReady: nodes.filter(isReady).length,
  };
  return daemonsOf(state).map(({ name, app }) => ({
    metadata: { name, namespace: NAMESPACE, labels: { "k8s-app": app } },
    spec: {},
    status,
  }));
}

/** The deployment of CoreDNS. */
export function coreDns(state: ApiState): Workload {
  const metadata = { name: "coredns", namespace: NAMESPACE, labels: { "k8s-app": "kube-dns" } };
  const status = { replicas: CORE_DNS_REPLICAS, availableReplicas: coreDnsNodes(state).length };
  return { metadata, spec: { replicas: CORE_DNS_REPLICAS }, status };
}

interface Listed {
  readonly kind: string;
  readonly apiVersion: string;
  readonly items: (state: ApiState) => readonly Workload[];
}

const LISTS: Readonly<Record<string, Listed>> = {
  [`/api/v1/namespaces/${NAMESPACE}/pods`]: { kind: "PodList", apiVersion: "v1", items: pods },
  [`/apis/apps/v1/namespaces/${NAMESPACE}/daemonsets`]: {
    kind: "DaemonSetList",
    apiVersion: "apps/v1",
    items: daemonSets,
  },
  [`/apis/apps/v1/namespaces/${NAMESPACE}/deployments`]: {
    kind: "DeploymentList",
    apiVersion: "apps/v1",
    items: (state) => [coreDns(state)],
  },
};

/** The list at a path, of what the query's label selector takes; undefined at every other path. */
export function workloads(pathname: string, query: URLSearchParams, state: ApiState): object | undefined {
  const list = LISTS[pathname];
  if (!list) return undefined;
  const { kind, apiVersion, items } = list;
  const takes = selector(query.get("labelSelector") ?? "");
  return {
    kind,
    apiVersion,
    metadata: { resourceVersion: "1" },
    items: items(state).filter(({ metadata }) => takes(metadata.labels)),
  };
}

type Takes = (labels: Readonly<Record<string, string>>) => boolean;

/** A label selector: `a=b`, `a == b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas. */
function selector(text: string): Takes {
  const terms = text.match(/(?:\([^)]*\)|[^,(])+/g) ?? [];
  const all = terms.map((term) => requirement(term.trim()));
  return (labels) => all.every((takes) => takes(labels));
}

function requirement(term: string): Takes {
  const [, key = "", not, list = ""] = /^(\S+)\s+(not)?in\s*\(([^)]*)\)$/.exec(term) ?? [];
  if (key !== "") {
    const values = list.split(",").map((value) => value.trim());
    return (labels) => values.includes(labels[key] ?? "") !== (not !== undefined);
  }
  const [, name = "", operator = "", value = ""] = /^([^=!\s]+)\s*(==|=|!=)\s*(.*)$/.exec(term) ?? [];
  if (name !== "") return (labels) => (labels[name] === value) === (operator !== "!=");
  return term.startsWith("!") ? (labels) => !(term.slice(1) in labels) : (labels) => term in labels;
}
