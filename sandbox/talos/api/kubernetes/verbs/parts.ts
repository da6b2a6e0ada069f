/** Subresources: eviction, binding, and those that would need a container, which are refused by name. */
import { ApiError, badRequest, conflict } from "../objects/errors.ts";
import {
  type Fields,
  fieldsAt,
  isFields,
  itemsAt,
  mapAt,
  nameOf,
  namespaceOf,
  numberAt,
  textAt,
  withAt,
} from "../objects/fields.ts";
import { objectSelector } from "../objects/selectors.ts";
import type { Part } from "../kinds/kinds.ts";
import { deleteObject } from "./remove.ts";
import { present } from "./read.ts";
import { type Answer, type Asked, isDry } from "./request.ts";

const success = (code: number): Answer => ({
  code,
  body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code },
});

/** Evicts a pod, where its budgets let it go. @throws ApiError 429 where one does not */
export function evict(asked: Asked): Answer {
  const { cluster, kind, name, body } = asked;
  const { store } = cluster;
  const pod = present(asked);
  if (isFields(body) && nameOf(body) !== "" && nameOf(body) !== name)
    throw badRequest(`name in URL does not match name in Eviction object: ${nameOf(body)}`);
  const labels = mapAt(pod, "metadata", "labels");
  const budgets = store
    .list("PodDisruptionBudget", namespaceOf(pod))
    .filter((budget) => objectSelector(fieldsAt(budget, "spec", "selector"))(labels));
  if (budgets.length > 1)
    throw new ApiError(
      500,
      "InternalError",
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    );
  const [budget] = budgets;
  const isDone = ["Succeeded", "Failed", "Pending"].includes(textAt(pod, "status", "phase"));
  if (budget && !isDone && numberAt(budget, ["status", "disruptionsAllowed"]) <= 0) throw violated(budget);
  if (isDry(asked)) return success(201);
  if (budget && !isDone)
    store.update(
      "PodDisruptionBudget",
      withAt(budget, ["status", "disruptionsAllowed"], numberAt(budget, ["status", "disruptionsAllowed"]) - 1),
    );
  deleteObject(cluster, kind, pod);
  return success(201);
}

function violated(budget: Fields): ApiError {
  const [needs, has] = [numberAt(budget, ["status", "desiredHealthy"]), numberAt(budget, ["status", "currentHealthy"])];
  const why = `The disruption budget ${nameOf(budget)} needs ${needs} healthy pods and has ${has} currently`;
  return new ApiError(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: "DisruptionBudget", message: why }],
  });
}

/** Gives a pod its node, as a scheduler does. */
export function bind(asked: Asked): Answer {
  const { cluster, body, kind } = asked;
  const pod = present(asked);
  const node = isFields(body) ? textAt(body, "target", "name") : "";
  if (node === "") throw badRequest("Binding: target.name: Required value");
  const holder = textAt(pod, "spec", "nodeName");
  if (holder !== "") throw conflict(kind, nameOf(pod), `pod ${nameOf(pod)} is already assigned to node "${holder}"`);
  cluster.store.update(kind, withAt(pod, ["spec", "nodeName"], node));
  return success(201);
}

const NO_CONTAINERS = "the sandbox runs no containers";
/** What is below an object and refused: why, and what there is not. */
export const REFUSED_PARTS: Readonly<Partial<Record<Part, readonly [why: string, what: string]>>> = {
  log: [NO_CONTAINERS, "there are no logs of pod"],
  exec: [NO_CONTAINERS, "nothing can be run in pod"],
  attach: [NO_CONTAINERS, "nothing can be attached to in pod"],
  portforward: [NO_CONTAINERS, "no port can be forwarded to pod"],
  proxy: [NO_CONTAINERS, "nothing answers behind"],
  ephemeralcontainers: [NO_CONTAINERS, "none can be added to pod"],
  token: ["the sandbox accepts client certificates alone", "there is no token for"],
};

/** Whether what is asked for would need a container, or something else that there is not. */
export function isWithoutContainers({ part }: Pick<Asked, "part">): boolean {
  return part !== "" && part in REFUSED_PARTS;
}

/** What would need a container. @throws ApiError 501, always */
export function withoutContainers(asked: Asked, part: Part): never {
  const object = present(asked);
  const logged = itemsAt(object, "spec", "containers").map((each) => textAt(each, "name"));
  const wanted = asked.query.get("container");
  if (part === "log" && wanted !== null && !logged.includes(wanted))
    throw badRequest(`container ${wanted} is not valid for pod ${nameOf(object)}`);
  const [why, what] = REFUSED_PARTS[part] ?? [NO_CONTAINERS, "there is nothing of"];
  throw new ApiError(501, "NotImplemented", `${why}: ${what} ${namespaceOf(object)}/${nameOf(object)}`);
}
