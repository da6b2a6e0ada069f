/** CustomResourceDefinitions: their names are accepted, and they are gone once their objects are. */
import { type Fields, fieldsAt, isGoing, itemsAt, numberAt, textAt } from "../objects/fields.ts";
import { customKinds } from "../kinds/custom.ts";
import type { Cluster } from "../store/cluster.ts";
import { deleteObject } from "../verbs/remove.ts";
import { condition, setStatus } from "./own-pods.ts";

const KIND = "CustomResourceDefinition";

/** Of each. */
export function definitions(cluster: Cluster): void {
  const { store } = cluster;
  for (const definition of store.list(KIND)) {
    if (isGoing(definition)) empty(cluster, definition);
    else setStatus(cluster, KIND, definition, statusOf(definition, store.now));
  }
}

function statusOf(definition: Fields, now: string): Fields {
  const stored = itemsAt(definition, "spec", "versions").find((each) => each["storage"] === true);
  const holding = (type: string, reason: string, message: string): Fields => {
    const { lastUpdateTime: _none, ...rest } = condition(definition, type, true, [reason, message], now);
    return rest;
  };
  return {
    acceptedNames: fieldsAt(definition, "spec", "names"),
    conditions: [
      holding("NamesAccepted", "NoConflicts", "no conflicts found"),
      holding("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ],
    storedVersions: [textAt(stored, "name")],
    observedGeneration: numberAt(definition, ["metadata", "generation"]),
  };
}

function empty(cluster: Cluster, definition: Fields): void {
  const { store } = cluster;
  const [kind] = customKinds(definition);
  if (kind) for (const object of store.list(kind)) deleteObject(cluster, kind, object);
  if (!kind || store.list(kind).length === 0) store.remove(KIND, definition);
}
