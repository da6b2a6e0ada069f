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
import type { ApiResponse } from "./response.ts";
import type { ApiRequest, Route } from "./route.ts";
import { workHeader } from "./work.ts";

/** The five calls of a part, but for those that it is without. */
export function partRoutes<P extends Attributes, B extends Attributes>(d: Part<P, B>): readonly Route[] {
  const all = `${d.parent.path}/{id}/${d.path}`;
  const one = `${all}/{part}`;
  const parentOf = ({ call, params }: ApiRequest): Stored<P> => requireParent(d, call, params.id);
  const view = (request: ApiRequest, record: B): Attributes => partView(d, record, parentOf(request), request.call);
  const found = (request: ApiRequest): B => requirePart(d, parentOf(request), request.params);

  /** With the part itself, where no work request does it. */
  function answer(request: ApiRequest, action: "CREATED" | "UPDATED" | "DELETED", record: B | null): ApiResponse {
    if (d.parent.work)
      return { status: 202, headers: workHeader(request, d.parent, parentOf(request), action, d.operation) };
    return record ? shown(view(request, record)) : { status: 204 };
  }

  const calls: Readonly<Partial<Record<Action, Route>>> = {
    list: {
      method: "GET",
      path: all,
      run: (request) =>
        listed(
          request,
          partsAt(d, parentOf(request), request.params).map((each) => view(request, each)),
          d.parent.work && !d.parent.work.style ? "items" : "array",
        ),
    },
    create: {
      method: "POST",
      path: all,
      run: (request) => answer(request, "CREATED", createPart(d, request.call, request.params, request.body)),
    },
    get: { method: "GET", path: one, run: (request) => shown(view(request, found(request))) },
    update: {
      method: "PUT",
      path: one,
      run(request) {
        checkEtag(request, view(request, found(request)));
        return answer(request, "UPDATED", changePart(d, request.call, request.params, request.body));
      },
    },
    delete: {
      method: "DELETE",
      path: one,
      run(request) {
        checkEtag(request, view(request, found(request)));
        removePart(d, request.call, request.params);
        return answer(request, "DELETED", null);
      },
    },
  };
  return callsOf(calls, d);
}
