/** What Talos brings into every cluster that clients look for: CoreDNS and its service's endpoints. No StorageClass. */
import type { ApiState } from "./state.ts";
import { coreDns, coreDnsNodes } from "./workloads.ts";

const metadata = (name: string) => ({ name, namespace: "kube-system", labels: { "k8s-app": "kube-dns" } });

function endpointSlices(state: ApiState): object {
  const endpoints = coreDnsNodes(state).map(({ metadata: { name } }) => ({
    nodeName: name,
    conditions: { ready: true },
  }));
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
      return { kind: "Deployment", apiVersion: "apps/v1", ...coreDns(state) };
    case "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices":
      return endpointSlices(state);
    case "/apis/storage.k8s.io/v1/storageclasses":
      return STORAGE_CLASSES;
    default:
      return undefined;
  }
}
