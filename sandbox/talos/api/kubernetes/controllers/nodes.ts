/** Nodes: kubelets register them and report, Talos lays its labels and taints on them, and those that fall silent are marked. */
import {
  at,
  conditionOf,
  type Fields,
  fieldsAt,
  holds,
  isGoing,
  itemsAt,
  mapAt,
  nameOf,
  same,
  textAt,
  withAt,
} from "../objects/fields.ts";
import { nodeSubnet } from "../store/addresses.ts";
import type { Cluster, MachineNode } from "../store/cluster.ts";
import { MACHINE } from "../store/store.ts";
import { kindNamed } from "../kinds/kinds.ts";
import { deleteObject } from "../verbs/remove.ts";
import { tell } from "./events.ts";
import { ageOf, ownerReference } from "./own-pods.ts";
import { bears } from "./placing.ts";

const OWNED_LABELS = "talos.dev/owned-labels";
const OWNED_ANNOTATIONS = "talos.dev/owned-annotations";
const OWNED_TAINTS = "talos.dev/owned-taints";
const BY = "node-controller";

/** Nodes as of their machines. */
export function nodes(cluster: Cluster): void {
  const { store, machines } = cluster;
  for (const machine of machines) {
    const before = store.get("Node", "", nameOf(machine.node));
    if (before) {
      refresh(cluster, machine, before);
      if (!machine.isSilent) renew(cluster, nameOf(before));
    } else if (store.unregistered(nameOf(machine.node)) !== machine.machine) register(cluster, machine);
  }
  for (const node of store.list("Node")) {
    const machine = machines.find((each) => nameOf(each.node) === nameOf(node));
    if (!machine || machine.isSilent) goSilent(cluster, node);
  }
  for (const node of store.list("Node")) taintByConditions(cluster, node);
  for (const pod of store.list("Pod")) evictByTaints(cluster, pod);
}

function register(cluster: Cluster, machine: MachineNode): void {
  const { store } = cluster;
  const podCIDR = nodeSubnet(cluster);
  const spec = {
    ...(podCIDR !== null && { podCIDR, podCIDRs: [podCIDR] }),
    ...fieldsAt(machine.node, "spec"),
    ...(machine.cordoned && { unschedulable: true }),
  };
  const annotations = {
    ...mapAt(machine.node, "metadata", "annotations"),
    ...owned(machine),
    [MACHINE]: machine.machine,
    "node.alpha.kubernetes.io/ttl": "0",
  };
  const metadata = { ...fieldsAt(machine.node, "metadata"), annotations };
  const node = store.create("Node", { ...machine.node, metadata, spec });
  if (!store.get("Lease", "kube-node-lease", nameOf(node)))
    store.create("Lease", {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: nameOf(node), namespace: "kube-node-lease", ownerReferences: [ownerReference(node)] },
      spec: { holderIdentity: nameOf(node), leaseDurationSeconds: 40, renewTime: store.now.replace("Z", ".000000Z") },
    });
  tell(
    cluster,
    node,
    ["Normal", "RegisteredNode"],
    `Node ${nameOf(node)} event: Registered Node ${nameOf(node)} in Controller`,
    BY,
  );
}

/** How often kubelets renew their leases, and write the times of conditions that have not changed. */
const [RENEW_MS, REPORT_MS] = [10_000, 300_000];

const isOld = (time: string, now: string, after: number): boolean => Date.parse(now) - Date.parse(time) >= after;

function renew({ store }: Cluster, node: string): void {
  const lease = store.get("Lease", "kube-node-lease", node);
  if (lease && isOld(textAt(lease, "spec", "renewTime"), store.now, RENEW_MS))
    store.update("Lease", withAt(lease, ["spec", "renewTime"], store.now.replace("Z", ".000000Z")));
}

/** What Talos remembers of what it has laid on a node. */
function owned({ node }: MachineNode): Readonly<Record<string, string>> {
  const taints = itemsAt(node, "spec", "taints").map((taint) => textAt(taint, "key"));
  const annotations = Object.keys(mapAt(node, "metadata", "annotations"));
  return {
    ...(annotations.length > 0 && { [OWNED_ANNOTATIONS]: JSON.stringify(annotations.toSorted()) }),
    [OWNED_LABELS]: JSON.stringify(Object.keys(mapAt(node, "metadata", "labels")).toSorted()),
    ...(taints.length > 0 && { [OWNED_TAINTS]: JSON.stringify(taints.toSorted()) }),
  };
}

function listIn(text: string | undefined): readonly string[] {
  const read: unknown = text === undefined ? [] : JSON.parse(text);
  return Array.isArray(read) ? read.map(String) : [];
}

