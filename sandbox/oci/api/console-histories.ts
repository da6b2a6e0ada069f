/** Console histories: captures of what an instance has written to its serial console (CaptureConsoleHistory). */
import { Readable } from "node:stream";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { consoleOutput } from "../resources/boot.ts";
import { invalid, notFound } from "../model/refusals.ts";
import { regionalId } from "../model/regions.ts";
import { requireObject } from "../model/records.ts";
import type { ApiResponse } from "../http/response.ts";
import { shown } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import { needed } from "../model/query.ts";
import type { ApiRequest, Route } from "../http/route.ts";

const PATH = "/20160918/instanceConsoleHistories";
const SERVICE = "Core Console History";
/** Of the part that is requested, where nothing is said; less is refused (oci_core_console_history_data). */
const LENGTH = 10_240;

function capture(request: ApiRequest): ApiResponse {
  const { call, api, body } = request;
  const { instances } = call.world.state.oci;
  const instance = requireObject(call, SERVICE, instances, String(body.instanceId ?? ""), "instanceId");
  const { compartmentId, availabilityDomain, displayName } = instance;
  const id = regionalId(call, "consolehistory");
  api.lifecycles.begin(id, "REQUESTED");
  const view: Attributes = {
    id,
    instanceId: instance.id,
    compartmentId,
    availabilityDomain,
    displayName: body.displayName ?? `console history of ${displayName}`,
    timeCreated: call.world.now(),
    freeformTags: body.freeformTags ?? {},
    definedTags: body.definedTags ?? {},
  };
  api.consoleHistories.set(id, { view, output: consoleOutput(call.world, instance, api.otherConsole) });
  return shown({ ...view, lifecycleState: "REQUESTED" });
}

function viewOf({ api }: ApiRequest, id: string): Attributes {
  const found = api.consoleHistories.get(id);
  if (found === undefined) throw notFound(SERVICE, id);
  return { ...found.view, lifecycleState: api.lifecycles.of(id, "SUCCEEDED") };
}

/** UpdateConsoleHistoryDetails: its name and its tags. */
function update(request: ApiRequest): ApiResponse {
  const { api, body, params } = request;
  const id = params.id ?? "";
  const { lifecycleState: _state, ...before } = viewOf(request, id);
  const said = (name: string): Json => body[name] ?? before[name] ?? null;
  const changes = {
    displayName: said("displayName"),
    freeformTags: said("freeformTags"),
    definedTags: said("definedTags"),
  };
  const output = api.consoleHistories.get(id)?.output ?? "";
  api.consoleHistories.set(id, { view: { ...before, ...changes }, output });
  return shown(viewOf(request, id));
}

function content(request: ApiRequest): ApiResponse {
  const { api, params, query } = request;
  const { lifecycleState } = viewOf(request, params.id ?? "");
  const output = Buffer.from(api.consoleHistories.get(params.id ?? "")?.output ?? "");
  const [offset, length] = [Number(query.get("offset") ?? 0), Number(query.get("length") ?? LENGTH)];
  if (!(length >= LENGTH)) throw invalid(SERVICE, `length ${length} is not valid: at least ${LENGTH}.`, "length");
  const part = lifecycleState === "SUCCEEDED" ? output.subarray(offset, offset + length) : Buffer.alloc(0);
  return {
    content: Readable.from([part]),
    headers: {
      "content-type": "text/plain",
      "content-length": String(part.length),
      "opc-bytes-remaining": String(Math.max(0, output.length - offset - part.length)),
    },
  };
}

/** Calls on captures of serial consoles. */
export const consoleHistoryRoutes: readonly Route[] = [
  { method: "POST", path: PATH, run: capture },
  {
    method: "GET",
    path: PATH,
    run(request) {
      const compartmentId = needed(request.query, "compartmentId");
      const views = [...request.api.consoleHistories.keys()].map((id) => viewOf(request, id));
      return listed(
        request,
        views.filter((view) => view.compartmentId === compartmentId),
      );
    },
  },
  { method: "GET", path: `${PATH}/{id}`, run: (request) => shown(viewOf(request, request.params.id ?? "")) },
  { method: "GET", path: `${PATH}/{id}/data`, run: content },
  { method: "PUT", path: `${PATH}/{id}`, run: update },
  {
    method: "DELETE",
    path: `${PATH}/{id}`,
    run({ api, params }) {
      if (!api.consoleHistories.delete(params.id ?? "")) throw notFound(SERVICE, params.id ?? "");
      return { status: 204 };
    },
  },
];
