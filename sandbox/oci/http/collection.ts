/** What most resources have in common over REST: list, create, get, change, delete, move; the rules are sandbox/oci's. */
import { createHash } from "node:crypto";
import type { Attributes } from "../../plugin/resource.ts";
import type { OciObject, OciTenancy } from "../../world/oci.ts";
import { conflict, notFound, ServiceRefusal } from "../model/refusals.ts";
import { find, requireCompartment } from "../model/records.ts";
import { regionOf } from "../model/regions.ts";
import * as deletion from "../kernel/deletion.ts";
import * as operations from "../kernel/operations.ts";
import type { Action, Resource, Stored } from "../kernel/resource.ts";
import { nestedTags } from "../model/fields.ts";
import { listed } from "./lists.ts";
import type { ApiResponse } from "./response.ts";
import { needed } from "../model/query.ts";
import type { ApiRequest, Route } from "./route.ts";
import { workHeader } from "./work.ts";

interface Collection<T extends OciObject> {
  /** `/20160918/vcns` */
  readonly path: string;
  /** As refusals name it: `Core Vcn`. */
  readonly service: string;
  all(tenancy: OciTenancy): readonly T[];
  /** As it is told once it is settled. */
  tell(record: T, request: ApiRequest): Attributes;
  /** Makes what a body says. */
  make(request: ApiRequest, said: Attributes): T | Promise<T>;
  /** Changes what a body says; everything else stays. */
  change(request: ApiRequest, found: T, said: Attributes): void | Promise<void>;
  /** Has it go. */
  end(request: ApiRequest, found: T): void | Promise<void>;
  /** @default "array" */
  readonly wrap?: "array" | "items";
  /** Those that are gone and still told of, where the world itself remembers them. */
  gone?(request: ApiRequest): readonly Attributes[];
  /** What nobody made: it is told like others, and cannot be changed. */
  unmade?(request: ApiRequest): readonly T[];
  /** What that is, for whoever would change it. @default - it is not found */
  readonly unmadeIs?: string;
  /** What a list is of, where the query asks in another way than by compartment. */
  selected?(request: ApiRequest): readonly T[];
  /** What ids start with, where lists still show what was deleted: `ocid1.instance.` */
  readonly listedWhenGone?: string;
  /** Listed by compartment. @default true */
  readonly byCompartment?: false;
  /** States on the way in and out, where there are any. `deleted: null`: what is gone is not found. */
  readonly states?: { readonly creating: string; readonly deleting: string; readonly deleted: string | null };
  /** Fields that are null while it is on its way. */
  readonly onceSettled?: readonly string[];
  /** More headers of an answer to a change: a work request's id. */
  changed?(request: ApiRequest, record: T, action: "CREATED" | "UPDATED" | "DELETED"): Readonly<Record<string, string>>;
  /** @default 200; 202 where a work request does it, and then without a body on a change; `bare`: on a create too */
  readonly accepted?: "shown" | "bare";
  /** What cannot be done with it. */
  readonly without?: readonly Action[];
}

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

/** The record of a path's `{id}`. */
export function record<T extends OciObject>(request: ApiRequest, kind: Collection<T>): T {
  const { id = "" } = request.params;
  const found = find(request.call, kind.all(request.call.world.state.oci), id);
  if (found !== null) return found;
  if (kind.unmadeIs !== undefined && kind.unmade?.(request).some((each) => each.id === id))
    throw conflict(kind.service, `${id} is ${kind.unmadeIs}.`);
  throw notFound(kind.service, id);
}

/** What is declared. */
export function declared<B extends Attributes>(
  d: Resource<B>,
  more: Partial<Collection<Stored<B>>> = {},
): Collection<Stored<B>> {
  const { path, service, states, without } = d;
  return {
    path,
    service,
    ...(states && { states }),
    ...(without && { without }),
    ...(d.work && { changed: (request, found, action) => workHeader(request, d, found, action) }),
    ...(d.work && !d.work.style && { wrap: "items", accepted: "shown" }),
    ...(d.work?.style === "older" && { accepted: "bare" }),
    ...(d.unmadeIs !== undefined && { unmadeIs: d.unmadeIs }),
    ...(d.onceSettled && { onceSettled: d.onceSettled }),
    ...(d.listedWhenGone && { listedWhenGone: `ocid1.${d.idType}.` }),
    unmade: ({ call }) => d.unmade?.(call) ?? [],
    ...(d.gone && { gone: ({ call }) => d.gone?.(call) ?? [] }),
    ...(d.selected && { selected: ({ query, call }) => d.selected?.(query, call) ?? [] }),
    all: (tenancy) => d.all(tenancy),
    tell: (found, { call }) => operations.viewOf(d, found, call),
    make: ({ call }, said) => operations.create(d, call, said),
    change: ({ call }, found, said) => operations.change(d, call, found, said),
    end: ({ call }, found) => deletion.remove(d, call, found),
    ...more,
  };
}

/** As an object is told now: in the state that it has on its way, where it is on one. */
export function viewOf<T extends OciObject>(request: ApiRequest, kind: Collection<T>, found: T): Attributes {
  const view = kind.tell(found, request);
  const settled = view.lifecycleState;
  if (typeof settled !== "string") return view;
  const lifecycleState = request.api.lifecycles.of(found.id, settled);
  const later = lifecycleState === settled ? [] : (kind.onceSettled ?? []);
  return { ...view, lifecycleState, ...Object.fromEntries(later.map((name) => [name, null])) };
}

