/** What Talos brings into every cluster: namespaces, static pods, the network's daemons, CoreDNS. No StorageClass. */
import { type Fields, fieldsAt, mapAt, nameOf, namespaceOf, textAt } from "../objects/fields.ts";
import { withDefaults } from "../kinds/defaults.ts";
import { groupVersionOf, kindNamed } from "../kinds/kinds.ts";
import { addressAt } from "../store/addresses.ts";
import type { Cluster } from "../store/cluster.ts";
import { ownerReference } from "./own-pods.ts";
import { BOUND_GROUPS, boundTo, CLUSTER_ROLES } from "./roles.ts";

const SYSTEM = "kube-system";
/** As Talos has it (siderolabs/talos v1.13.9, controlplane templates: core-dns). */
const CORE_DNS_REPLICAS = 2;
const EVERYWHERE: readonly Fields[] = [{ operator: "Exists" }];

function made(kind: string, name: string, namespace: string, rest: Fields, labels?: Fields): Fields {
  const metadata = { name, ...(namespace !== "" && { namespace }), ...(labels && { labels }) };
  return { apiVersion: groupVersionOf(kindNamed(kind)), kind, metadata, ...rest };
}

/** What runs on every node: its name, its label `k8s-app`, its image. */
function daemonsOf({
  networkPlugin,
  hasKubeProxy,
  version,
}: Cluster): readonly (readonly [name: string, app: string, image: string])[] {
  return [
    ...(hasKubeProxy ? [["kube-proxy", "kube-proxy", `registry.k8s.io/kube-proxy:v${version}`] as const] : []),
    ...(networkPlugin === "flannel"
      ? [["kube-flannel", "flannel", "ghcr.io/siderolabs/flannel:v0.27.4"] as const]
      : []),
    ...(networkPlugin === "cilium" ? [["cilium", "cilium", "quay.io/cilium/cilium:v1.18.4"] as const] : []),
  ];
}

function daemonSet(name: string, app: string, image: string): Fields {
  const labels = { "k8s-app": app };
  const spec = {
    hostNetwork: true,
    priorityClassName: "system-node-critical",
    serviceAccountName: name,
    tolerations: EVERYWHERE,
    containers: [{ name: app, image }],
  };
  return made(
    "DaemonSet",
    name,
    SYSTEM,
    { spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } } },
    labels,
  );
}

