/** The kubelets: pods on a node that reports run and are ready, those of a job are done, those that go are gone. */
import { createHash } from "node:crypto";
import { at, conditionOf, type Fields, fieldsAt, isGoing, itemsAt, nameOf, textAt } from "../objects/fields.ts";
import { podAddress } from "../store/addresses.ts";
import type { Cluster } from "../store/cluster.ts";
import { tell } from "./events.ts";
import { ageOf } from "./own-pods.ts";

/** Whether what reports for a node is there. */
function reports({ machines }: Cluster, node: string): boolean {
  return machines.some((machine) => nameOf(machine.node) === node && !machine.isSilent);
}

/** How long the pod garbage collector leaves pods of a node that is not there. */
const ORPHANED_MS = 40_000;

/** Of each pod that has a node. */
export function kubelets(cluster: Cluster): void {
  const { store } = cluster;
  for (const pod of store.list("Pod")) {
    const name = textAt(pod, "spec", "nodeName");
    if (name === "") continue;
    const node = store.get("Node", "", name);
    // Pods of a node that is no more are nobody's, after a while: whoever wants them makes others at once.
    if (!node) {
      if (ageOf(cluster, pod) >= ORPHANED_MS) store.remove("Pod", pod);
    } else if (!reports(cluster, name)) markUnready(cluster, pod);
    else if (isGoing(pod)) end(cluster, pod);
    else if (!["Succeeded", "Failed"].includes(textAt(pod, "status", "phase"))) run(cluster, pod, node);
  }
}

function end(cluster: Cluster, pod: Fields): void {
  for (const { name } of itemsAt(pod, "spec", "containers"))
    tell(cluster, pod, ["Normal", "Killing"], `Stopping container ${String(name)}`, "kubelet");
  const finalizers = at(pod, "metadata", "finalizers");
  if (!Array.isArray(finalizers) || finalizers.length === 0) cluster.store.remove("Pod", pod);
}

/** As the node lifecycle controller marks pods of a node that has gone silent. */
function markUnready({ store }: Cluster, pod: Fields): void {
  const conditions = itemsAt(pod, "status", "conditions").map((each) =>
    each["type"] === "Ready" && each["status"] === "True"
      ? { ...each, status: "False", lastTransitionTime: store.now }
      : each,
  );
  if (conditions.length > 0) store.update("Pod", { ...pod, status: { ...fieldsAt(pod, "status"), conditions } });
}

function conditions(pod: Fields, isReady: boolean, isDone: boolean, now: string): readonly Fields[] {
  return ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => {
    const isTrue =
      type === "Initialized" ||
      type === "PodScheduled" ||
      (isDone ? false : type === "PodReadyToStartContainers" || isReady);
    const status = isTrue ? "True" : "False";
    const before = conditionOf(pod, type);
    const since = before?.["status"] === status ? textAt(before, "lastTransitionTime") : now;
    return {
      type,
      status,
      lastProbeTime: null,
      lastTransitionTime: since,
      ...(isDone && !isTrue && { reason: "PodCompleted" }),
    };
  });
}

/** Pods of jobs have nothing to do here, so they are done. */
function comesToItsEnd(pod: Fields): boolean {
  return itemsAt(pod, "metadata", "ownerReferences").some((owner) => owner["kind"] === "Job");
}

function run(cluster: Cluster, pod: Fields, node: Fields): void {
  const { store } = cluster;
  const isDone = comesToItsEnd(pod);
  const hostIP = textAt(itemsAt(node, "status", "addresses")[0], "address");
  const isHosts = at(pod, "spec", "hostNetwork") === true;
  const podIP =
    textAt(pod, "status", "podIP") || (isHosts ? hostIP : podAddress(cluster, textAt(node, "spec", "podCIDR"))) || "";
  const startedAt = textAt(pod, "status", "startTime") || store.now;
  const { nominatedNodeName: _none, ...status } = fieldsAt(pod, "status");
  const statusesOf = (list: string, ended: boolean): readonly Fields[] =>
    itemsAt(pod, "spec", list).map((each) => containerStatus(pod, each, startedAt, ended));
  const initial = statusesOf("initContainers", true);
  const before = textAt(pod, "status", "startTime");
  store.update("Pod", {
    ...pod,
    status: {
      ...status,
      phase: isDone ? "Succeeded" : "Running",
      conditions: conditions(pod, true, isDone, store.now),
      hostIP,
      hostIPs: [{ ip: hostIP }],
      ...(podIP !== "" && { podIP, podIPs: [{ ip: podIP }] }),
      startTime: startedAt,
      ...(initial.length > 0 && { initContainerStatuses: initial }),
      containerStatuses: statusesOf("containers", isDone),
    },
  });
  if (before === "")
    for (const each of itemsAt(pod, "spec", "containers"))
      started(cluster, pod, textAt(each, "name"), textAt(each, "image"));
}

function started(cluster: Cluster, pod: Fields, container: string, image: string): void {
  tell(cluster, pod, ["Normal", "Pulled"], `Container image "${image}" already present on machine`, "kubelet");
  tell(cluster, pod, ["Normal", "Created"], `Created container: ${container}`, "kubelet");
  tell(cluster, pod, ["Normal", "Started"], `Started container ${container}`, "kubelet");
}

function containerStatus(pod: Fields, container: Fields, startedAt: string, isDone: boolean): Fields {
  const image = textAt(container, "image");
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  const containerID = `containerd://${hash(`${textAt(pod, "metadata", "uid")} ${textAt(container, "name")}`)}`;
  const ended = { exitCode: 0, reason: "Completed", startedAt, finishedAt: startedAt, containerID };
  return {
    name: textAt(container, "name"),
    image,
    imageID: `${image.split(":")[0] ?? ""}@sha256:${hash(image)}`,
    containerID,
    ready: !isDone,
    started: !isDone,
    restartCount: 0,
    lastState: {},
    state: isDone ? { terminated: ended } : { running: { startedAt } },
  };
}
