/** Namespaces: what each has from the start, and how one is emptied. */
import { isGoing, nameOf, withAt } from "../objects/fields.ts";
import type { Cluster } from "../store/cluster.ts";
import { deleteObject } from "../verbs/remove.ts";

/** Fills those that are there, and empties those that go. */
export function namespaces(cluster: Cluster): void {
  const { store, authority } = cluster;
  for (const namespace of store.list("Namespace")) {
    const name = nameOf(namespace);
    if (!isGoing(namespace)) {
      if (!store.get("ServiceAccount", name, "default"))
        store.create("ServiceAccount", {
          apiVersion: "v1",
          kind: "ServiceAccount",
          metadata: { name: "default", namespace: name },
        });
      if (!store.get("ConfigMap", name, "kube-root-ca.crt"))
        store.create("ConfigMap", {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "kube-root-ca.crt", namespace: name },
          data: { "ca.crt": authority },
        });
      continue;
    }
    for (const { kind, object } of store.within(name)) deleteObject(cluster, kind, object);
    if (store.within(name).length === 0)
      store.remove("Namespace", withAt(namespace, ["spec", "finalizers"], undefined));
  }
}
