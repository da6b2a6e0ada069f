/** The end of certificates: it is scheduled, and can be called off (docs.oracle.com, Deleting a Certificate). */
import { current } from "../http/collection.ts";
import type { ApiResponse } from "../http/response.ts";
import type { ApiRequest, Route } from "../http/route.ts";
import { maybeText } from "../model/attributes.ts";
import { incorrectState, invalid } from "../model/refusals.ts";
import { certificate, requireUnused } from "../resources/certificate.ts";

const DAY_MS = 24 * 3600 * 1000;
const USUALLY_MS = 30 * DAY_MS;

function schedule(request: ApiRequest): ApiResponse {
  const { call, body } = request;
  const found = current(request, certificate);
  if (found.timeOfDeletion !== null)
    throw incorrectState(certificate.service, `The certificate ${found.name} is about to be deleted already.`);
  requireUnused(certificate.service, found.id, call);
  const now = Date.parse(call.world.now());
  const said = maybeText(body, "timeOfDeletion");
  const time = said === null ? now + USUALLY_MS : Date.parse(said);
  if (!(time >= now + DAY_MS))
    throw invalid(certificate.service, `timeOfDeletion ${said} is not valid: at least a day from now.`);
  found.timeOfDeletion = new Date(time).toISOString();
  call.world.changed();
  return { status: 204 };
}

function cancel(request: ApiRequest): ApiResponse {
  const found = current(request, certificate);
  if (found.timeOfDeletion === null)
    throw incorrectState(certificate.service, `The certificate ${found.name} is not about to be deleted.`);
  found.timeOfDeletion = null;
  request.call.world.changed();
  return { status: 204 };
}

/** Calls on certificates beside their collection. */
export const certificateRoutes: readonly Route[] = [
  { method: "POST", path: `${certificate.path}/{id}/actions/scheduleDeletion`, run: schedule },
  { method: "POST", path: `${certificate.path}/{id}/actions/cancelDeletion`, run: cancel },
];
