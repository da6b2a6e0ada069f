/** What resources have in common over REST: list, create, get, change, delete, move. */
import { createHash } from "node:crypto";
import type { Attributes } from "../../plugin/resource.ts";
import type { OciObject } from "../../world/oci.ts";
import { conflict, notFound, ServiceRefusal } from "../model/refusals.ts";
import { find, requireCompartment } from "../model/records.ts";
import { regionOf } from "../model/regions.ts";
import { remove } from "../kernel/deletion.ts";
import { change, create, viewOf as settledView } from "../kernel/operations.ts";
import type { Action, Resource, Stored } from "../kernel/resource.ts";
import { nestedTags } from "../model/fields.ts";
import { listed } from "./lists.ts";
import type { ApiResponse } from "./response.ts";
import { needed } from "../model/query.ts";
import type { ApiRequest, Route } from "./route.ts";
import { actionHeader } from "./work.ts";

function etagOf(view: Attributes): string {
  return createHash("sha256").update(JSON.stringify(view)).digest("hex").slice(0, 32);
}

/** What every object says of itself. */
export function common({ id, compartmentId, timeCreated, freeformTags, definedTags }: OciObject): Attributes {
  return { id, compartmentId, timeCreated, freeformTags, definedTags: nestedTags(definedTags) };
}

/** An answer with the object and its ETag. */
export function shown(view: Attributes, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { body: view, headers: { etag: etagOf(view), ...headers } };
}

/** @throws ServiceRefusal 412 when the object is not any more what the client knows */
export function checkEtag({ headers }: ApiRequest, view: Attributes): void {
  const expected = headers["if-match"];
  if (expected === undefined || expected === "*" || expected.replaceAll('"', "") === etagOf(view)) return;
  throw new ServiceRefusal(412, "NoEtagMatch", `The ETag of the resource is ${etagOf(view)}, not ${expected}.`, "");
}

/** The record of a path's `{id}`. @throws ServiceRefusal 404, or 409 for what nobody made */
export function record<B extends Attributes>({ call, params }: ApiRequest, d: Resource<B>): Stored<B> {
  const { id = "" } = params;
  const found = find(call, d.all(call.world.state.oci), id);
  if (found !== null) return found;
  if (d.unmadeIs !== undefined && d.unmade?.(call).some((each) => each.id === id))
    throw conflict(d.service, `${id} is ${d.unmadeIs}.`);
  throw notFound(d.service, id);
}

/** What of its fields a change has under way. */
function slowStates<B extends Attributes>({ api }: ApiRequest, { slow = {} }: Resource<B>, id: string): Attributes {
  const states = Object.values(slow);
  return Object.fromEntries(states.map((state) => [state, api.lifecycles.of(`${id} ${state}`, "STABLE")]));
}

/** Changes what the body says; what is slow of it is on its way for a while. */
function changeBy<B extends Attributes>({ api, call }: ApiRequest, d: Resource<B>, found: Stored<B>, body: Attributes) {
  const fields = (): readonly string[] => Object.keys(d.slow ?? {}).map((each) => JSON.stringify(found[each]));
  const before = fields();
  change(d, call, found, body);
  const now = fields();
  for (const [index, state] of Object.values(d.slow ?? {}).entries())
    if (now[index] !== before[index]) api.lifecycles.begin(`${found.id} ${state}`, "UPDATING");
}

/** The view of an object now: with the state of a change under way, if there is one. */
export function viewOf<B extends Attributes>(request: ApiRequest, d: Resource<B>, found: Stored<B>): Attributes {
  const { call, api } = request;
  const view = { ...settledView(d, found, call), ...slowStates(request, d, found.id) };
  const settled = view.lifecycleState;
  if (typeof settled !== "string") return view;
  const lifecycleState = api.lifecycles.of(found.id, settled);
  const later = lifecycleState === settled ? [] : (d.onceSettled ?? []);
  return { ...view, lifecycleState, ...Object.fromEntries(later.map((name) => [name, null])) };
}

/** What the path names, where it is what the client knows. @throws ServiceRefusal 404, 409, or 412 */
export function current<B extends Attributes>(request: ApiRequest, d: Resource<B>): Stored<B> {
  const found = record(request, d);
  checkEtag(request, viewOf(request, d, found));
  return found;
}

/** What there is in the compartment that the query names, in the region. */
export function inCompartment<B extends Attributes>({ call, query }: ApiRequest, d: Resource<B>): readonly Stored<B>[] {
  const region = regionOf(call);
  const compartmentId = requireCompartment(call, d.service, needed(query, "compartmentId"));
  return [...(d.unmade?.(call) ?? []), ...d.all(call.world.state.oci)]
    .filter((each) => each.region === region || each.id.includes("oc1.."))
    .filter((each) => each.compartmentId === compartmentId);
}

