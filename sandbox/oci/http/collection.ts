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
import type { Answer } from "./answer.ts";
import { needed } from "../model/query.ts";
import type { Asked, Route } from "./route.ts";
import { workHeader } from "./work.ts";

interface Collection<T extends OciObject> {
  /** `/20160918/vcns` */
  readonly path: string;
  /** As refusals name it: `Core Vcn`. */
  readonly service: string;
  all(tenancy: OciTenancy): readonly T[];
  /** As it is told once it is settled. */
  tell(record: T, asked: Asked): Attributes;
  /** Makes what a body says. */
  make(asked: Asked, said: Attributes): T | Promise<T>;
  /** Changes what a body says; everything else stays. */
  change(asked: Asked, found: T, said: Attributes): void | Promise<void>;
  /** Has it go. */
  end(asked: Asked, found: T): void | Promise<void>;
  /** @default "array" */
  readonly wrap?: "array" | "items";
  /** Those that are gone and still told of, where the world itself remembers them. */
  gone?(asked: Asked): readonly Attributes[];
  /** What nobody made: it is told like others, and cannot be changed. */
  unmade?(asked: Asked): readonly T[];
  /** What that is, for whoever would change it. @default - it is not found */
  readonly unmadeIs?: string;
  /** What a list is of, where the query asks in another way than by compartment. */
  selected?(asked: Asked): readonly T[];
  /** What ids start with, where lists still show what was deleted: `ocid1.instance.` */
  readonly listedWhenGone?: string;
  /** Listed by compartment. @default true */
  readonly byCompartment?: false;
  /** States on the way in and out, where there are any. `deleted: null`: what is gone is not found. */
  readonly states?: { readonly creating: string; readonly deleting: string; readonly deleted: string | null };
  /** Fields that are null while it is on its way. */
  readonly onceSettled?: readonly string[];
  /** More headers of an answer to a change: a work request's id. */
  changed?(asked: Asked, record: T, action: "CREATED" | "UPDATED" | "DELETED"): Readonly<Record<string, string>>;
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
export function shown(view: Attributes, headers: Readonly<Record<string, string>> = {}): Answer {
  return { body: view, headers: { etag: etagOf(view), ...headers } };
}

/** @throws ServiceRefusal 412 when the object is not any more what the client knows */
export function checkEtag({ headers }: Asked, view: Attributes): void {
  const expected = headers["if-match"];
  if (expected === undefined || expected === "*" || expected.replaceAll('"', "") === etagOf(view)) return;
  throw new ServiceRefusal(412, "NoEtagMatch", `The ETag of the resource is ${etagOf(view)}, not ${expected}.`, "");
}

/** The record of a path's `{id}`. */
export function record<T extends OciObject>(asked: Asked, kind: Collection<T>): T {
  const { id = "" } = asked.params;
  const found = find(asked.call, kind.all(asked.call.world.state.oci), id);
  if (found !== null) return found;
  if (kind.unmadeIs !== undefined && kind.unmade?.(asked).some((each) => each.id === id))
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
    ...(d.work && { changed: (asked, found, action) => workHeader(asked, d, found, action) }),
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
export function viewOf<T extends OciObject>(asked: Asked, kind: Collection<T>, found: T): Attributes {
  const view = kind.tell(found, asked);
  const settled = view.lifecycleState;
  if (typeof settled !== "string") return view;
  const lifecycleState = asked.door.lifecycles.of(found.id, settled);
  const later = lifecycleState === settled ? [] : (kind.onceSettled ?? []);
  return { ...view, lifecycleState, ...Object.fromEntries(later.map((name) => [name, null])) };
}

/** What there is in the compartment that the query names, in the region. */
function inCompartment<T extends OciObject>(asked: Asked, kind: Collection<T>): readonly T[] {
  const { call, query } = asked;
  const region = regionOf(call);
  const compartmentId = kind.byCompartment === false ? null : needed(query, "compartmentId");
  if (compartmentId !== null) requireCompartment(call, kind.service, compartmentId);
  return [...(kind.unmade?.(asked) ?? []), ...kind.all(call.world.state.oci)]
    .filter((each) => each.region === region || each.id.includes("oc1.."))
    .filter((each) => compartmentId === null || each.compartmentId === compartmentId);
}

function list<T extends OciObject>(asked: Asked, kind: Collection<T>): Answer {
  const here = kind.selected?.(asked) ?? inCompartment(asked, kind);
  const ghosts =
    kind.gone?.(asked) ??
    asked.door.lifecycles.ghosts().filter((view) => String(view.id).startsWith(kind.listedWhenGone ?? "-"));
  const gone = ghosts.filter((view) => view.compartmentId === asked.query.get("compartmentId"));
  return listed(asked, [...here.map((each) => viewOf(asked, kind, each)), ...gone], kind.wrap);
}

/** Makes what a body says. */
export async function make<T extends OciObject>(asked: Asked, kind: Collection<T>, said: Attributes): Promise<T> {
  const made = await kind.make(asked, said);
  if (kind.states) asked.door.lifecycles.begin(made.id, kind.states.creating);
  return made;
}

async function create<T extends OciObject>(asked: Asked, kind: Collection<T>): Promise<Answer> {
  const made = await make(asked, kind, asked.body);
  const headers = kind.changed?.(asked, made, "CREATED");
  if (kind.accepted === "bare") return { status: 202, headers: headers ?? {} };
  return { ...shown(viewOf(asked, kind, made), headers), ...(kind.accepted && { status: 202 }) };
}

async function update<T extends OciObject>(asked: Asked, kind: Collection<T>): Promise<Answer> {
  const found = record(asked, kind);
  checkEtag(asked, viewOf(asked, kind, found));
  const { compartmentId: _moves, ...body } = asked.body;
  await kind.change(asked, found, body);
  const headers = kind.changed?.(asked, found, "UPDATED");
  return kind.accepted ? { status: 202, headers: headers ?? {} } : shown(viewOf(asked, kind, found), headers);
}

/** Ends an object, which can be looked at for a while. */
export async function end<T extends OciObject>(asked: Asked, kind: Collection<T>, found: T): Promise<void> {
  const view = viewOf(asked, kind, found);
  await kind.end(asked, found);
  if (kind.states && !kind.gone) asked.door.lifecycles.end(found.id, view, kind.states.deleting, kind.states.deleted);
}

/** Deletes what the path names, where it is what the client knows. */
export async function remove<T extends OciObject>(asked: Asked, kind: Collection<T>): Promise<Answer> {
  const found = record(asked, kind);
  checkEtag(asked, viewOf(asked, kind, found));
  await end(asked, kind, found);
  const headers = kind.changed?.(asked, found, "DELETED");
  return { status: kind.accepted ? 202 : 204, headers: headers ?? {} };
}

async function move<T extends OciObject>(asked: Asked, kind: Collection<T>): Promise<Answer> {
  const found = record(asked, kind);
  checkEtag(asked, viewOf(asked, kind, found));
  if (typeof asked.body.compartmentId !== "string")
    throw new ServiceRefusal(400, "MissingParameter", "compartmentId is required.", "");
  await kind.change(asked, found, { compartmentId: asked.body.compartmentId });
  return { status: 204, headers: kind.changed?.(asked, found, "UPDATED") ?? {} };
}

function get<T extends OciObject>(asked: Asked, kind: Collection<T>): Answer {
  const { id = "" } = asked.params;
  const ghost = kind.gone?.(asked).find((view) => view.id === id) ?? asked.door.lifecycles.ghost(id);
  const unmade = kind.unmade?.(asked).find((each) => each.id === id);
  return shown(ghost ?? viewOf(asked, kind, unmade ?? record(asked, kind)));
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
    list: { method: "GET", path: kind.path, run: (asked) => list(asked, kind) },
    create: { method: "POST", path: kind.path, run: (asked) => create(asked, kind) },
    get: { method: "GET", path: one, run: (asked) => get(asked, kind) },
    update: { method: "PUT", path: one, run: (asked) => update(asked, kind) },
    delete: { method: "DELETE", path: one, run: (asked) => remove(asked, kind) },
    move: { method: "POST", path: `${one}/actions/changeCompartment`, run: (asked) => move(asked, kind) },
  };
  return callsOf(calls, kind);
}
