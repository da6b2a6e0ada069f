/** Create, update and patch: what a client sent, made an object of its kind and put into the store. */
import { alreadyExists, ApiError, badRequest, conflict, notFound } from "../objects/errors.ts";
import {
  type Fields,
  fieldsAt,
  isFields,
  isGoing,
  listAt,
  nameOf,
  namespaceOf,
  textAt,
  uidOf,
  type Value,
  withAt,
} from "../objects/fields.ts";
import { jsonPatch, mergePatch } from "../objects/json-patch.ts";
import { decoded, refuse } from "../kinds/decode.ts";
import { withDefaults } from "../kinds/defaults.ts";
import type { Kind } from "../kinds/kinds.ts";
import { strategicPatch } from "../kinds/merge.ts";
import { changeProblems } from "../kinds/changes.ts";
import { admitted, service } from "./admission.ts";
import { appliedBy, tracked } from "./managers.ts";
import { answerWith } from "./read.ts";
import { type Answer, type Asked, fieldValidation, isDry } from "./request.ts";

/** Makes a new object. */
export function create(asked: Asked): Answer {
  const { kind, body, namespace } = asked;
  const { object, warnings } = decoded(kind, body, fieldValidation(asked));
  const within = textAt(object, "metadata", "namespace");
  if (kind.namespaced && within !== "" && within !== namespace)
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  const said = [...warnings, ...(kind.warning === "" ? [] : [kind.warning])];
  return { ...answerWith(asked, made(asked, object, "Update"), 201), ...(said.length > 0 && { warnings: said }) };
}

function made(asked: Asked, said: Fields, operation: "Apply" | "Update"): Fields {
  const { cluster, kind, namespace, manager } = asked;
  const { store } = cluster;
  if (nameOf(said) !== "" && store.get(kind, namespace, nameOf(said))) throw alreadyExists(kind, nameOf(said));
  const object = admitted(cluster, kind, namespace, said);
  if (store.get(kind, namespace, nameOf(object))) throw alreadyExists(kind, nameOf(object));
  const by = { name: manager, operation, subresource: "" };
  // An apply has what it says, and not what was filled in.
  const owned =
    operation === "Apply"
      ? appliedBy(kind.type, null, said, by, false, store.now)
      : tracked(kind.type, null, said, by, store.now);
  const whole = withAt(object, ["metadata", "managedFields"], listAt(owned, "metadata", "managedFields"));
  return isDry(asked) ? whole : store.create(kind, whole);
}

/** Puts another object in the place of one. */
export function update(asked: Asked): Answer {
  const { kind, body, name, namespace } = asked;
  const { object, warnings } = decoded(kind, body, fieldValidation(asked));
  if (nameOf(object) !== name)
    throw badRequest(`the name of the object (${nameOf(object)}) does not match the name on the URL (${name})`);
  const before = asked.cluster.store.get(kind, namespace, name);
  if (!before) throw notFound(kind, name);
  const after = replaced(asked, before, object, (next) =>
    tracked(kind.type, before, next, managerOf(asked), asked.cluster.store.now),
  );
  return { ...answerWith(asked, after), ...(warnings.length > 0 && { warnings }) };
}

/** Who writes, and of which part. */
export const managerOf = ({ manager, part }: Asked) => ({
  name: manager,
  operation: "Update" as const,
  subresource: part,
});

/** What the server keeps of an object, whatever a client writes. */
const KEPT = [
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "managedFields",
  "namespace",
  "name",
];

