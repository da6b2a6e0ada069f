/** What the API server of a cluster tells of. */
import type { KubernetesNamespace } from "./namespaces.ts";
import type { KubernetesNode } from "./nodes.ts";

/** A cluster at one moment. */
export interface ApiState {
  readonly version: string;
  readonly now: string;
  readonly nodes: readonly KubernetesNode[];
  readonly namespaces: readonly KubernetesNamespace[];
}
