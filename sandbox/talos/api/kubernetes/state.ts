/** What the API server of a cluster tells of. */
import type { NetworkPlugin } from "../../model/config/facts.ts";
import type { KubernetesNamespace } from "./namespaces.ts";
import type { KubernetesNode } from "./nodes.ts";

/** A cluster at one moment. */
export interface ApiState {
  readonly version: string;
  readonly now: string;
  readonly networkPlugin: NetworkPlugin;
  readonly hasKubeProxy: boolean;
  readonly nodes: readonly KubernetesNode[];
  readonly namespaces: readonly KubernetesNamespace[];
}
