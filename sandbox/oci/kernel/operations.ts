/** What is done with declared resources, on both interfaces: create, change, delete, show. */
import { z } from "zod";
import type { Attributes, ProviderContext, Json } from "../../plugin/resource.ts";
import type { OciObject, Tags } from "../../world/oci.ts";
import { isObject, MissingAttribute } from "../model/attributes.ts";
import { flatTags, nestedTags, wrong } from "../model/fields.ts";
import { defaultTags } from "../model/default-tags.ts";
import { requireHomeRegion } from "../model/home-region.ts";
import { invalid } from "../model/refusals.ts";
import { globalId, regionalId, regionOf, requireAvailabilityDomain } from "../model/regions.ts";
import { refuse } from "../model/not-played.ts";
import { defaultName, requireCompartment, requireObject } from "../model/records.ts";
import { type Bodied, type Context, generatedName, kept, type Resource, type Stored } from "./resource.ts";

/** `sizeInGBs` as the provider's `size_in_gbs`, for what a diagnostic points at. */
export function attributeOf(field: string): string {
  return field.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

/** @throws ServiceRefusal 400 that names the field */
export function parsed<T>(service: string, schema: z.ZodType<T>, body: Attributes): T {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  const [issue] = error.issues;
  const [first = "", ...rest] = issue?.path.map(String) ?? [];
  if (rest.length === 0 && issue?.code === "invalid_type" && (body[first] ?? null) === null)
    throw new MissingAttribute(attributeOf(first));
  const field = [first, ...rest].join(".");
  throw invalid(service, `${field === "" ? "The body" : field}: ${issue?.message}.`, attributeOf(first));
}

function tagsOf(said: Attributes, field: "freeformTags" | "definedTags"): Tags | null {
  const value = said[field] ?? null;
  if (value !== null && !isObject(value)) throw wrong(field, "an object");
  return value && flatTags(field, value);
}

/** The tags that a new object has: those that are said, or the service's own. */
export function definedTagsOf(said: Attributes, call: ProviderContext): Tags {
  const own = { "Oracle-Tags.CreatedBy": "sandbox", "Oracle-Tags.CreatedOn": call.world.now() };
  return tagsOf(said, "definedTags") ?? own;
}

/** In identity's own words (oracle/oci 8.28.0, its acceptance tests), and in ours of other services. */
function rootNeeded(service: string): string {
  return service.startsWith("Identity ")
    ? "Tenant id is not equal to compartment id"
    : "compartmentId must be the root compartment (the tenancy).";
}

/** What every object has, of a new one or of one that is changed. */
export function commonFields(
  d: Pick<Resource, "service" | "idType" | "home">,
  said: Attributes,
  { call, before }: { readonly call: ProviderContext; readonly before: OciObject | null },
): OciObject {
  const compartmentId = said.compartmentId ?? before?.compartmentId;
  if (typeof compartmentId !== "string" || compartmentId === "") throw new MissingAttribute("compartment_id");
  if (d.home === "root" && compartmentId !== call.world.state.oci.tenancyId)
    throw invalid(d.service, rootNeeded(d.service), "compartment_id");
  const timeCreated = before?.timeCreated ?? call.world.now();
  const definedTags = (before && tagsOf(said, "definedTags")) ?? before?.definedTags ?? definedTagsOf(said, call);
  const newId = (): string => (d.home ? globalId(d.idType, call.world.random) : regionalId(call, d.idType));
  return {
    id: before?.id ?? newId(),
    compartmentId: requireCompartment(call, d.service, compartmentId),
    region: before?.region ?? regionOf(call),
    timeCreated,
    freeformTags: tagsOf(said, "freeformTags") ?? before?.freeformTags ?? {},
    definedTags: before ? definedTags : { ...defaultTags(call, d.service, compartmentId, definedTags), ...definedTags },
  };
}

/** Inside of what is said, null is the same as nothing. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutNulls(inner)]));
}

/** Null and "" say nothing, where a field cannot be so. */
function whatIsSaid<B>({ body }: Bodied<B>, given: Attributes): Attributes {
  const entries = Object.entries(given).flatMap(([name, value]): [string, Json][] => {
    const field = Object.hasOwn(body.shape, name) ? body.shape[name] : undefined;
    if (value !== null && value !== "") return [[name, field && field !== kept ? withoutNulls(value) : value]];
    return field && z.safeParse(field, value).success ? [[name, value]] : [];
  });
  return Object.fromEntries(entries);
}

/** What of a body counts: not what is closed to it. @param before its view, where it is to be changed */
export function openTo<B>(d: Bodied<B>, given: Attributes, before: Attributes | null): Attributes {
  refuse(d.notPlayed ?? [], given, before ?? {});
  const closed: readonly string[] = [...(d.readOnly ?? []), ...((before && d.fixed) ?? [])];
  return Object.fromEntries(Object.entries(whatIsSaid(d, given)).filter(([name]) => !closed.includes(name)));
}

/** What of the fields that there were a change leaves, where it does not say them. */
function stays<B>({ whole, fixed = [], readOnly = [] }: Bodied<B>, before: Attributes): Attributes {
  if (!whole) return before;
  return Object.fromEntries(Object.entries(before).filter(([name]) => [...fixed, ...readOnly].includes(name)));
}

/** The fields that a body says, over those that there were. */
export function fieldsFrom<B>(d: Bodied<B>, call: ProviderContext, said: Attributes, before: Attributes | null): B {
  const named = d.body.shape.displayName === generatedName ? { displayName: defaultName(call, d.idType) } : {};
  return parsed(d.service, d.body, { ...named, ...(before && stays(d, before)), ...said });
}

/** An availability domain is named in any case, and told as it is. @throws ServiceRefusal 404 */
function withDomain(service: string, call: ProviderContext, said: Attributes): Attributes {
  const { availabilityDomain: name } = said;
  if (typeof name !== "string" || name === "") return said;
  return { ...said, availabilityDomain: requireAvailabilityDomain(call, service, name) };
}

/** The record as it would be; everything is checked. */
function complete<B extends Attributes>(d: Resource<B>, given: Attributes, context: Context<B>): Stored<B> {
  const { call, before } = context;
  if (d.home) requireHomeRegion(call, d.service);
  const open = openTo(d, given, before && viewOf(d, before, call));
  const said = withDomain(d.service, call, d.prepare?.(open, context) ?? open);
  const fields = fieldsFrom(d, call, said, before);
  const next = Object.assign(commonFields(d, said, context), fields);
  if (d.inVcn && !before) requireObject(call, d.service, call.world.state.oci.vcns, String(fields.vcnId), "vcn_id");
  d.check?.(next, context);
  return next;
}

/** @param said a body of the API. @throws ServiceRefusal before anything is changed */
export function create<B extends Attributes>(d: Resource<B>, call: ProviderContext, said: Attributes): Stored<B> {
  const record = complete(d, said, { call, before: null });
  d.all(call.world.state.oci).push(record);
  d.made?.(record, said, call);
  call.world.changed();
  return record;
}

/** Changes what the body says; everything else stays. @throws ServiceRefusal before anything is changed */
export function change<B extends Attributes>(
  d: Resource<B>,
  call: ProviderContext,
  record: Stored<B>,
  said: Attributes,
): void {
  const next = complete(d, said, { call, before: record });
  d.changed?.(record, next, call);
  Object.assign(record, next);
  call.world.changed();
}

/** As the API tells it, but for states on the way. */
export function viewOf<B extends Attributes>(d: Resource<B>, record: Stored<B>, call: ProviderContext): Attributes {
  const all: Attributes = record;
  const hidden: readonly string[] = ["region", ...(d.hidden ?? [])];
  return {
    ...Object.fromEntries(Object.entries(all).filter(([name]) => !hidden.includes(name))),
    compartmentId: record.compartmentId || null,
    definedTags: nestedTags(record.definedTags),
    ...(d.state !== undefined && { lifecycleState: d.state }),
    ...d.computed?.(record, call.world.state.oci),
  };
}
