/** Console histories: captures of what an instance has written to its serial console (CaptureConsoleHistory). */
import { Readable } from "node:stream";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { consoleOutput } from "../resources/boot.ts";
import { invalid, notFound } from "../model/refusals.ts";
import { regionalId } from "../model/regions.ts";
import { requireObject } from "../model/records.ts";
import type { Answer } from "../http/answer.ts";
import { shown } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import { needed } from "../model/query.ts";
import type { Asked, Route } from "../http/route.ts";

const PATH = "/20160918/instanceConsoleHistories";
const SERVICE = "Core Console History";
/** Of the part that is asked for, where nothing is said; less is refused (oci_core_console_history_data). */
const LENGTH = 10_240;

function capture(asked: Asked): Answer {
  const { call, door, body } = asked;
  const { instances } = call.world.state.oci;
  const instance = requireObject(call, SERVICE, instances, String(body.instanceId ?? ""), "instanceId");
  const { compartmentId, availabilityDomain, displayName } = instance;
  const id = regionalId(call, "consolehistory");
  door.lifecycles.begin(id, "REQUESTED");
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
  door.consoleHistories.set(id, { view, output: consoleOutput(call.world, instance) });
  return shown({ ...view, lifecycleState: "REQUESTED" });
}

function viewOf({ door }: Asked, id: string): Attributes {
  const found = door.consoleHistories.get(id);
  if (found === undefined) throw notFound(SERVICE, id);
  return { ...found.view, lifecycleState: door.lifecycles.of(id, "SUCCEEDED") };
}

/** UpdateConsoleHistoryDetails: its name and its tags. */
function update(asked: Asked): Answer {
  const { door, body, params } = asked;
  const id = params.id ?? "";
  const { lifecycleState: _state, ...before } = viewOf(asked, id);
  const said = (name: string): Json => body[name] ?? before[name] ?? null;
  const changes = {
    displayName: said("displayName"),
    freeformTags: said("freeformTags"),
    definedTags: said("definedTags"),
  };
  const output = door.consoleHistories.get(id)?.output ?? "";
  door.consoleHistories.set(id, { view: { ...before, ...changes }, output });
  return shown(viewOf(asked, id));
}

function content(asked: Asked): Answer {
  const { door, params, query } = asked;
  const { lifecycleState } = viewOf(asked, params.id ?? "");
  const output = Buffer.from(door.consoleHistories.get(params.id ?? "")?.output ?? "");
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
    run(asked) {
      const compartmentId = needed(asked.query, "compartmentId");
      const views = [...asked.door.consoleHistories.keys()].map((id) => viewOf(asked, id));
      return listed(
        asked,
        views.filter((view) => view.compartmentId === compartmentId),
      );
    },
  },
  { method: "GET", path: `${PATH}/{id}`, run: (asked) => shown(viewOf(asked, asked.params.id ?? "")) },
  { method: "GET", path: `${PATH}/{id}/data`, run: content },
  { method: "PUT", path: `${PATH}/{id}`, run: update },
  {
    method: "DELETE",
    path: `${PATH}/{id}`,
    run({ door, params }) {
      if (!door.consoleHistories.delete(params.id ?? "")) throw notFound(SERVICE, params.id ?? "");
      return { status: 204 };
    },
  },
];