/** What clients have laid on it stays; what is the machine's follows the machine. */
function refresh({ store }: Cluster, machine: MachineNode, before: Fields): void {
  const [annotations, own] = [mapAt(before, "metadata", "annotations"), owned(machine)];
  const [oldLabels, oldTaints] = [listIn(annotations[OWNED_LABELS]), listIn(annotations[OWNED_TAINTS])];
  const labels = Object.entries(mapAt(before, "metadata", "labels")).filter(([key]) => !oldLabels.includes(key));
  const wanted = itemsAt(machine.node, "spec", "taints");
  const others = itemsAt(before, "spec", "taints").filter(
    (taint) =>
      !oldTaints.includes(textAt(taint, "key")) &&
      !wanted.some((each) => each["key"] === taint["key"] && each["effect"] === taint["effect"]),
  );
  const taints = [...wanted, ...others];
  const gone = [OWNED_TAINTS, OWNED_ANNOTATIONS, ...listIn(annotations[OWNED_ANNOTATIONS])];
  const kept = Object.fromEntries(Object.entries(annotations).filter(([key]) => !gone.includes(key)));
  const status = fieldsAt(machine.node, "status");
  const next: Fields = {
    ...before,
    metadata: {
      ...fieldsAt(before, "metadata"),
      labels: { ...Object.fromEntries(labels), ...mapAt(machine.node, "metadata", "labels") },
      annotations: {
        ...kept,
        ...mapAt(machine.node, "metadata", "annotations"),
        ...own,
        [MACHINE]: machine.machine,
      },
    },
    spec: withAt(fieldsAt(before, "spec"), ["taints"], taints.length > 0 ? taints : undefined),
    status: machine.isSilent
      ? fieldsAt(before, "status")
      : { ...status, conditions: kubeletConditions(before, status) },
  };
  store.update("Node", next);
  const isCordoned = at(before, "spec", "unschedulable") === true;
  if (isCordoned !== machine.cordoned) machine.cordon(isCordoned);
}

/** What has not changed has its old times. */
function kubeletConditions(before: Fields, status: Fields): readonly Fields[] {
  return itemsAt(status, "conditions").map((each) => {
    const was = conditionOf(before, textAt(each, "type"));
    if (was?.["status"] !== each["status"] || was?.["reason"] !== each["reason"]) return each;
    const [reported, now] = [textAt(was, "lastHeartbeatTime"), textAt(each, "lastHeartbeatTime")];
    const lastHeartbeatTime = isOld(reported, now, REPORT_MS) ? now : reported;
    return { ...each, lastHeartbeatTime, lastTransitionTime: textAt(was, "lastTransitionTime") };
  });
}

/** A node whose kubelet does not report any more: nothing is known of it. */
function goSilent({ store }: Cluster, node: Fields): void {
  const conditions = itemsAt(node, "status", "conditions").map((each) =>
    each["status"] === "Unknown"
      ? each
      : {
          ...each,
          status: "Unknown",
          reason: "NodeStatusUnknown",
          message: "Kubelet stopped posting node status.",
          lastTransitionTime: store.now,
        },
  );
  store.update("Node", withAt(node, ["status", "conditions"], conditions));
}

/** The taints that the node lifecycle controller keeps. */
const TAINTS = ["not-ready", "unreachable", "unschedulable"].map((name) => `node.kubernetes.io/${name}`);

function taintByConditions(cluster: Cluster, node: Fields): void {
  const { store } = cluster;
  const ready = textAt(conditionOf(node, "Ready"), "status");
  const key =
    ready === "True" ? "" : ready === "Unknown" ? "node.kubernetes.io/unreachable" : "node.kubernetes.io/not-ready";
  const before = itemsAt(node, "spec", "taints");
  const timed = (taint: Fields): Fields => {
    const found = before.find((each) => each["key"] === taint["key"] && each["effect"] === taint["effect"]);
    return { ...taint, timeAdded: found?.["timeAdded"] ?? store.now };
  };
  const own = [
    ...(key === "" ? [] : [timed({ key, effect: "NoSchedule" }), timed({ key, effect: "NoExecute" })]),
    ...(at(node, "spec", "unschedulable") === true
      ? [timed({ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" })]
      : []),
  ];
  const taints = [...before.filter((each) => !TAINTS.includes(textAt(each, "key"))), ...own];
  if (same(taints, before)) return;
  store.update("Node", withAt(node, ["spec", "taints"], taints.length > 0 ? taints : undefined));
  const status = holds(node, "Ready") ? "NodeReady" : "NodeNotReady";
  if (key !== "" || before.some((each) => each["effect"] === "NoExecute" && TAINTS.includes(textAt(each, "key"))))
    tell(cluster, node, ["Normal", status], `Node ${nameOf(node)} status is now: ${status}`, BY);
}

/** A pod goes at once where it does not bear a NoExecute taint, or after the time that it bears it for. */
function evictByTaints(cluster: Cluster, pod: Fields): void {
  const { store } = cluster;
  const node = store.get("Node", "", textAt(pod, "spec", "nodeName"));
  // One that has just been made is left for a moment: its owner makes another at once.
  if (!node || isGoing(pod) || ageOf(cluster, pod) === 0) return;
  const tolerations = itemsAt(pod, "spec", "tolerations");
  const isDue = itemsAt(node, "spec", "taints")
    .filter((taint) => taint["effect"] === "NoExecute")
    .some((taint) => {
      const bearing = tolerations.filter((each) => bears([each], taint));
      if (bearing.length === 0) return true;
      const times = bearing.flatMap(({ tolerationSeconds }) =>
        typeof tolerationSeconds === "number" ? [tolerationSeconds] : [],
      );
      if (times.length === 0) return false;
      const since = Date.parse(textAt(taint, "timeAdded"));
      return Date.parse(store.now) >= since + Math.min(...times) * 1000;
    });
  if (!isDue) return;
  tell(
    cluster,
    pod,
    ["Normal", "TaintManagerEviction"],
    `Marking for deletion Pod ${textAt(pod, "metadata", "namespace")}/${nameOf(pod)}`,
    "taint-eviction-controller",
  );
  deleteObject(cluster, kindNamed("Pod"), pod);
}
