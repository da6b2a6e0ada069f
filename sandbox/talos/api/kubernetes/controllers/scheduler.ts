/** The scheduler: gives pods their nodes, or says why there is none. */
import { type Fields, isGoing, itemsAt, nameOf, namespaceOf, textAt, withAt } from "../objects/fields.ts";
import type { Cluster } from "../store/cluster.ts";
import { tell } from "./events.ts";
import { controllerOf } from "./own-pods.ts";
import { asksFor, refusal } from "./placing.ts";

const BY = "default-scheduler";

/** Nodes whose taint a pod only wants not to meet come last, then those with its like on them, then those with more on them. */
function worth({ store }: Cluster, pod: Fields, node: Fields): number {
  const there = store.list("Pod").filter((each) => textAt(each, "spec", "nodeName") === nameOf(node));
  const avoided = itemsAt(node, "spec", "taints").some(({ effect }) => effect === "PreferNoSchedule") ? 100_000 : 0;
  const alike = there.filter((each) => controllerOf(pod) !== "" && controllerOf(each) === controllerOf(pod)).length;
  return avoided + alike * 1_000 + there.length + there.reduce((sum, each) => sum + asksFor(each, "cpu"), 0);
}

/** What a pod waits for before nodes are looked at; null: for nothing. */
function waitsFor({ store }: Cluster, pod: Fields): string | null {
  for (const volume of itemsAt(pod, "spec", "volumes")) {
    const name = textAt(volume, "persistentVolumeClaim", "claimName");
    if (name === "") continue;
    const claim = store.get("PersistentVolumeClaim", namespaceOf(pod), name);
    if (!claim) return `persistentvolumeclaim "${name}" not found`;
    if (textAt(claim, "status", "phase") !== "Bound") return "pod has unbound immediate PersistentVolumeClaims";
  }
  return null;
}

/** Of each pod that has no node. */
export function scheduler(cluster: Cluster): void {
  const { store } = cluster;
  for (const pod of store.list("Pod")) {
    const isItsOwn =
      textAt(pod, "spec", "schedulerName") === BY && itemsAt(pod, "spec", "schedulingGates").length === 0;
    if (textAt(pod, "spec", "nodeName") !== "" || isGoing(pod) || !isItsOwn) continue;
    const nodes = store.list("Node");
    const waits = waitsFor(cluster, pod);
    if (waits !== null) {
      stays(
        cluster,
        pod,
        `0/${nodes.length} nodes are available: ${waits}. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`,
      );
      continue;
    }
    const refusals = nodes.map((node) => refusal(cluster, pod, node));
    const [best] = nodes
      .filter((_node, n) => refusals[n] === null)
      .toSorted((one, other) => worth(cluster, pod, one) - worth(cluster, pod, other));
    if (best) {
      store.update("Pod", withAt(pod, ["spec", "nodeName"], nameOf(best)));
      tell(
        cluster,
        pod,
        ["Normal", "Scheduled"],
        `Successfully assigned ${namespaceOf(pod)}/${nameOf(pod)} to ${nameOf(best)}`,
        BY,
      );
    } else stays(cluster, pod, noNode(refusals));
  }
}

/** In the words of the real one: each reason with the number of nodes that it is of. */
function noNode(refusals: readonly (string | null)[]): string {
  const [all, counts] = [refusals.length, new Map<string, number>()];
  for (const why of refusals) if (why !== null) counts.set(why, (counts.get(why) ?? 0) + 1);
  if (all === 0) return "no nodes available to schedule pods";
  const reasons = [...counts].map(([why, count]) => `${count} ${why}`).toSorted();
  const short = refusals.filter((why) => /^(?:Insufficient|Too many)/.test(why ?? "")).length;
  const others = all - short;
  const preemption = [
    ...(short > 0 ? [`${short} No preemption victims found for incoming pod`] : []),
    ...(others > 0 ? [`${others} Preemption is not helpful for scheduling`] : []),
  ];
  return `0/${all} nodes are available: ${reasons.join(", ")}. preemption: 0/${all} nodes are available: ${preemption.join(", ")}.`;
}

function stays(cluster: Cluster, pod: Fields, message: string): void {
  const { store } = cluster;
  const before = itemsAt(pod, "status", "conditions").find((each) => each["type"] === "PodScheduled");
  const since = textAt(before, "lastTransitionTime") || store.now;
  const condition = {
    type: "PodScheduled",
    status: "False",
    lastProbeTime: null,
    lastTransitionTime: since,
    reason: "Unschedulable",
    message,
  };
  store.update("Pod", withAt(pod, ["status", "conditions"], [condition]));
  tell(cluster, pod, ["Warning", "FailedScheduling"], message, BY);
}
