/** Deployments: a ReplicaSet for each template there was, and the pods moved from one to the next. */
import {
  at,
  type Fields,
  fieldsAt,
  isGoing,
  mapAt,
  nameOf,
  namespaceOf,
  numberAt,
  same,
  textAt,
  uidOf,
  withAt,
} from "../objects/fields.ts";
import type { Cluster } from "../store/cluster.ts";
import { deleteObject } from "../verbs/remove.ts";
import { kindNamed } from "../kinds/kinds.ts";
import { tell } from "./events.ts";
import { condition, ownedBy, ownerReference, setStatus, share, templateHash } from "./own-pods.ts";

const HASH = "pod-template-hash";
const REVISION = "deployment.kubernetes.io/revision";
const BY = "deployment-controller";

const revisionOf = (object: Fields): number => Number(mapAt(object, "metadata", "annotations")[REVISION] ?? 0);
const replicas = (object: Fields): number => numberAt(object, ["spec", "replicas"], 0);
const available = (set: Fields): number => numberAt(set, ["status", "availableReplicas"]);
const sum = (sets: readonly Fields[], what: (set: Fields) => number): number =>
  sets.reduce((all, set) => all + what(set), 0);

/** The template of a set, without the label that tells it apart. */
const templateOf = (set: Fields): Fields =>
  withAt(fieldsAt(set, "spec", "template"), ["metadata", "labels", HASH], undefined);

function scaleTo(cluster: Cluster, deployment: Fields, set: Fields, to: number): void {
  const from = replicas(set);
  if (from === to) return;
  cluster.store.update("ReplicaSet", withAt(set, ["spec", "replicas"], to));
  const how = to > from ? "up" : "down";
  tell(
    cluster,
    deployment,
    ["Normal", "ScalingReplicaSet"],
    `Scaled ${how} replica set ${nameOf(set)} from ${from} to ${to}`,
    BY,
  );
}

