/** The namespaces that a cluster has from the start. */

/** v1.Namespace */
export interface KubernetesNamespace {
  readonly metadata: {
    readonly name: string;
    readonly creationTimestamp: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly status: { readonly phase: "Active" };
}

/** `since` is when the cluster came up. */
export function namespaces(since: string): readonly KubernetesNamespace[] {
  return ["default", "kube-node-lease", "kube-public", "kube-system"].map((name) => ({
    metadata: {
      name,
      creationTimestamp: since.replace(/\.\d+Z$/, "Z"),
      labels: { "kubernetes.io/metadata.name": name },
    },
    status: { phase: "Active" },
  }));
}
