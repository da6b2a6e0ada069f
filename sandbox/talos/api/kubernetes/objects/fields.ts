/** Reads objects of the Kubernetes API, and makes changed copies of them: none is ever changed in place. */
import { at, type Fields, isFields, listAt, textAt, type Value } from "../../../model/config/value.ts";

export { at, isFields, isList, listAt, textAt } from "../../../model/config/value.ts";
export type { Fields, Value } from "../../../model/config/value.ts";

/** The map at a path, or an empty one. */
export function fieldsAt(value: Value | undefined, ...path: readonly string[]): Fields {
  const found = at(value, ...path);
  return isFields(found) ? found : {};
}

/** The texts of the map at a path: labels, annotations, selectors. */
export function mapAt(value: Value | undefined, ...path: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fieldsAt(value, ...path)).map(([key, each]) => [key, String(each)]));
}

/** The maps of the list at a path. */
export function itemsAt(value: Value | undefined, ...path: readonly string[]): readonly Fields[] {
  return listAt(value, ...path).filter(isFields);
}

/** The number at a path, or another. */
export function numberAt(value: Value | undefined, path: readonly string[], otherwise = 0): number {
  const found = at(value, ...path);
  return typeof found === "number" ? found : otherwise;
}

/** A copy with another value at a path; undefined takes what is there away. */
export function withAt(fields: Fields, path: readonly string[], value: Value | undefined): Fields {
  const [name = "", ...rest] = path;
  if (rest.length > 0) return { ...fields, [name]: withAt(fieldsAt(fields, name), rest, value) };
  if (value !== undefined) return { ...fields, [name]: value };
  const { [name]: _gone, ...kept } = fields;
  return kept;
}

/** `metadata.name`. */
export const nameOf = (object: Fields): string => textAt(object, "metadata", "name");
/** `metadata.namespace`; "" of what is in none. */
export const namespaceOf = (object: Fields): string => textAt(object, "metadata", "namespace");
/** `metadata.uid`. */
export const uidOf = (object: Fields): string => textAt(object, "metadata", "uid");
/** Whether its deletion has begun. */
export const isGoing = (object: Fields): boolean => textAt(object, "metadata", "deletionTimestamp") !== "";

/** A condition of its status. */
export function conditionOf(object: Fields, type: string): Fields | undefined {
  return itemsAt(object, "status", "conditions").find((each) => each["type"] === type);
}

/** Whether a condition holds. */
export const holds = (object: Fields, type: string): boolean => conditionOf(object, type)?.["status"] === "True";

/** Whether two values are the same, whatever the order of keys. */
export function same(one: Value | undefined, other: Value | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, n) => same(each, other[n]));
  if (!isFields(one) || !isFields(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => key in other && same(one[key], other[key]));
}

/** Without fractions, as Kubernetes writes times. */
export function seconds(time: string): string {
  return time.replace(/\.\d+Z$/, "Z");
}
