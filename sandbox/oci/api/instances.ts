/** What instances have beside their own calls: they are switched on and off, and leave boot volumes. */
import { incorrectState, invalid } from "../model/refusals.ts";
import { preserveBootVolume } from "../resources/boot-volume.ts";
import { type Instance, instance } from "../resources/instance.ts";
import { current, record, removeAt, shown, viewOf } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { ApiResponse } from "../http/response.ts";
import type { ApiRequest, Route } from "../http/route.ts";

const ACTIONS: Readonly<Record<string, { from: Instance["state"]; to: Instance["state"]; by: string }>> = {
  START: { from: "STOPPED", to: "RUNNING", by: "STARTING" },
  STOP: { from: "RUNNING", to: "STOPPED", by: "STOPPING" },
  SOFTSTOP: { from: "RUNNING", to: "STOPPED", by: "STOPPING" },
  RESET: { from: "RUNNING", to: "RUNNING", by: "STOPPING" },
  SOFTRESET: { from: "RUNNING", to: "RUNNING", by: "STOPPING" },
};

/** @param name `SOFTSTOP`. @throws 409 in a state that has no such action */
export function switchPower(request: ApiRequest, found: Instance, name: string): void {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!action) throw invalid(instance.service, `action ${name} is not valid: ${Object.keys(ACTIONS).join(", ")}.`);
  const before = viewOf(request, instance, found);
  if (before.lifecycleState !== action.from && before.lifecycleState !== action.to)
    throw incorrectState(
      instance.service,
      `The instance is ${String(before.lifecycleState)}; ${name} needs it to be ${action.from}.`,
    );
  if (found.state === action.from) {
    found.state = action.to;
    if (action.to === "RUNNING") found.startedAt = request.call.world.now();
    request.api.lifecycles.begin(found.id, action.by);
    request.call.world.changed();
  }
}

function act(request: ApiRequest): ApiResponse {
  const found = current(request, instance);
  switchPower(request, found, (request.query.get("action") ?? "").toUpperCase());
  return shown(viewOf(request, instance, found));
}

/** The names that volumes can have on a host: b to z, aa to ag. */
const DEVICES = [..."bcdefghijklmnopqrstuvwxyz", ..."abcdefg"].map(
  (letter, index) => `/dev/oracleoci/oraclevd${index < 25 ? "" : "a"}${letter}`,
);

function devices(request: ApiRequest): ApiResponse {
  const { id } = record(request, instance);
  const attached = request.call.world.state.oci.volumeAttachments.filter(({ instanceId }) => instanceId === id);
  const all = DEVICES.map((name) => ({ name, isAvailable: !attached.some(({ device }) => device === name) }));
  const wanted = request.query.get("isAvailable");
  return listed(
    request,
    all.filter(({ isAvailable }) => wanted === null || String(isAvailable) === wanted),
  );
}

/** Calls on instances beside their collection. */
export const instanceRoutes: readonly Route[] = [
  {
    method: "DELETE",
    path: `${instance.path}/{id}`,
    run(request) {
      const found = record(request, instance);
      const answer = removeAt(request, instance);
      if (request.query.get("preserveBootVolume") === "true") preserveBootVolume(request.call, found);
      return answer;
    },
  },
  { method: "POST", path: `${instance.path}/{id}`, run: act },
  { method: "GET", path: `${instance.path}/{id}/devices`, run: devices },
];