function coreDns(): Fields {
  const labels = { "k8s-app": "kube-dns" };
  const container = {
    name: "coredns",
    image: "registry.k8s.io/coredns/coredns:v1.13.1",
    resources: { requests: { cpu: "100m", memory: "70Mi" }, limits: { memory: "170Mi" } },
    ports: [
      { name: "dns", containerPort: 53, protocol: "UDP" },
      { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
      { name: "metrics", containerPort: 9153, protocol: "TCP" },
    ],
  };
  const tolerations = [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" }];
  const spec = {
    serviceAccountName: "coredns",
    priorityClassName: "system-cluster-critical",
    tolerations,
    containers: [container],
  };
  const template = { metadata: { labels }, spec };
  return made(
    "Deployment",
    "coredns",
    SYSTEM,
    { spec: { replicas: CORE_DNS_REPLICAS, selector: { matchLabels: labels }, template } },
    labels,
  );
}

function service(
  name: string,
  namespace: string,
  address: string,
  ports: readonly Fields[],
  selector: Fields | null,
  labels: Fields,
): Fields {
  const spec = { clusterIP: address, clusterIPs: [address], ...(selector && { selector }), ports };
  return made("Service", name, namespace, { spec, status: { loadBalancer: {} } }, labels);
}

function theServices({ serviceSubnet }: Cluster): readonly Fields[] {
  const nth = (n: number): string => addressAt(serviceSubnet, n) ?? "None";
  const dns = [
    { name: "dns", port: 53, protocol: "UDP", targetPort: "dns" },
    { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: "dns-tcp" },
    { name: "metrics", port: 9153, protocol: "TCP", targetPort: "metrics" },
  ];
  const labels = { "k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" };
  return [
    service("kubernetes", "default", nth(1), [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }], null, {
      component: "apiserver",
      provider: "kubernetes",
    }),
    service("kube-dns", SYSTEM, nth(10), dns, { "k8s-app": "kube-dns" }, labels),
  ];
}

const PRIORITIES = { "system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000 };

function everything(cluster: Cluster): readonly Fields[] {
  const daemons = daemonsOf(cluster);
  return [
    ...["default", "kube-node-lease", "kube-public", SYSTEM].map((name) =>
      made("Namespace", name, "", { status: { phase: "Active" } }),
    ),
    ...Object.entries(CLUSTER_ROLES).map(([name, rules]) => made("ClusterRole", name, "", { rules })),
    ...Object.entries(BOUND_GROUPS).map(([name, group]) => made("ClusterRoleBinding", name, "", boundTo(name, group))),
    ...Object.entries(PRIORITIES).map(([name, value]) => made("PriorityClass", name, "", { value })),
    ...["default", "coredns", ...daemons.map(([name]) => name)].map((name) => made("ServiceAccount", name, SYSTEM, {})),
    ...theServices(cluster),
    coreDns(),
    ...daemons.map((each) => daemonSet(...each)),
  ];
}

/** What they were put in for: Talos puts in what is missing when it starts, and when its configuration has changed. */
const done = new WeakMap<object, string>();

/** Puts in what is missing. */
export function manifests(cluster: Cluster): void {
  const { store } = cluster;
  const reason = JSON.stringify([cluster.version, cluster.networkPlugin, cluster.hasKubeProxy]);
  if (done.get(store.identity) !== reason || !store.get("Namespace", "", SYSTEM)) {
    done.set(store.identity, reason);
    for (const object of everything(cluster)) {
      const kind = textAt(object, "kind");
      if (!store.get(kind, namespaceOf(object), nameOf(object)))
        store.create(kind, withDefaults(kindNamed(kind), object));
    }
  }
  apiEndpoints(cluster);
  for (const node of store.list("Node")) staticPods(cluster, node);
}

const isControlPlane = (node: Fields): boolean =>
  "node-role.kubernetes.io/control-plane" in mapAt(node, "metadata", "labels");

/** Where the API server is, for pods. */
function apiEndpoints({ store }: Cluster): void {
  const addresses = store
    .list("Node")
    .filter(isControlPlane)
    .map((node) => ({ ip: addressOf(node) }));
  const ports = [{ name: "https", port: 6443, protocol: "TCP" }];
  const labels = { "endpointslice.kubernetes.io/skip-mirror": "true" };
  const endpoints = made(
    "Endpoints",
    "kubernetes",
    "default",
    { subsets: addresses.length > 0 ? [{ addresses, ports }] : [] },
    labels,
  );
  const slice = made(
    "EndpointSlice",
    "kubernetes",
    "default",
    {
      addressType: "IPv4",
      endpoints: addresses.map(({ ip }) => ({ addresses: [ip], conditions: { ready: true } })),
      ports,
    },
    { "kubernetes.io/service-name": "kubernetes" },
  );
  for (const object of [endpoints, slice]) {
    const before = store.get(textAt(object, "kind"), "default", "kubernetes");
    if (before) store.update(textAt(object, "kind"), { ...before, ...object, metadata: fieldsAt(before, "metadata") });
    else store.create(textAt(object, "kind"), object);
  }
}

const addressOf = (node: Fields): string => {
  const found = fieldsAt(node, "status")["addresses"];
  const first = Array.isArray(found) ? found[0] : undefined;
  return textAt(first, "address");
};

const STATIC_PODS = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

/** The mirrors of what Talos runs on a control plane without asking anybody. */
function staticPods(cluster: Cluster, node: Fields): void {
  const { store, version } = cluster;
  if (!isControlPlane(node)) return;
  for (const app of STATIC_PODS) {
    const name = `${app}-${nameOf(node)}`;
    if (store.get("Pod", SYSTEM, name)) continue;
    const spec = {
      nodeName: nameOf(node),
      hostNetwork: true,
      priorityClassName: "system-cluster-critical",
      tolerations: [{ effect: "NoExecute", operator: "Exists" }],
      containers: [{ name: app, image: `registry.k8s.io/${app}:v${version}` }],
    };
    const pod = made(
      "Pod",
      name,
      SYSTEM,
      { spec, status: { phase: "Pending", qosClass: "Burstable" } },
      { "k8s-app": app, tier: "control-plane", component: app },
    );
    const metadata = {
      ...fieldsAt(pod, "metadata"),
      annotations: { "kubernetes.io/config.mirror": nameOf(node), "kubernetes.io/config.source": "file" },
      ownerReferences: [ownerReference(node)],
    };
    store.create("Pod", withDefaults(kindNamed("Pod"), { ...pod, metadata }));
  }
}
