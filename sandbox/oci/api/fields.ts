/**
 * Bodies of the REST API as the attributes that the rules of sandbox/oci take. The real provider's attributes mirror the
 * API's fields: `bootVolumeSizeInGBs` is `boot_volume_size_in_gbs`, an object is a block, a 64-bit number a string.
 */
import { join } from "node:path";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { blockMembers, type Members, readProviderSchema, type Shape } from "../../plugin/schema.ts";
import type { Tags } from "../../world/oci.ts";
import { ServiceRefusal } from "../refusals.ts";

let schemas: Readonly<Record<string, Members>> | null = null;

/** What the provider's schema has of a resource; undefined where the stand-in has none of it. */
export function membersOf(resource: string): Members | undefined {
  schemas ??= Object.fromEntries(
    Object.entries(
      readProviderSchema(join(import.meta.dirname, "..", "..", "..", "providers", "oci", "schema.json"))
        .resource_schemas,
    ).map(([name, { block }]) => [name, blockMembers(block)]),
  );
  return schemas[resource];
}

export function isObject(value: Json | undefined): value is Attributes {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function wrong(field: string, wanted: string): ServiceRefusal {
  return new ServiceRefusal(400, "InvalidParameter", `${field} must be ${wanted}.`, "");
}

/** `{"Oracle-Tags": {"CreatedBy": …}}` ⇄ `Oracle-Tags.CreatedBy` */
export function flatTags(field: string, value: Attributes): Tags {
  const entries = Object.entries(value).flatMap(([key, item]): [string, string][] => {
    if (isObject(item)) return Object.entries(item).map(([name, inner]) => [`${key}.${name}`, String(inner)]);
    if (Array.isArray(item)) throw wrong(`${field}.${key}`, "a text");
    return [[key, item === null ? "" : String(item)]];
  });
  return Object.fromEntries(entries);
}

export function nestedTags(tags: Tags): Attributes {
  const namespaces = new Map<string, [string, string][]>();
  for (const [key, value] of Object.entries(tags)) {
    const [namespace = "", ...rest] = key.split(".");
    namespaces.set(namespace, [...(namespaces.get(namespace) ?? []), [rest.join("."), value]]);
  }
  return Object.fromEntries([...namespaces].map(([name, entries]) => [name, Object.fromEntries(entries)]));
}

function converted(field: string, shape: Shape, value: Json, before: Json): Json {
  if (value === null) return null;
  switch (shape.kind) {
    case "bool":
      if (typeof value === "boolean") return value;
      throw wrong(field, "true or false");
    case "number":
      if (typeof value === "number") return value;
      throw wrong(field, "a number");
    case "string":
      if (typeof value === "object") throw wrong(field, "a text");
      return String(value);
    case "map":
      if (isObject(value)) return flatTags(field, value);
      throw wrong(field, "an object");
    case "list":
    case "set":
      if (Array.isArray(value))
        return value.map((item: Json, index) => converted(`${field}[${index}]`, shape.element, item, null));
      // One object of the API is one block; of a change, what it does not say stays.
      if (shape.element.kind === "object" && isObject(value))
        return [converted(field, shape.element, value, Array.isArray(before) ? before[0] : null)];
      throw wrong(field, shape.element.kind === "object" ? "an object, or a list of such" : "a list");
    case "object":
      if (isObject(value)) return members(field, shape.members, value, isObject(before) ? before : {});
      throw wrong(field, "an object");
  }
}

/** `isEnabled` is the provider's `enabled`, where it has no `is_enabled`. */
function nameOf(names: ReadonlyMap<string, string>, field: string): string | undefined {
  const plain = field.toLowerCase();
  return names.get(plain) ?? (plain.startsWith("is") ? names.get(plain.slice(2)) : undefined);
}

function members(where: string, of: Members, value: Attributes, before: Attributes): Attributes {
  const names = new Map(Object.keys(of).map((name) => [name.replaceAll("_", ""), name]));
  const entries = Object.entries(value).flatMap(([field, item]): [string, Json][] => {
    const name = nameOf(names, field);
    const shape = name === undefined ? undefined : of[name]?.shape;
    // The API takes fields that it does not know, and so do we.
    if (name === undefined || shape === undefined) return [];
    return [[name, converted(where === "" ? field : `${where}.${field}`, shape, item, before[name] ?? null)]];
  });
  return { ...before, ...Object.fromEntries(entries) };
}

/** The same for what the stand-in has no resource of: nothing says what types its attributes have. */
function plain(body: Attributes): Attributes {
  const snake = (field: string): string => field.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  const entries = Object.entries(body).map(([field, value]): [string, Json] => {
    if (Array.isArray(value)) return [snake(field), value.map((item: Json) => (isObject(item) ? plain(item) : item))];
    // Data of the client's own, whose names are no fields.
    if (!isObject(value) || field.endsWith("Data")) return [snake(field), value];
    return [snake(field), field.endsWith("Tags") || field === "metadata" ? flatTags(field, value) : [plain(value)]];
  });
  return Object.fromEntries(entries);
}

/**
 * @param resource whose attributes: `oci_core_vcn`
 * @param before the attributes that a change starts from
 * @throws ServiceRefusal 400 InvalidParameter for a field of another type
 */
export function attributesOf(resource: string, body: Attributes, before: Attributes = {}): Attributes {
  const known = membersOf(resource);
  return known ? members("", known, body, before) : { ...before, ...plain(body) };
}

/** The field of an attribute, for messages: `vcn_id` is `vcnId`. */
export function fieldOf(attribute: string): string {
  return attribute.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The field of an attribute, as the API spells units and short names. */
export function apiName(attribute: string): string {
  return fieldOf(attribute)
    .replace(/In([GM])bs$/, "In$1Bs")
    .replace(/PerGb$/, "PerGB")
    .replace(/^(ipv[46])cidr/, "$1Cidr")
    .replace(/^isAi/, "isAI");
}

/** Attributes as the API's fields; blocks inside stay as they are. */
export function fieldsOf(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [apiName(name), value]));
}
