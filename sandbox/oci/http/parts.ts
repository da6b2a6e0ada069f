/** What the parts of resources have in common over REST: list, create, get, change, delete. */
import type { Attributes } from "../../plugin/resource.ts";
import {
  changePart,
  createPart,
  type Part,
  partsAt,
  partView,
  removePart,
  requireParent,
  requirePart,
} from "../kernel/part.ts";
import type { Action, Stored } from "../kernel/resource.ts";
import { callsOf, checkEtag, shown } from "./collection.ts";
import { listed } from "./lists.ts";
import type { Answer } from "./answer.ts";
import type { Asked, Route } from "./route.ts";
import { workHeader } from "./work.ts";

/** The five calls of a part, but for those that it is without. */
export function partRoutes<P extends Attributes, B extends Attributes>(d: Part<P, B>): readonly Route[] {
  const all = `${d.parent.path}/{id}/${d.path}`;
  const one = `${all}/{part}`;
  const parentOf = ({ call, params }: Asked): Stored<P> => requireParent(d, call, params.id);
  const view = (asked: Asked, record: B): Attributes => partView(d, record, parentOf(asked), asked.call);
  const found = (asked: Asked): B => requirePart(d, parentOf(asked), asked.params);

  /** With the part itself, where no work request does it. */
  function answer(asked: Asked, action: "CREATED" | "UPDATED" | "DELETED", record: B | null): Answer {
    if (d.parent.work)
      return { status: 202, headers: workHeader(asked, d.parent, parentOf(asked), action, d.operation) };
    return record ? shown(view(asked, record)) : { status: 204 };
  }

  const calls: Readonly<Partial<Record<Action, Route>>> = {
    list: {
      method: "GET",
      path: all,
      run: (asked) =>
        listed(
          asked,
          partsAt(d, parentOf(asked), asked.params).map((each) => view(asked, each)),
          d.parent.work && !d.parent.work.style ? "items" : "array",
        ),
    },
    create: {
      method: "POST",
      path: all,
      run: (asked) => answer(asked, "CREATED", createPart(d, asked.call, asked.params, asked.body)),
    },
    get: { method: "GET", path: one, run: (asked) => shown(view(asked, found(asked))) },
    update: {
      method: "PUT",
      path: one,
      run(asked) {
        checkEtag(asked, view(asked, found(asked)));
        return answer(asked, "UPDATED", changePart(d, asked.call, asked.params, asked.body));
      },
    },
    delete: {
      method: "DELETE",
      path: one,
      run(asked) {
        checkEtag(asked, view(asked, found(asked)));
        removePart(d, asked.call, asked.params);
        return answer(asked, "DELETED", null);
      },
    },
  };
  return callsOf(calls, d);
}