function list<B extends Attributes>(request: ApiRequest, d: Resource<B>): ApiResponse {
  const { call, api, query } = request;
  const here = d.selected?.(query, call) ?? inCompartment(request, d);
  const remembered = (): readonly Attributes[] =>
    d.listedWhenGone
      ? api.lifecycles.recentlyDeleted().filter((view) => String(view.id).startsWith(`ocid1.${d.idType}.`))
      : [];
  const gone = (d.gone?.(call) ?? remembered()).filter((view) => view.compartmentId === query.get("compartmentId"));
  return listed(
    request,
    [...here.map((each) => viewOf(request, d, each)), ...gone],
    d.listedAsItems || (d.work && !d.work.style) ? "items" : "array",
  );
}

/** Makes what a body says. */
export function make<B extends Attributes>({ call, api }: ApiRequest, d: Resource<B>, said: Attributes): Stored<B> {
  const made = create(d, call, said);
  if (d.states) api.lifecycles.begin(made.id, d.states.creating);
  return made;
}

function post<B extends Attributes>(request: ApiRequest, d: Resource<B>): ApiResponse {
  const made = make(request, d, request.body);
  const headers = actionHeader(request, d, made, "create");
  if (d.work?.style === "older") return { status: 202, headers };
  return { ...shown(viewOf(request, d, made), headers), ...(d.work && { status: 202 }) };
}

function put<B extends Attributes>(request: ApiRequest, d: Resource<B>): ApiResponse {
  const found = current(request, d);
  const { compartmentId: _moves, ...body } = request.body;
  changeBy(request, d, found, body);
  const headers = actionHeader(request, d, found, "update");
  return d.work ? { status: 202, headers } : shown(viewOf(request, d, found), headers);
}

/** Ends an object, which can be looked at for a while. */
export function end<B extends Attributes>(request: ApiRequest, d: Resource<B>, found: Stored<B>): void {
  const view = viewOf(request, d, found);
  remove(d, request.call, found);
  if (d.states && !d.gone) request.api.lifecycles.end(found.id, view, d.states.deleting, d.states.deleted);
}

/** Deletes what the path names, where it is what the client knows. */
export function removeAt<B extends Attributes>(request: ApiRequest, d: Resource<B>): ApiResponse {
  const found = current(request, d);
  end(request, d, found);
  return { status: d.work ? 202 : 204, headers: actionHeader(request, d, found, "delete") };
}

function move<B extends Attributes>(request: ApiRequest, d: Resource<B>): ApiResponse {
  const found = current(request, d);
  const { compartmentId } = request.body;
  if (typeof compartmentId !== "string")
    throw new ServiceRefusal(400, "MissingParameter", "compartmentId is required.", "");
  change(d, request.call, found, { compartmentId });
  return { status: 204, headers: actionHeader(request, d, found, "move") };
}

function get<B extends Attributes>(request: ApiRequest, d: Resource<B>): ApiResponse {
  const { call, api, params } = request;
  const deleted = d.gone?.(call).find(({ id }) => id === params.id) ?? api.lifecycles.deletedView(params.id ?? "");
  const unmade = d.unmade?.(call).find(({ id }) => id === params.id);
  return shown(deleted ?? viewOf(request, d, unmade ?? record(request, d)));
}

/** The calls that there are. */
export function callsOf(
  calls: Readonly<Partial<Record<Action, Route>>>,
  { without = [] }: { readonly without?: readonly string[] },
): readonly Route[] {
  return Object.entries(calls).flatMap(([action, route]) => (without.includes(action) ? [] : [route]));
}

/** The six calls of a resource, but for those that it is without. */
export function collection<B extends Attributes>(d: Resource<B>): readonly Route[] {
  const one = `${d.path}/{id}`;
  const calls: Readonly<Record<Action, Route>> = {
    list: { method: "GET", path: d.path, run: (request) => list(request, d) },
    create: { method: "POST", path: d.path, run: (request) => post(request, d) },
    get: { method: "GET", path: one, run: (request) => get(request, d) },
    update: { method: "PUT", path: one, run: (request) => put(request, d) },
    delete: { method: "DELETE", path: one, run: (request) => removeAt(request, d) },
    move: { method: "POST", path: `${one}/actions/changeCompartment`, run: (request) => move(request, d) },
  };
  return callsOf(calls, d);
}
