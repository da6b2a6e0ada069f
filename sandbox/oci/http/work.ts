/** Services that answer a change with a work request. */
import type { Attributes } from "../../plugin/resource.ts";
import type { Resource, Stored } from "../kernel/resource.ts";
import type { ApiRequest } from "./route.ts";

/** The header that the provider insists on; none where there are no work requests. */
export function workHeader<B extends Attributes>(
  request: ApiRequest,
  { work, path }: Resource<B>,
  { id, compartmentId }: Stored<B>,
  actionType: "CREATED" | "UPDATED" | "DELETED",
  operation = work?.operation,
): Readonly<Record<string, string>> {
  if (!work || (work.style === "import" && actionType !== "CREATED")) return {};
  const verb = actionType.replace(/D$/, "");
  const workRequest = request.api.workRequests.accept(request.call, {
    operationType: work.style ? `${verb.charAt(0)}${verb.slice(1).toLowerCase()}${operation}` : `${verb}_${operation}`,
    actionType,
    compartmentId,
    entityType: work.entityType,
    identifier: id,
    entityUri: `${path}/${id}`,
  });
  return { "opc-work-request-id": workRequest };
}