/** What there is in the compartment that the query names, in the region. */
function inCompartment<T extends OciObject>(request: ApiRequest, kind: Collection<T>): readonly T[] {
  const { call, query } = request;
  const region = regionOf(call);
  const compartmentId = kind.byCompartment === false ? null : needed(query, "compartmentId");
  if (compartmentId !== null) requireCompartment(call, kind.service, compartmentId);
  return [...(kind.unmade?.(request) ?? []), ...kind.all(call.world.state.oci)]
    .filter((each) => each.region === region || each.id.includes("oc1.."))
    .filter((each) => compartmentId === null || each.compartmentId === compartmentId);
}

function list<T extends OciObject>(request: ApiRequest, kind: Collection<T>): ApiResponse {
  const here = kind.selected?.(request) ?? inCompartment(request, kind);
  const deleted =
    kind.gone?.(request) ??
    request.api.lifecycles.recentlyDeleted().filter((view) => String(view.id).startsWith(kind.listedWhenGone ?? "-"));
  const gone = deleted.filter((view) => view.compartmentId === request.query.get("compartmentId"));
  return listed(request, [...here.map((each) => viewOf(request, kind, each)), ...gone], kind.wrap);
}

/** Makes what a body says. */
export async function make<T extends OciObject>(
  request: ApiRequest,
  kind: Collection<T>,
  said: Attributes,
): Promise<T> {
  const made = await kind.make(request, said);
  if (kind.states) request.api.lifecycles.begin(made.id, kind.states.creating);
  return made;
}

async function create<T extends OciObject>(request: ApiRequest, kind: Collection<T>): Promise<ApiResponse> {
  const made = await make(request, kind, request.body);
  const headers = kind.changed?.(request, made, "CREATED");
  if (kind.accepted === "bare") return { status: 202, headers: headers ?? {} };
  return { ...shown(viewOf(request, kind, made), headers), ...(kind.accepted && { status: 202 }) };
}

async function update<T extends OciObject>(request: ApiRequest, kind: Collection<T>): Promise<ApiResponse> {
  const found = record(request, kind);
  checkEtag(request, viewOf(request, kind, found));
  const { compartmentId: _moves, ...body } = request.body;
  await kind.change(request, found, body);
  const headers = kind.changed?.(request, found, "UPDATED");
  return kind.accepted ? { status: 202, headers: headers ?? {} } : shown(viewOf(request, kind, found), headers);
}

/** Ends an object, which can be looked at for a while. */
export async function end<T extends OciObject>(request: ApiRequest, kind: Collection<T>, found: T): Promise<void> {
  const view = viewOf(request, kind, found);
  await kind.end(request, found);
  if (kind.states && !kind.gone) request.api.lifecycles.end(found.id, view, kind.states.deleting, kind.states.deleted);
}

/** Deletes what the path names, where it is what the client knows. */
export async function remove<T extends OciObject>(request: ApiRequest, kind: Collection<T>): Promise<ApiResponse> {
  const found = record(request, kind);
  checkEtag(request, viewOf(request, kind, found));
  await end(request, kind, found);
  const headers = kind.changed?.(request, found, "DELETED");
  return { status: kind.accepted ? 202 : 204, headers: headers ?? {} };
}

async function move<T extends OciObject>(request: ApiRequest, kind: Collection<T>): Promise<ApiResponse> {
  const found = record(request, kind);
  checkEtag(request, viewOf(request, kind, found));
  if (typeof request.body.compartmentId !== "string")
    throw new ServiceRefusal(400, "MissingParameter", "compartmentId is required.", "");
  await kind.change(request, found, { compartmentId: request.body.compartmentId });
  return { status: 204, headers: kind.changed?.(request, found, "UPDATED") ?? {} };
}

function get<T extends OciObject>(request: ApiRequest, kind: Collection<T>): ApiResponse {
  const { id = "" } = request.params;
  const deleted = kind.gone?.(request).find((view) => view.id === id) ?? request.api.lifecycles.deletedView(id);
  const unmade = kind.unmade?.(request).find((each) => each.id === id);
  return shown(deleted ?? viewOf(request, kind, unmade ?? record(request, kind)));
}

/** The calls that there are. */
export function callsOf(
  calls: Readonly<Partial<Record<Action, Route>>>,
  { without = [] }: { readonly without?: readonly string[] },
): readonly Route[] {
  return Object.entries(calls).flatMap(([action, route]) => (without.includes(action) ? [] : [route]));
}

/** The six calls of a collection. */
export function collection<T extends OciObject>(kind: Collection<T>): readonly Route[] {
  const one = `${kind.path}/{id}`;
  const calls: Readonly<Record<Action, Route>> = {
    list: { method: "GET", path: kind.path, run: (request) => list(request, kind) },
    create: { method: "POST", path: kind.path, run: (request) => create(request, kind) },
    get: { method: "GET", path: one, run: (request) => get(request, kind) },
    update: { method: "PUT", path: one, run: (request) => update(request, kind) },
    delete: { method: "DELETE", path: one, run: (request) => remove(request, kind) },
    move: { method: "POST", path: `${one}/actions/changeCompartment`, run: (request) => move(request, kind) },
  };
  return callsOf(calls, kind);
}
