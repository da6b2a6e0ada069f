/** Parts of a resource: what lies under its path, such as a budget's alert rules or a load balancer's listeners. */
import type { Attributes, ProviderContext, ResourceType } from "../../plugin/resource.ts";
import type { OciTenancy } from "../../world/oci.ts";
import { requireHomeRegion } from "../model/home-region.ts";
import { conflict, notFound } from "../model/refusals.ts";
import { find } from "../model/records.ts";
import { fieldsFrom, openTo } from "./operations.ts";
import type { Bodied, Played, Resource, Stored } from "./resource.ts";

/** What a path goes by: the parent's `id`, what else is between, and the part's own `part`. */
export type PartPath = Readonly<Record<string, string>>;

/** What a part is made or changed in. */
export interface PartContext<P, B> {
  readonly call: ProviderContext;
  readonly parent: Stored<P>;
  readonly place: PartPath;
  /** The part that is to change; null for a new one. */
  readonly before: B | null;
}

/** How a part of a resource is declared; what is not said here is as with a resource. */
export interface Part<P extends Attributes = Attributes, B extends Attributes = Attributes> extends Bodied<B> {
  readonly parent: Resource<P>;
  /** In the names of its work requests, where the parent has such. */
  readonly operation?: string;
  /** After the parent's: `backendSets/{set}/backends`. */
  readonly path: string;
  /** The provider's attributes that say the place: `{id: "network_load_balancer_id", set: "backend_set_name"}`. */
  readonly place: Readonly<Record<string, string>> & { readonly id: string };
  /** What tells them apart; those that have ids go by these in Terraform too, the others by their path. */
  readonly key: string;
  /** One that is there already may be made once more: the new one takes its place. */
  readonly put?: true;
  /** Null where there is no such place. */
  all(parent: Stored<P>, place: PartPath): B[] | null;
  /** The places in a parent. @default - the parent itself */
  places?(parent: Stored<P>): readonly PartPath[];
  prepare?(said: Attributes, context: PartContext<P, B>): Attributes;
  check?(next: B, context: PartContext<P, B>): void;
  /** Refuses to delete. */
  remove?(record: B, parent: Stored<P>): void;
  /** How Terraform names it. @default - its id, or its path */
  importId?(record: B, place: PartPath): string;
  /** What people call it; null where no Terraform resource stands for it. @default - `displayName`, or `name` */
  inventoryName?(record: B, parent: Stored<P>): string | null;
  /** What the provider does otherwise than the API. */
  terraform?(type: Played): ResourceType;
  /** Fields of the view that are not in the record. */
  computed?(record: B, parent: Stored<P>, tenancy: OciTenancy): Attributes;
}

/** What identifies a part. */
export function keyOf({ key }: { readonly key: string }, record: Attributes): string {
  return String(record[key]);
}

/** The resource that parts lie under. @throws ServiceRefusal 404 */
export function requireParent<P extends Attributes, B extends Attributes>(
  d: Part<P, B>,
  call: ProviderContext,
  id = "",
): Stored<P> {
  const parent = find(call, d.parent.all(call.world.state.oci), id);
  if (parent === null) throw notFound(d.service, id, d.place.id);
  return parent;
}

/** All at a place. @throws ServiceRefusal 404 where there is no such place */
export function partsAt<P extends Attributes, B extends Attributes>(
  d: Part<P, B>,
  parent: Stored<P>,
  place: PartPath,
): B[] {
  const found = d.all(parent, place);
  if (found === null) throw notFound(d.service, `${Object.values(place).join("/")}`);
  return found;
}

/** The part at a place. @throws ServiceRefusal 404 */
export function requirePart<P extends Attributes, B extends Attributes>(
  d: Part<P, B>,
  parent: Stored<P>,
  place: PartPath,
): B {
  const found = partsAt(d, parent, place).find((each) => keyOf(d, each) === place.part);
  if (!found) throw notFound(d.service, `${place.part} of ${parent.id}`);
  return found;
}

function complete<P extends Attributes, B extends Attributes>(
  d: Part<P, B>,
  given: Attributes,
  context: PartContext<P, B>,
): B {
  const { call, before, parent } = context;
  if (d.parent.home) requireHomeRegion(call, d.service);
  const open = openTo(d, given, before && partView(d, before, parent, call));
  const next = fieldsFrom(d, call, d.prepare?.(open, context) ?? open, before);
  d.check?.(next, context);
  return next;
}

/** @throws ServiceRefusal before anything is changed */
export function createPart<P extends Attributes, B extends Attributes>(
  d: Part<P, B>,
  call: ProviderContext,
  place: PartPath,
  said: Attributes,
): B {
  const parent = requireParent(d, call, place.id);
  const list = partsAt(d, parent, place);
  const next = complete(d, said, { call, parent, place, before: null });
  const twin = list.findIndex((each) => keyOf(d, each) === keyOf(d, next));
  if (twin >= 0 && !d.put) throw conflict(d.service, `${keyOf(d, next)} exists already in ${parent.id}.`, "name");
  if (twin >= 0) list.splice(twin, 1, next);
  else list.push(next);
  call.world.changed();
  return next;
}

/** Changes what the body says; everything else stays. @throws ServiceRefusal before anything is changed */
export function changePart<P extends Attributes, B extends Attributes>(
  d: Part<P, B>,
  call: ProviderContext,
  place: PartPath,
  said: Attributes,
): B {
  const parent = requireParent(d, call, place.id);
  const record = requirePart(d, parent, place);
  Object.assign(record, complete(d, said, { call, parent, place, before: record }));
  call.world.changed();
  return record;
}

/** Deletes a part. @throws ServiceRefusal while something needs it */
export function removePart<P extends Attributes, B extends Attributes>(
  d: Part<P, B>,
  call: ProviderContext,
  place: PartPath,
): void {
  if (d.parent.home) requireHomeRegion(call, d.service);
  const parent = requireParent(d, call, place.id);
  const record = requirePart(d, parent, place);
  d.remove?.(record, parent);
  const list = partsAt(d, parent, place);
  list.splice(list.indexOf(record), 1);
  call.world.changed();
}

/** As the API tells it. */
export function partView<P extends Attributes, B extends Attributes>(
  d: Part<P, B>,
  record: B,
  parent: Stored<P>,
  call: ProviderContext,
): Attributes {
  const state = d.state === undefined ? {} : { lifecycleState: d.state };
  return { ...record, ...state, ...d.computed?.(record, parent, call.world.state.oci) };
}
