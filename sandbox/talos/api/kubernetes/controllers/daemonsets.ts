/** DaemonSets: a pod on every node that fits. */
import { type Fields, fieldsAt, isGoing, itemsAt, mapAt, nameOf, numberAt, textAt } from "../objects/fields.ts";
import type { Cluster } from "../store/cluster.ts";
import { dropPod, isActive, isReady, makePod, ownedBy, setStatus, share } from "./own-pods.ts";
import { fitsLabels, unborne } from "./placing.ts";
import { currentRevision } from "./revisions.ts";

const HASH = "controller-revision-hash";

/** What every pod of a DaemonSet bears (the DaemonSet controller adds it). */
const BORNE: readonly Fields[] = [
  { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/disk-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/pid-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/unschedulable", operator: "Exists", effect: "NoSchedule" },
];
const ON_NETWORK: Fields = { key: "node.kubernetes.io/network-unavailable", operator: "Exists", effect: "NoSchedule" };

function tolerations(spec: Fields): readonly Fields[] {
  return [...itemsAt(spec, "tolerations"), ...BORNE, ...(spec["hostNetwork"] === true ? [ON_NETWORK] : [])];
}

/** Makes and drops pods. */
export function daemonSets(cluster: Cluster): void {
  for (const set of cluster.store.list("DaemonSet")) {
    const spec = fieldsAt(set, "spec", "template", "spec");
    const borne = tolerations(spec);
    const wants = (node: Fields, effects: readonly string[]): boolean =>
      fitsLabels(spec, node) && !unborne(node, borne, effects);
    const nodes = cluster.store.list("Node");
    const { hash } = currentRevision(cluster, set);
    const pods = ownedBy(cluster, "Pod", set);
    const on = (node: Fields): readonly Fields[] =>
      pods.filter((pod) => textAt(pod, "spec", "nodeName") === nameOf(node));
    if (!isGoing(set)) {
      for (const node of nodes) {
        const there = on(node).filter(isActive);
        const name = nameOf(node);
        if (there.length === 0 && on(node).length === 0 && wants(node, ["NoSchedule", "NoExecute"]))
          makePod(cluster, set, { labels: { [HASH]: hash }, spec: { nodeName: name, tolerations: borne } });
        if (!wants(node, ["NoExecute"])) for (const pod of there) dropPod(cluster, set, pod);
      }
      for (const pod of pods.filter((each) => !nodes.some((node) => nameOf(node) === textAt(each, "spec", "nodeName"))))
        dropPod(cluster, set, pod);
      replace(cluster, set, pods.filter(isActive), hash);
    }
    count(
      cluster,
      set,
      nodes.filter((node) => wants(node, ["NoSchedule", "NoExecute"])),
      hash,
    );
  }
}

/** As many of the older pods as may be missing go. */
function replace(cluster: Cluster, set: Fields, pods: readonly Fields[], hash: string): void {
  if (textAt(set, "spec", "updateStrategy", "type") === "OnDelete") return;
  const olds = pods.filter((pod) => mapAt(pod, "metadata", "labels")[HASH] !== hash);
  const missing = share(
    fieldsAt(set, "spec", "updateStrategy", "rollingUpdate")["maxUnavailable"] ?? 1,
    pods.length,
    Math.ceil,
  );
  const away = pods.filter((pod) => !isReady(pod)).length;
  for (const pod of olds.slice(0, Math.max(0, Math.max(1, missing) - away))) dropPod(cluster, set, pod);
}

function count(cluster: Cluster, set: Fields, wanted: readonly Fields[], hash: string): void {
  const pods = ownedBy(cluster, "Pod", set).filter(isActive);
  const names = new Set(wanted.map(nameOf));
  const placed = pods.filter((pod) => names.has(textAt(pod, "spec", "nodeName")));
  const ready = placed.filter(isReady).length;
  setStatus(cluster, "DaemonSet", set, {
    currentNumberScheduled: placed.length,
    numberMisscheduled: pods.length - placed.length,
    desiredNumberScheduled: wanted.length,
    numberReady: ready,
    observedGeneration: numberAt(set, ["metadata", "generation"]),
    updatedNumberScheduled: placed.filter((pod) => mapAt(pod, "metadata", "labels")[HASH] === hash).length,
    numberAvailable: ready,
    ...(wanted.length > ready && { numberUnavailable: wanted.length - ready }),
  });
}
