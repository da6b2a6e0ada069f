/** Delete, of one object or of all that selectors take. */
import { conflict, forbidden } from "../objects/errors.ts";
import {
  type Fields,
  fieldsAt,
  isFields,
  isGoing,
  listAt,
  nameOf,
  namespaceOf,
  numberAt,
  textAt,
  uidOf,
  type Value,
  withAt,
} from "../objects/fields.ts";
import type { Kind } from "../kinds/kinds.ts";
import type { Cluster } from "../store/cluster.ts";
import { listOf, present, selection } from "./read.ts";
import { type Answer, type Asked, isDry } from "./request.ts";

/** How something is to be deleted. */
interface Deletion {
  /** What becomes of what it owns. */
  readonly propagation: "Orphan" | "Foreground" | "Background";
  readonly graceSeconds: number | null;
  readonly uid: string;
  readonly version: string;
}

function deletionOf({ query, body }: Asked): Deletion {
  const options: Value = isFields(body) ? body : {};
  const said = textAt(options, "propagationPolicy") || query.get("propagationPolicy");
  const grace = numberAt(options, ["gracePeriodSeconds"], -1);
  const asked = query.get("gracePeriodSeconds");
  return {
    propagation: said === "Orphan" || said === "Foreground" ? said : "Background",
    graceSeconds: grace >= 0 ? grace : asked === null ? null : Number(asked),
    uid: textAt(options, "preconditions", "uid"),
    version: textAt(options, "preconditions", "resourceVersion"),
  };
}

const isDryDelete = (asked: Asked): boolean =>
  isDry(asked) || (isFields(asked.body) && listAt(asked.body, "dryRun").includes("All"));

/** Deletes an object. */
export function remove(asked: Asked): Answer {
  const object = present(asked);
  const deletion = deletionOf(asked);
  checkPreconditions(asked.kind, object, deletion);
  if (asked.kind.type === "Namespace" && PROTECTED.has(nameOf(object)))
    throw forbidden(asked.kind, nameOf(object), "this namespace may not be deleted");
  const left = isDryDelete(asked) ? null : removed(asked.cluster, asked.kind, object, deletion);
  if (left) return { code: 200, body: left };
  const { group, plural } = asked.kind;
  const details = { name: nameOf(object), ...(group !== "" && { group }), kind: plural, uid: uidOf(object) };
  return { code: 200, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details } };
}

const PROTECTED = new Set(["default", "kube-system", "kube-public"]);

function checkPreconditions(kind: Kind, object: Fields, { uid, version }: Deletion): void {
  const [is, at] = [uidOf(object), textAt(object, "metadata", "resourceVersion")];
  if (uid !== "" && uid !== is)
    throw conflict(kind, nameOf(object), `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${is}`);
  if (version !== "" && version !== at)
    throw conflict(
      kind,
      nameOf(object),
      `Precondition failed: ResourceVersion in precondition: ${version}, ResourceVersion in object meta: ${at}`,
    );
}

/** Deletes all that selectors take. */
export function removeAll(asked: Asked): Answer {
  const { cluster, kind, namespace } = asked;
  const found = cluster.store.list(kind, namespace).filter(selection(asked));
  const deletion = deletionOf(asked);
  if (!isDryDelete(asked)) for (const object of found) removed(cluster, kind, object, deletion);
  return { code: 200, body: listOf(kind, found, { resourceVersion: String(cluster.store.revision) }) };
}

/** @returns what is left of it, while something has to be done before it is gone; null once it is */
function removed(cluster: Cluster, kind: Kind, object: Fields, { propagation, graceSeconds }: Deletion): Fields | null {
  const { store } = cluster;
  if (propagation === "Orphan") orphan(cluster, object);
  const finalizers = [
    ...listAt(object, "metadata", "finalizers").map(String),
    ...(propagation === "Foreground" ? ["foregroundDeletion"] : []),
  ];
  const grace =
    graceSeconds ?? (kind.type === "Pod" ? numberAt(object, ["spec", "terminationGracePeriodSeconds"], 30) : 0);
  // A kubelet has to say that the containers have ended.
  const waits = kind.type === "Pod" && grace > 0 && textAt(object, "spec", "nodeName") !== "";
  if (finalizers.length === 0 && !waits && kind.type !== "Namespace") {
    store.remove(kind, object);
    return null;
  }
  if (isGoing(object) && finalizers.length === listAt(object, "metadata", "finalizers").length) return object;
  const metadata: Fields = {
    ...fieldsAt(object, "metadata"),
    deletionTimestamp: isGoing(object) ? textAt(object, "metadata", "deletionTimestamp") : later(store.now, grace),
    deletionGracePeriodSeconds: grace,
    ...(finalizers.length > 0 && { finalizers: [...new Set(finalizers)] }),
  };
  const going = { ...object, metadata };
  return store.update(kind, kind.type === "Namespace" ? withAt(going, ["status", "phase"], "Terminating") : going);
}

const later = (time: string, seconds: number): string =>
  new Date(Date.parse(time) + seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");

/** Begins the deletion of an object, as a controller does. */
export function deleteObject(cluster: Cluster, kind: Kind, object: Fields): void {
  if (!isGoing(object))
    removed(cluster, kind, object, { propagation: "Background", graceSeconds: null, uid: "", version: "" });
}

/** What it owns stays, and is nobody's. */
function orphan({ store }: Cluster, object: Fields): void {
  for (const kind of store.resources.filter((each) => each.namespaced))
    for (const each of store.list(kind, namespaceOf(object))) {
      const owners = listAt(each, "metadata", "ownerReferences").filter(isFields);
      const others = owners.filter(({ uid }) => uid !== uidOf(object));
      if (others.length < owners.length)
        store.update(kind, withAt(each, ["metadata", "ownerReferences"], others.length > 0 ? others : undefined));
    }
}
