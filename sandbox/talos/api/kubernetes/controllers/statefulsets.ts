/** StatefulSets: pods with numbers for names, one after the other, each with volumes of its own. */
import {
  at,
  type Fields,
  fieldsAt,
  isGoing,
  itemsAt,
  mapAt,
  nameOf,
  namespaceOf,
  numberAt,
  textAt,
} from "../objects/fields.ts";
import type { Cluster } from "../store/cluster.ts";
import { dropPod, granted, isActive, isReady, makeFor, makePod, ownedBy, setStatus } from "./own-pods.ts";
import { currentRevision } from "./revisions.ts";

const CLAIM = "PersistentVolumeClaim";
const HASH = "controller-revision-hash";
const ordinalOf = (pod: Fields): number => Number(/-(\d+)$/.exec(nameOf(pod))?.[1] ?? -1);
const hashOf = (pod: Fields): string => mapAt(pod, "metadata", "labels")[HASH] ?? "";

/** The claims of a pod: those that are there stay as they are. Null where one is refused. */
function claims(cluster: Cluster, set: Fields, name: string): readonly Fields[] | null {
  const all = itemsAt(set, "spec", "volumeClaimTemplates").map((template): Fields | null => {
    const claimName = `${nameOf(template)}-${name}`;
    const metadata = { name: claimName, labels: mapAt(set, "spec", "selector", "matchLabels") };
    const claim = { apiVersion: "v1", kind: CLAIM, metadata, spec: fieldsAt(template, "spec") };
    const isThere = cluster.store.get(CLAIM, namespaceOf(set), claimName) ?? makeFor(cluster, set, CLAIM, claim);
    return isThere && { name: nameOf(template), persistentVolumeClaim: { claimName } };
  });
  const made = all.filter((each) => each !== null);
  return made.length < all.length ? null : made;
}

function make(cluster: Cluster, set: Fields, ordinal: number, revision: string): void {
  const name = `${nameOf(set)}-${ordinal}`;
  const own = claims(cluster, set, name);
  if (!own) return;
  const said = itemsAt(set, "spec", "template", "spec", "volumes").filter(
    (each) => !own.some((one) => one["name"] === each["name"]),
  );
  makePod(cluster, set, {
    name,
    labels: {
      [HASH]: revision,
      "statefulset.kubernetes.io/pod-name": name,
      "apps.kubernetes.io/pod-index": String(ordinal),
    },
    spec: {
      hostname: name,
      ...(textAt(set, "spec", "serviceName") !== "" && { subdomain: textAt(set, "spec", "serviceName") }),
      ...(own.length + said.length > 0 && { volumes: [...said, ...own] }),
    },
  });
}

/** A step of each: in order, one waits for the one before it. */
export function statefulSets(cluster: Cluster): void {
  for (const set of cluster.store.list("StatefulSet")) {
    const { name: revision } = currentRevision(cluster, set);
    const pods = ownedBy(cluster, "Pod", set);
    if (!isGoing(set)) step(cluster, set, pods, revision);
    count(cluster, set, revision);
  }
}

function step(cluster: Cluster, set: Fields, pods: readonly Fields[], revision: string): void {
  const isParallel = textAt(set, "spec", "podManagementPolicy") === "Parallel";
  const wanted = granted(cluster, set, numberAt(set, ["spec", "replicas"], 1));
  for (let ordinal = 0; ordinal < wanted; ordinal++) {
    const there = pods.find((pod) => ordinalOf(pod) === ordinal);
    if (!there) make(cluster, set, ordinal, revision);
    if (!isParallel && !(there && isReady(there))) return;
  }
  const extra = pods
    .filter((pod) => ordinalOf(pod) >= wanted && isActive(pod))
    .toSorted((one, other) => ordinalOf(other) - ordinalOf(one));
  for (const pod of isParallel ? extra : extra.slice(0, 1)) dropPod(cluster, set, pod);
  if (extra.length > 0 || textAt(set, "spec", "updateStrategy", "type") === "OnDelete") return;
  const from = at(set, "spec", "updateStrategy", "rollingUpdate", "partition");
  const [old] = pods
    .filter(
      (pod) => hashOf(pod) !== revision && isActive(pod) && ordinalOf(pod) >= (typeof from === "number" ? from : 0),
    )
    .toSorted((one, other) => ordinalOf(other) - ordinalOf(one));
  if (old) dropPod(cluster, set, old);
}

function count(cluster: Cluster, set: Fields, revision: string): void {
  const pods = ownedBy(cluster, "Pod", set).filter(isActive);
  const updated = pods.filter((pod) => hashOf(pod) === revision).length;
  const ready = pods.filter(isReady).length;
  const isDone = updated === pods.length;
  setStatus(cluster, "StatefulSet", set, {
    observedGeneration: numberAt(set, ["metadata", "generation"]),
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: isDone ? updated : pods.length - updated,
    updatedReplicas: updated,
    currentRevision: isDone ? revision : textAt(set, "status", "currentRevision") || revision,
    updateRevision: revision,
    collisionCount: 0,
  });
}
