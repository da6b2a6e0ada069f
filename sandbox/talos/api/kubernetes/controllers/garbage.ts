/** What has lost all its owners goes, and so do events after an hour. */
import {
  type Fields,
  isGoing,
  itemsAt,
  listAt,
  nameOf,
  namespaceOf,
  textAt,
  uidOf,
  withAt,
} from "../objects/fields.ts";
import type { Cluster } from "../store/cluster.ts";
import { deleteObject } from "../verbs/remove.ts";

const FOREGROUND = "foregroundDeletion";
/** As the API server keeps them (`--event-ttl`). */
const EVENT_MS = 3_600_000;

/** Collects. */
export function garbage(cluster: Cluster): void {
  const { store } = cluster;
  const all = store.resources.flatMap((kind) => store.list(kind).map((object) => ({ kind, object })));
  const there = new Map(all.map(({ object }) => [uidOf(object), object]));
  const isForeground = (object: Fields | undefined): boolean =>
    object !== undefined && isGoing(object) && listAt(object, "metadata", "finalizers").includes(FOREGROUND);
  const blocking = new Set<string>();
  for (const { kind, object } of all) {
    const owners = itemsAt(object, "metadata", "ownerReferences").map((owner) => textAt(owner, "uid"));
    if (owners.length === 0) continue;
    if (owners.every((uid) => !there.has(uid) || isForeground(there.get(uid)))) {
      deleteObject(cluster, kind, object);
      const left = store.get(kind, namespaceOf(object), nameOf(object));
      if (left && uidOf(left) === uidOf(object)) for (const uid of owners) blocking.add(uid);
    }
  }
  for (const { kind, object } of all) {
    if (!isForeground(object) || blocking.has(uidOf(object))) continue;
    const left = listAt(object, "metadata", "finalizers").filter((each) => each !== FOREGROUND);
    if (left.length === 0) store.remove(kind, object);
    else store.update(kind, withAt(object, ["metadata", "finalizers"], left));
  }
  for (const event of store.list("Event"))
    if (Date.parse(store.now) - Date.parse(textAt(event, "lastTimestamp")) > EVENT_MS) store.remove("Event", event);
}
