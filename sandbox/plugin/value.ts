/** Terraform values while they are planned: JSON, and the value that is not known yet. */
import type { Attributes, Json } from "./resource.ts";
import type { Members, Shape } from "./schema.ts";

/** Stands wherever Terraform says "known after apply". */
export const UNKNOWN: unique symbol = Symbol("known after apply");

/** A value of Terraform's, which may be unknown or have unknown parts. */
export type Value =
  null | boolean | number | string | typeof UNKNOWN | readonly Value[] | { readonly [key: string]: Value };
/** An object of such values. */
export type Values = { readonly [key: string]: Value };

/** Whether it is a list or set. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Whether it is an object or map. */
export function isObject(value: Value): value is Values {
  return typeof value === "object" && value !== null && !isList(value);
}

/** What stands where nothing was said: no element for blocks that repeat, else null. */
export function absent(role: string, shape: Shape): Value {
  return role === "block" && (shape.kind === "list" || shape.kind === "set") ? [] : null;
}

/** The object with every member, in the schema's order; nothing said is null, or no block. */
export function complete(members: Members, value: Values, where: string): Values {
  for (const key of Object.keys(value)) {
    if (!(key in members)) throw new TypeError(`${where} has no ${key}`);
  }
  return Object.fromEntries(
    Object.entries(members).map(([name, { role, shape }]) => {
      const given = value[name] ?? absent(role, shape);
      return [name, conform(shape, given, `${where}.${name}`)];
    }),
  );
}

/** Checks a value against its shape, so that a handler's slip shows here and not as an odd plan. */
function conform(shape: Shape, value: Value, where: string): Value {
  if (value === null || value === UNKNOWN) return value;
  switch (shape.kind) {
    case "string":
      if (typeof value === "string") return value;
      break;
    case "bool":
      if (typeof value === "boolean") return value;
      break;
    case "number":
      // A number that no double holds stays a string: Terraform's numbers have 512 bits.
      if (typeof value === "string") return String(Number(value)) === value ? Number(value) : value;
      if (typeof value === "number") return value;
      break;
    case "list":
    case "set":
      if (isList(value)) return value.map((item, index) => conform(shape.element, item, `${where}[${index}]`));
      break;
    case "map":
      if (isObject(value))
        return Object.fromEntries(
          Object.entries(value).map(([key, item]) => [key, conform(shape.element, item, `${where}[${key}]`)]),
        );
      break;
    case "object":
      if (isObject(value)) return complete(shape.members, value, where);
  }
  throw new TypeError(`${where} must be a ${shape.kind}, got ${isList(value) ? "list" : typeof value}`);
}

/** Equal as Terraform sees it: the order of a set does not matter. Unknown equals unknown only. */
export function equal(shape: Shape, a: Value, b: Value): boolean {
  if (a === b) return true;
  if (isList(a) && isList(b) && (shape.kind === "list" || shape.kind === "set")) {
    if (a.length !== b.length) return false;
    if (shape.kind === "list") return a.every((item, index) => equal(shape.element, item, b[index] ?? null));
    const rest = [...b];
    return a.every((item) => {
      const at = rest.findIndex((other) => equal(shape.element, item, other));
      if (at >= 0) rest.splice(at, 1);
      return at >= 0;
    });
  }
  if (!isObject(a) || !isObject(b)) return false;
  if (shape.kind === "object")
    return Object.entries(shape.members).every(([key, member]) => equal(member.shape, a[key] ?? null, b[key] ?? null));
  if (shape.kind !== "map") return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && equal(shape.element, a[key] ?? null, b[key] ?? null))
  );
}

/** Is there nothing unknown anywhere inside? */
export function isKnown(value: Value): boolean {
  if (value === UNKNOWN) return false;
  if (isList(value)) return value.every(isKnown);
  return !isObject(value) || Object.values(value).every(isKnown);
}

function knownPart(value: Value): Json {
  if (value === UNKNOWN) return null;
  if (isList(value)) return value.map(knownPart);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, knownPart(item)]));
}

/** As handlers see it: what is unknown is absent. */
export function known(members: Members, value: Values): Attributes {
  return Object.fromEntries(
    Object.entries(members).map(([name, { role, shape }]) => {
      const given = value[name] ?? null;
      return [name, knownPart(given === UNKNOWN ? absent(role, shape) : given)];
    }),
  );
}

/**
 * `over` put over `base`: inside objects, nested attributes and list blocks (by index); everything else replaces.
 * A key that `over` lacks keeps its value.
 */
export function merge(members: Members, base: Values, over: Values): Values {
  const merged = Object.entries(over).map(([name, value]) => {
    const member = members[name];
    const inside = member && member.role !== "attribute";
    return [name, inside ? mergeInside(member.shape, base[name] ?? null, value) : value];
  });
  return { ...base, ...Object.fromEntries(merged) };
}

function mergeInside(shape: Shape, base: Value, over: Value): Value {
  if (shape.kind === "list" && isList(over) && isList(base))
    return over.map((item, index) => mergeInside(shape.element, base[index] ?? null, item));
  if (shape.kind === "object" && isObject(over) && isObject(base)) return merge(shape.members, base, over);
  return over;
}
