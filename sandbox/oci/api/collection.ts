/** What most resources have in common over REST: list, create, get, change, delete, move; the rules are sandbox/oci's. */
import { createHash } from "node:crypto";
import type { Attributes, ResourceType } from "../../plugin/resource.ts";
import type { OciObject, OciTenancy } from "../../world/oci.ts";
import { notFound, ServiceRefusal } from "../refusals.ts";
import { refuseNotPlayed, remember, withRemembered } from "../remembered.ts";
import { find, requireCompartment } from "../stored.ts";
import { regionOf } from "../regions.ts";
import { apiName, attributesOf, nestedTags } from "./fields.ts";
import { listed } from "./lists.ts";
import type { Answer } from "./answer.ts";
import { type Asked, needed, type Route } from "./route.ts";

export interface Collection<T extends OciObject> {
  /** `/20160918/vcns` */
  readonly path: string;
  /** As refusals name it: `Core Vcn`. */
  readonly service: string;
  /** Whose attributes the bodies are translated to: `oci_core_vcn`. */
  readonly resource: string;
  /** The rules, as the stand-in plays them. */
  readonly type: ResourceType;
  all(tenancy: OciTenancy): readonly T[];
  /** The fields of its own; what all have in common is added. */
  view(record: T, asked: Asked): Attributes;
  /** What the body says in another way than the provider. */
  prepare?(body: Attributes): Attributes;
  /** What only a create says and `resource` has no attribute of. */
  atCreate?(body: Attributes): Attributes;
  /** @default "array" */
  readonly wrap?: "array" | "items";
  /** Those that are gone and still told of, where the world itself remembers them. */
  gone?(asked: Asked): readonly Attributes[];
  /** What ids start with, where lists still show what was deleted: `ocid1.instance.` */
  readonly listedWhenGone?: string;
  /** Listed by compartment. @default true */
  readonly byCompartment?: false;
  /** States on the way in and out, where there are any. `deleted: null`: what is gone is not found. */
  readonly states?: { readonly creating: string; readonly deleting: string; readonly deleted: string | null };
  /** More headers of an answer to a change: a work request's id. */
  changed?(asked: Asked, record: T, action: "CREATED" | "UPDATED" | "DELETED"): Readonly<Record<string, string>>;
  /** @default 200; 202 where a work request does it, and then without a body on a change */
  readonly accepted?: true;
}

export function etagOf(view: Attributes): string {
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
  if (found === null) throw notFound(kind.service, id);
  return found;
}

export function viewOf<T extends OciObject>(asked: Asked, kind: Collection<T>, found: T): Attributes {
  const view = { ...common(found), ...kind.view(found, asked) };
  const settled = view.lifecycleState;
  const whole = withRemembered(asked.call.world.state.oci, found.id, view, apiName);
  return typeof settled === "string"
    ? { ...whole, lifecycleState: asked.door.lifecycles.of(found.id, settled) }
    : whole;
}

function list<T extends OciObject>(asked: Asked, kind: Collection<T>): Answer {
  const { call, query } = asked;
  const region = regionOf(call);
  const compartmentId = kind.byCompartment === false ? null : needed(query, "compartmentId");
  if (compartmentId !== null) requireCompartment(call, kind.service, compartmentId);
  const here = kind
    .all(call.world.state.oci)
    .filter((each) => each.region === region || each.id.includes("oc1.."))
    .filter((each) => compartmentId === null || each.compartmentId === compartmentId);
  const ghosts =
    kind.gone?.(asked) ??
    asked.door.lifecycles.ghosts().filter((view) => String(view.id).startsWith(kind.listedWhenGone ?? "-"));
  const gone = ghosts.filter((view) => view.compartmentId === compartmentId);
  return listed(asked, [...here.map((each) => viewOf(asked, kind, each)), ...gone], kind.wrap);
}

/** Makes what a body says. */
export async function make<T extends OciObject>(asked: Asked, kind: Collection<T>, said: Attributes): Promise<T> {
  refuseNotPlayed(kind.resource, said);
  const body = kind.prepare?.(said) ?? said;
  const planned = { ...attributesOf(kind.resource, body), ...kind.atCreate?.(body) };
  const { id } = await kind.type.create(asked.call, planned);
  const made = kind.all(asked.call.world.state.oci).find((each) => each.id === id);
  if (!made) throw new Error(`${kind.resource} made ${String(id)}, and it is not there`);
  remember(asked.call.world.state.oci, kind.resource, made.id, said);
  if (kind.states) asked.door.lifecycles.begin(made.id, kind.states.creating);
  return made;
}

async function create<T extends OciObject>(asked: Asked, kind: Collection<T>): Promise<Answer> {
  const made = await make(asked, kind, asked.body);
  const headers = kind.changed?.(asked, made, "CREATED");
  return { ...shown(viewOf(asked, kind, made), headers), ...(kind.accepted && { status: 202 }) };
}

/** Changes what the fields say; everything else stays. `attributes` are the provider's. */
export async function change<T extends OciObject>(
  asked: Asked,
  kind: Collection<T>,
  found: T,
  body: Attributes,
): Promise<void> {
  refuseNotPlayed(kind.resource, body);
  const before = kind.type.importState?.(asked.call, found.id) ?? {};
  const planned = attributesOf(kind.resource, kind.prepare?.(body) ?? body, before);
  await kind.type.update?.(asked.call, before, planned);
  remember(asked.call.world.state.oci, kind.resource, found.id, body);
}

async function update<T extends OciObject>(asked: Asked, kind: Collection<T>): Promise<Answer> {
  const found = record(asked, kind);
  checkEtag(asked, viewOf(asked, kind, found));
  const { compartmentId: _moves, ...body } = asked.body;
  await change(asked, kind, found, body);
  const headers = kind.changed?.(asked, found, "UPDATED");
  return kind.accepted ? { status: 202, headers: headers ?? {} } : shown(viewOf(asked, kind, found), headers);
}

/** Ends an object, which can be looked at for a while. */
export async function end<T extends OciObject>(asked: Asked, kind: Collection<T>, found: T): Promise<void> {
  const view = viewOf(asked, kind, found);
  await kind.type.delete(asked.call, { id: found.id, enable_delete: true });
  delete asked.call.world.state.oci.remembered[found.id];
  if (kind.states && !kind.gone) asked.door.lifecycles.end(found.id, view, kind.states.deleting, kind.states.deleted);
}

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
  await change(asked, kind, found, { compartmentId: asked.body.compartmentId });
  return { status: 204, headers: kind.changed?.(asked, found, "UPDATED") ?? {} };
}

function get<T extends OciObject>(asked: Asked, kind: Collection<T>): Answer {
  const { id = "" } = asked.params;
  const ghost = kind.gone?.(asked).find((view) => view.id === id) ?? asked.door.lifecycles.ghost(id);
  return shown(ghost ?? viewOf(asked, kind, record(asked, kind)));
}

/** The six calls of a collection. */
export function collection<T extends OciObject>(kind: Collection<T>): readonly Route[] {
  const one = `${kind.path}/{id}`;
  return [
    { method: "GET", path: kind.path, run: (asked) => list(asked, kind) },
    { method: "POST", path: kind.path, run: (asked) => create(asked, kind) },
    { method: "GET", path: one, run: (asked) => get(asked, kind) },
    { method: "PUT", path: one, run: (asked) => update(asked, kind) },
    { method: "DELETE", path: one, run: (asked) => remove(asked, kind) },
    { method: "POST", path: `${one}/actions/changeCompartment`, run: (asked) => move(asked, kind) },
  ];
}
