/** ReplicaSets: so many pods of a template. */
import { type Fields, isGoing, itemsAt, mapAt, numberAt, textAt } from "../objects/fields.ts";
import type { Cluster } from "../store/cluster.ts";
import { dropPod, granted, isActive, isReady, makePod, ownedBy, setStatus } from "./own-pods.ts";

/** Of two pods, the one that is missed less goes first: those without a node, those that are not ready, the younger. */
function byWorth(one: Fields, other: Fields): number {
  const worth = (pod: Fields): number => (textAt(pod, "spec", "nodeName") === "" ? 0 : 2) + (isReady(pod) ? 1 : 0);
  const created = (pod: Fields): string => textAt(pod, "metadata", "creationTimestamp");
  return worth(one) - worth(other) || (created(one) < created(other) ? 1 : created(one) > created(other) ? -1 : 0);
}

/** Makes and drops pods. */
export function replicaSets(cluster: Cluster): void {
  for (const set of cluster.store.list("ReplicaSet")) {
    const pods = ownedBy(cluster, "Pod", set);
    const active = pods.filter(isActive);
    const wanted = granted(cluster, set, numberAt(set, ["spec", "replicas"], 1));
    if (!isGoing(set)) {
      for (let n = active.length; n < wanted; n++) if (!makePod(cluster, set)) break;
      for (const pod of active.toSorted(byWorth).slice(0, Math.max(0, active.length - wanted)))
        dropPod(cluster, set, pod);
    }
    count(cluster, set);
  }
}

function count(cluster: Cluster, set: Fields): void {
  const pods = ownedBy(cluster, "Pod", set).filter(isActive);
  const ready = pods.filter(isReady).length;
  const labels = Object.entries(mapAt(set, "spec", "template", "metadata", "labels"));
  const labeled = pods.filter((pod) =>
    labels.every(([key, value]) => mapAt(pod, "metadata", "labels")[key] === value),
  ).length;
  setStatus(cluster, "ReplicaSet", set, {
    replicas: pods.length,
    ...(labeled > 0 && { fullyLabeledReplicas: labeled }),
    ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }),
    observedGeneration: numberAt(set, ["metadata", "generation"]),
    ...(itemsAt(set, "status", "conditions").length > 0 && { conditions: itemsAt(set, "status", "conditions") }),
  });
}