/** @throws ApiError 409 where it goes by an older version, 422 where it is none */
function replaced(asked: Asked, before: Fields, said: Fields, managed: (next: Fields) => Fields): Fields {
  const { cluster, kind, part } = asked;
  const version = textAt(said, "metadata", "resourceVersion");
  if (version !== "" && version !== textAt(before, "metadata", "resourceVersion")) throw conflict(kind, nameOf(before));
  const uid = uidOf(said);
  if (uid !== "" && uid !== uidOf(before))
    throw conflict(
      kind,
      nameOf(before),
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${uidOf(before)}`,
    );
  const metadata = fieldsAt(before, "metadata");
  const kept = KEPT.reduce((object, key) => withAt(object, ["metadata", key], metadata[key]), said);
  const next = part === "status" ? withAt(before, ["status"], kept["status"]) : withSpecOf(kind, kept, before);
  const whole = completed(asked, before, next);
  refuse(kind, whole, part === "status" ? [] : changeProblems(kind, before, whole));
  const written = managed(whole);
  if (isDry(asked)) return written;
  if (
    isGoing(written) &&
    listAt(written, "metadata", "finalizers").length === 0 &&
    kind.type !== "Namespace" &&
    kind.type !== "Pod"
  ) {
    cluster.store.remove(kind, written);
    return written;
  }
  return cluster.store.update(kind, written);
}

function withSpecOf(kind: Kind, object: Fields, before: Fields): Fields {
  return kind.parts.includes("status") ? withAt(object, ["status"], before["status"]) : object;
}

/** Defaults, and what only the server knows of a service. */
function completed({ cluster, kind, part }: Asked, before: Fields, next: Fields): Fields {
  if (part === "status") return next;
  const whole = withDefaults(kind, next);
  if (kind.type !== "Service") return whole;
  const address = textAt(before, "spec", "clusterIP");
  const given = textAt(whole, "spec", "clusterIP") === "" ? withAt(whole, ["spec", "clusterIP"], address) : whole;
  return service(cluster, given);
}

/** Changes an object by a patch. */
export function patch(asked: Asked): Answer {
  const { kind, namespace, name, cluster, body, contentType } = asked;
  const type = contentType.split(";")[0]?.trim() ?? "";
  if (type === "application/apply-patch+yaml" || type === "application/apply-patch+cbor") return apply(asked);
  const before = cluster.store.get(kind, namespace, name);
  if (!before) throw notFound(kind, name);
  const next = patched(type, before, body, kind);
  if (!isFields(next)) throw badRequest("the patch leaves no object");
  const { object, warnings } = decoded(kind, next, fieldValidation(asked));
  // A patch that names a version is one of that version.
  const version = textAt(isFields(body) ? body : {}, "metadata", "resourceVersion");
  const said = withAt(object, ["metadata", "resourceVersion"], version === "" ? undefined : version);
  const after = replaced(asked, before, said, (each) =>
    tracked(kind.type, before, each, managerOf(asked), cluster.store.now),
  );
  return { ...answerWith(asked, after), ...(warnings.length > 0 && { warnings }) };
}

function patched(type: string, before: Fields, body: Value, kind: Kind): Value {
  switch (type) {
    case "application/json-patch+json":
      return jsonPatch(before, body);
    case "application/merge-patch+json":
      return mergePatch(before, body);
    case "application/strategic-merge-patch+json":
      if (!isFields(body)) throw badRequest("error decoding patch: it is no object");
      if (kind.custom) throw unsupportedPatch();
      return strategicPatch(before, body, kind.type);
    default:
      throw unsupportedPatch();
  }
}

function unsupportedPatch(): ApiError {
  return new ApiError(
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
  );
}

/** Server-side apply. */
function apply(asked: Asked): Answer {
  const { cluster, kind, namespace, name, query, body, part } = asked;
  if (!query.get("fieldManager"))
    throw new ApiError(
      422,
      "Invalid",
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      {},
    );
  const { object, warnings } = decoded(kind, body, fieldValidation(asked));
  if (nameOf(object) !== name)
    throw badRequest(`the name of the object (${nameOf(object)}) does not match the name on the URL (${name})`);
  const inside = namespaceOf(object);
  if (kind.namespaced && inside !== "" && inside !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  if (listAt(object, "metadata", "managedFields").length > 0) throw badRequest("metadata.managedFields must be nil");
  const before = cluster.store.get(kind, namespace, name);
  const more = warnings.length > 0 ? { warnings } : {};
  if (!before) {
    if (uidOf(object) !== "") throw notFound(kind, name);
    return { ...answerWith(asked, made(asked, object, "Apply"), 201), ...more };
  }
  const by = { name: asked.manager, operation: "Apply" as const, subresource: part };
  const merged = appliedBy(kind.type, before, object, by, query.get("force") === "true", cluster.store.now);
  const managers = listAt(merged, "metadata", "managedFields");
  const said = withAt(
    merged,
    ["metadata", "resourceVersion"],
    textAt(object, "metadata", "resourceVersion") || undefined,
  );
  const after = replaced(asked, before, said, (next) => withAt(next, ["metadata", "managedFields"], managers));
  return { ...answerWith(asked, after), ...more };
}
