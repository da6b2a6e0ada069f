/** What etcd of a cluster holds. Owned by sandbox/talos. */
export interface EtcdState {
  /** Of the last write; every object has that of its own last one. */
  revision: number;
  /** By `group/plural/namespace/name`; as the API has them. */
  objects: Record<string, KubernetesObject>;
  /** Machines by the name of their node, which somebody has deleted. */
  unregistered?: Readonly<Record<string, string>>;
}

/** Plain JSON. */
type Json = string | number | boolean | null | readonly Json[] | KubernetesObject;
/** An object of the Kubernetes API: none is changed, each write puts another one in its place. */
export interface KubernetesObject {
  readonly [field: string]: Json;
}
