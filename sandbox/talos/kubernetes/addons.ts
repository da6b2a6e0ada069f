/** What Talos brings into every cluster that clients look for: CoreDNS and its service's endpoints. No StorageClass. */
import type { ApiState } from "./state.ts";
import type { KubernetesNode } from "./nodes.ts";

/** As Talos has it (siderolabs/talos v1.13.9, controlplane templates: core-dns). */
const REPLICAS = 2;

/** Both replicas run where there is a node that is Ready, as they bear the control planes' taint. */
function running({ nodes }: ApiState): readonly KubernetesNode[] {
  const ready = nodes.filter(({ status }) =>
    status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True"),
  );
  return ready.length === 0
    ? []
    : Array.from({ length: REPLICAS }, (_, index) => ready[index % ready.length]).filter((node) => node !== undefined);
}

const metadata = (name: string) => ({ name, namespace: "kube-system", labels: { "k8s-app": "kube-dns" } });

function coreDns(state: ApiState): object {
  return {
    kind: "Deployment",
    apiVersion: "apps/v1",
    metadata: metadata("coredns"),
    spec: { replicas: REPLICAS },
    status: { replicas: REPLICAS, availableReplicas: running(state).length },
  };
}

function endpointSlices(state: ApiState): object {
  const endpoints = running(state).map(({ metadata: { name } }) => ({ nodeName: name, conditions: { ready: true } }));
  return {
    kind: "EndpointSliceList",
    apiVersion: "discovery.k8s.io/v1",
    metadata: { resourceVersion: "1" },
    items: [{ metadata: metadata("kube-dns-sandbox"), addressType: "IPv4", endpoints }],
  };
}

const STORAGE_CLASSES = {
  kind: "StorageClassList",
  apiVersion: "storage.k8s.io/v1",
  metadata: { resourceVersion: "1" },
  items: [],
};

/** The answer at one of their paths; undefined at every other path. */
export function addons(pathname: string, state: ApiState): object | undefined {
  switch (pathname) {
    case "/apis/apps/v1/namespaces/kube-system/deployments/coredns":
      return coreDns(state);
    case "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices":
      return endpointSlices(state);
    case "/apis/storage.k8s.io/v1/storageclasses":
      return STORAGE_CLASSES;
    default:
      return undefined;
  }
}
