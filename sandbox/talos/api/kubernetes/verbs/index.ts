/** A handler for each verb. */
import { notAllowed } from "../objects/errors.ts";
import { review } from "./access.ts";
import { answerWith, get, list, present } from "./read.ts";
import { remove, removeAll } from "./remove.ts";
import { bind, evict, withoutContainers } from "./parts.ts";
import type { Answer, Asked } from "./request.ts";
import { scale, scaleOf } from "./scale.ts";
import { create, patch, update } from "./write.ts";

type Handler = (asked: Asked) => Answer;

const OF_OBJECTS: Readonly<Record<string, Handler>> = { GET: get, PUT: update, PATCH: patch, DELETE: remove };
const OF_LISTS: Readonly<Record<string, Handler>> = { GET: list, POST: create, DELETE: removeAll };
const OF_PARTS: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  status: { GET: (asked) => answerWith(asked, present(asked)), PUT: update, PATCH: patch },
  scale: { GET: (asked) => ({ code: 200, body: scaleOf(present(asked)) }), PUT: scale, PATCH: scale },
  eviction: { POST: evict },
  binding: { POST: bind },
};

/** The answer to a request for a resource. @throws ApiError */
export function answered(method: string, asked: Asked): Answer {
  const { name, part, kind } = asked;
  if (part !== "") {
    const handlers = OF_PARTS[part];
    if (!handlers) return withoutContainers(asked, part);
    return (handlers[method] ?? refused)(asked);
  }
  if (!kind.verbs.includes("get")) return method === "POST" && name === "" ? review(asked) : refused();
  if (name !== "") return (OF_OBJECTS[method] ?? refused)(asked);
  // What is made, is made in a namespace.
  if (method === "POST" && kind.namespaced && asked.namespace === "") return refused();
  return (OF_LISTS[method] ?? refused)(asked);
}

function refused(): never {
  throw notAllowed();
}
