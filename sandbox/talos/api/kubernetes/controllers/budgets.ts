/** PodDisruptionBudgets: how many pods may go now. */
import { at, type Fields, fieldsAt, mapAt, namespaceOf, numberAt } from "../objects/fields.ts";
import { objectSelector } from "../objects/selectors.ts";
import type { Cluster } from "../store/cluster.ts";
import { condition, controllerOf, isActive, isReady, setStatus, share } from "./own-pods.ts";

const OWNERS = ["ReplicaSet", "StatefulSet"];

/** How many pods there are to be: as many as their owners want. */
function expected({ store }: Cluster, pods: readonly Fields[], namespace: string): number {
  const owners = new Set(pods.map(controllerOf));
  const sets = OWNERS.flatMap((kind) => store.list(kind, namespace)).filter((each) =>
    owners.has(String(at(each, "metadata", "uid"))),
  );
  const alone = pods.filter((pod) => controllerOf(pod) === "").length;
  return sets.reduce((sum, set) => sum + numberAt(set, ["spec", "replicas"]), alone);
}

/** Counts of each. */
export function budgets(cluster: Cluster): void {
  const { store } = cluster;
  for (const budget of store.list("PodDisruptionBudget")) {
    const takes = objectSelector(fieldsAt(budget, "spec", "selector"));
    const pods = store
      .list("Pod", namespaceOf(budget))
      .filter((pod) => isActive(pod) && takes(mapAt(pod, "metadata", "labels")));
    const { minAvailable, maxUnavailable } = fieldsAt(budget, "spec");
    const all = typeof minAvailable === "number" ? pods.length : expected(cluster, pods, namespaceOf(budget));
    const desired =
      maxUnavailable === undefined
        ? share(minAvailable ?? 1, all, Math.ceil)
        : Math.max(0, all - share(maxUnavailable, all, Math.ceil));
    const healthy = pods.filter(isReady).length;
    const allowed = all === 0 ? 0 : Math.max(0, healthy - desired);
    setStatus(cluster, "PodDisruptionBudget", budget, {
      currentHealthy: healthy,
      desiredHealthy: desired,
      disruptionsAllowed: allowed,
      expectedPods: all,
      observedGeneration: numberAt(budget, ["metadata", "generation"]),
      conditions: [
        condition(
          budget,
          "DisruptionAllowed",
          allowed > 0,
          [allowed > 0 ? "SufficientPods" : "InsufficientPods", ""],
          store.now,
        ),
      ],
    });
  }
}
