/** Tags: a deletion takes a while, which a work request of tagging tells; and costs are tracked by some. */
import { partView, removePart, requireParent, requirePart } from "../kernel/part.ts";
import { tag } from "../resources/tag.ts";
import { tagNamespace } from "../resources/tag-namespace.ts";
import { shown } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { ApiRequest, Route } from "../http/route.ts";

const BASE = "/20160918";

function remove(request: ApiRequest) {
  const { call, api, params } = request;
  const { id, compartmentId } = requireParent(tag, call, params.id);
  const found = requirePart(tag, requireParent(tag, call, params.id), params);
  const view = partView(tag, found, requireParent(tag, call, params.id), call);
  removePart(tag, call, params);
  api.lifecycles.end(`${id}/${params.part}`, view, "DELETING", "DELETED");
  const work = api.workRequests.accept(call, {
    operationType: "DELETE_NON_EMPTY_TAG_DEFINITION",
    actionType: "DELETED",
    compartmentId,
    entityType: "TagDefinition",
    identifier: found.id,
    entityUri: `${tagNamespace.path}/${id}/tags/${params.part}`,
  });
  return { status: 202, headers: { "opc-work-request-id": work } };
}

/** Calls on tags beside their own. */
export const tagRoutes: readonly Route[] = [
  { method: "DELETE", path: `${tagNamespace.path}/{id}/tags/{part}`, run: remove },
  {
    method: "GET",
    path: `${tagNamespace.path}/{id}/tags/{part}`,
    run({ api, call, params }) {
      const parent = call.world.state.oci.tagNamespaces.find(({ id }) => id === params.id);
      const there = parent?.keys.some(({ name }) => name === params.part);
      const gone = there ? null : api.lifecycles.deletedView(`${params.id}/${params.part}`);
      if (gone) return shown(gone);
      const namespace = requireParent(tag, call, params.id);
      return shown(partView(tag, requirePart(tag, namespace, params), namespace, call));
    },
  },
  {
    method: "GET",
    path: `${BASE}/taggingWorkRequests/{id}`,
    run: ({ api, params }) => shown(api.workRequests.get(params.id ?? "")),
  },
  {
    method: "GET",
    path: `${BASE}/tagNamespaces/actions/listCostTrackingTags`,
    run: (request) =>
      listed(
        request,
        request.call.world.state.oci.tagNamespaces.flatMap((namespace) =>
          namespace.keys
            .filter(({ isCostTracking }) => isCostTracking)
            .map((each) => partView(tag, each, namespace, request.call)),
        ),
      ),
  },
];