function newSet(cluster: Cluster, deployment: Fields, olds: readonly Fields[]): Fields {
  const template = fieldsAt(deployment, "spec", "template");
  const hash = templateHash(template);
  const labels = { ...mapAt(template, "metadata", "labels"), [HASH]: hash };
  const {
    [REVISION]: _revision,
    "kubectl.kubernetes.io/last-applied-configuration": _applied,
    ...annotations
  } = mapAt(deployment, "metadata", "annotations");
  const revision = Math.max(0, ...olds.map(revisionOf)) + 1;
  return cluster.store.create("ReplicaSet", {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${nameOf(deployment)}-${hash}`,
      namespace: namespaceOf(deployment),
      labels,
      annotations: { ...annotations, [REVISION]: String(revision) },
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: { ...mapAt(deployment, "spec", "selector", "matchLabels"), [HASH]: hash } },
      template: withAt(template, ["metadata", "labels"], labels),
    },
    status: { replicas: 0 },
  });
}

/** One that has the template again is the latest again. */
function currentSet(cluster: Cluster, deployment: Fields, sets: readonly Fields[]): Fields | null {
  const { store } = cluster;
  const found = sets.find((set) => same(templateOf(set), fieldsAt(deployment, "spec", "template")));
  if (!found && at(deployment, "spec", "paused") === true) return null;
  const olds = sets.filter((set) => set !== found);
  const latest = Math.max(0, ...olds.map(revisionOf)) + 1;
  let set = found ?? newSet(cluster, deployment, olds);
  const cause = mapAt(deployment, "metadata", "annotations")["kubernetes.io/change-cause"];
  if (olds.length > 0 && revisionOf(set) < latest)
    set = store.update("ReplicaSet", withAt(set, ["metadata", "annotations", REVISION], String(latest)));
  if (cause !== undefined)
    set = store.update("ReplicaSet", withAt(set, ["metadata", "annotations", "kubernetes.io/change-cause"], cause));
  if (revisionOf(deployment) !== revisionOf(set)) {
    const present = store.get("Deployment", namespaceOf(deployment), nameOf(deployment)) ?? deployment;
    store.update("Deployment", withAt(present, ["metadata", "annotations", REVISION], String(revisionOf(set))));
  }
  return set;
}

/** A step of the way from the old sets to the new one: no more than the surge, no fewer than are to be there. */
function roll(cluster: Cluster, deployment: Fields, current: Fields, olds: readonly Fields[]): void {
  const wanted = replicas(deployment);
  const strategy = fieldsAt(deployment, "spec", "strategy");
  const isRolling = strategy["type"] !== "Recreate";
  const surge = isRolling ? share(at(strategy, "rollingUpdate", "maxSurge"), wanted, Math.ceil) : 0;
  const missing = share(at(strategy, "rollingUpdate", "maxUnavailable"), wanted, Math.floor);
  const unavailable = surge === 0 && missing === 0 ? 1 : missing;
  const old = sum(olds, replicas);
  if (!isRolling) {
    for (const set of olds) scaleTo(cluster, deployment, set, 0);
    if (sum(olds, (set) => numberAt(set, ["status", "replicas"])) === 0 && old === 0)
      scaleTo(cluster, deployment, current, wanted);
    return;
  }
  const room = Math.max(0, wanted + surge - old - replicas(current));
  const up = replicas(current) > wanted ? wanted : Math.min(wanted, replicas(current) + room);
  scaleTo(cluster, deployment, current, up);
  // Those that do not run are missed by nobody.
  let spare = sum([current, ...olds], available) - Math.max(0, wanted - unavailable);
  for (const set of olds) {
    const idle = replicas(set) - available(set);
    const down = Math.min(replicas(set), Math.max(0, idle) + Math.max(0, Math.min(spare, available(set))));
    spare -= Math.max(0, down - Math.max(0, idle));
    scaleTo(cluster, deployment, set, replicas(set) - down);
  }
}

function statusOf(cluster: Cluster, deployment: Fields): void {
  const { store } = cluster;
  const sets = ownedBy(cluster, "ReplicaSet", deployment);
  const current = sets.find((set) => same(templateOf(set), fieldsAt(deployment, "spec", "template")));
  const [wanted, all, there, updated] = [
    replicas(deployment),
    sum(sets, (set) => numberAt(set, ["status", "replicas"])),
    sum(sets, available),
    current ? numberAt(current, ["status", "replicas"]) : 0,
  ];
  const missing = share(at(deployment, "spec", "strategy", "rollingUpdate", "maxUnavailable"), wanted, Math.floor);
  const isThere = there >= wanted - missing;
  const isDone = updated === wanted && there === wanted && all === wanted;
  const name = current ? nameOf(current) : "";
  const progress: readonly [string, string] = isDone
    ? ["NewReplicaSetAvailable", `ReplicaSet "${name}" has successfully progressed.`]
    : ["ReplicaSetUpdated", `ReplicaSet "${name}" is progressing.`];
  setStatus(cluster, "Deployment", deployment, {
    observedGeneration: numberAt(deployment, ["metadata", "generation"]),
    replicas: all,
    updatedReplicas: updated,
    readyReplicas: sum(sets, (set) => numberAt(set, ["status", "readyReplicas"])),
    availableReplicas: there,
    ...(wanted > there && { unavailableReplicas: wanted - there }),
    conditions: [
      condition(
        deployment,
        "Available",
        isThere,
        isThere
          ? ["MinimumReplicasAvailable", "Deployment has minimum availability."]
          : ["MinimumReplicasUnavailable", "Deployment does not have minimum availability."],
        store.now,
      ),
      condition(deployment, "Progressing", true, progress, store.now),
    ],
  });
}

/** Keeps as many old sets as are wanted for going back. */
function forget(cluster: Cluster, deployment: Fields, olds: readonly Fields[]): void {
  const idle = olds.filter((set) => replicas(set) === 0 && numberAt(set, ["status", "replicas"]) === 0);
  const extra = idle.length - numberAt(deployment, ["spec", "revisionHistoryLimit"], 10);
  for (const set of idle.toSorted((one, other) => revisionOf(one) - revisionOf(other)).slice(0, Math.max(0, extra)))
    deleteObject(cluster, kindNamed("ReplicaSet"), set);
}

/** A step of each. */
export function deployments(cluster: Cluster): void {
  for (const { metadata } of cluster.store.list("Deployment").filter((each) => !isGoing(each))) {
    const again = (): Fields | undefined =>
      cluster.store.get("Deployment", textAt(metadata, "namespace"), textAt(metadata, "name"));
    const deployment = again();
    if (!deployment) continue;
    const sets = ownedBy(cluster, "ReplicaSet", deployment);
    const current = currentSet(cluster, deployment, sets);
    const olds = ownedBy(cluster, "ReplicaSet", deployment).filter(
      (set) => uidOf(set) !== (current ? uidOf(current) : ""),
    );
    if (current && at(deployment, "spec", "paused") !== true) roll(cluster, deployment, current, olds);
    else if (current) scaleTo(cluster, deployment, current, replicas(deployment));
    statusOf(cluster, again() ?? deployment);
    forget(cluster, deployment, olds);
  }
}
