/** Services that answer a change with a work request. */
import type { Attributes } from "../../plugin/resource.ts";
import type { Resource, Stored } from "../kernel/resource.ts";
import type { ApiRequest } from "./route.ts";

type Done = "CREATED" | "UPDATED" | "DELETED";

const DONE = { create: "CREATED", update: "UPDATED", move: "UPDATED", delete: "DELETED" } as const;

/** What is done, with the names of the entity and of the operation. */
interface Named {
  readonly actionType: Done;
  readonly entityType: string;
  readonly operationType: string;
}

function accepted<B extends Attributes>(
  { api, call }: ApiRequest,
  { path }: Resource<B>,
  { id, compartmentId }: Stored<B>,
  named: Named,
): Readonly<Record<string, string>> {
  const work = api.workRequests.accept(call, { ...named, compartmentId, identifier: id, entityUri: `${path}/${id}` });
  return { "opc-work-request-id": work };
}

/** The header that the provider insists on; none where there are no work requests. */
export function workHeader<B extends Attributes>(
  request: ApiRequest,
  d: Resource<B>,
  found: Stored<B>,
  actionType: Done,
  operation = d.work?.operation,
): Readonly<Record<string, string>> {
  if (!d.work) return {};
  const { entityType, style } = d.work;
  const verb = actionType.replace(/D$/, "");
  const operationType = style ? `${verb.charAt(0)}${verb.slice(1).toLowerCase()}${operation}` : `${verb}_${operation}`;
  return accepted(request, d, found, { actionType, entityType, operationType });
}

/** The header of a resource's own action, which its declaration names. */
export function actionHeader<B extends Attributes>(
  request: ApiRequest,
  d: Resource<B>,
  found: Stored<B>,
  action: keyof typeof DONE,
): Readonly<Record<string, string>> {
  const operationType = d.workBeside?.[action];
  if (!d.workBeside || !operationType) return workHeader(request, d, found, DONE[action]);
  return accepted(request, d, found, { actionType: DONE[action], entityType: d.workBeside.entityType, operationType });
}
