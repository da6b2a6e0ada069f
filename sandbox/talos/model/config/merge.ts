/**
 * Merges a strategic-merge patch into a document, as Talos does: set fields win, structures and maps are merged inside,
 * lists are appended unless the notation says otherwise.
 */
import type { Field, Struct, Type } from "./notation.ts";
import { ConfigError, type Fields, isFields, isList, type Value } from "./value.ts";

/** Lays one struct over another, as Talos's strategic merge does. */
export function mergeStruct(left: Fields, right: Fields, struct: Struct, path = ""): Fields {
  if (struct.replaced) return right;
  const merged: Record<string, Value> = { ...left };
  for (const [name, value] of Object.entries(right)) {
    const field = struct.fields.get(name);
    if (!field) throw new ConfigError(`unknown field ${path}${name}`);
    const present = left[name];
    merged[name] = present === undefined ? value : mergeField(present, value, field, `${path}${name}`);
  }
  return merged;
}

function mergeField(left: Value, right: Value, field: Field, path: string): Value {
  const { merge, type } = field;
  if (merge.kind === "replace") return right;
  if (merge.kind === "by" && type.kind === "list" && isList(left) && isList(right)) {
    return mergeBy(left, right, type.of, merge.key, path);
  }
  return mergeValue(left, right, type, path);
}

function mergeValue(left: Value, right: Value, type: Type, path: string): Value {
  switch (type.kind) {
    case "scalar":
      return right;
    case "any":
      return mergeFree(left, right, path);
    case "args":
      return isFields(left) && isFields(right) ? { ...left, ...right } : right;
    case "list":
      return isList(left) && isList(right) ? [...left, ...right] : right;
    case "map":
      return isFields(left) && isFields(right) ? mergeMap(left, right, type.of, path) : right;
    case "struct":
      return isFields(left) && isFields(right) ? mergeStruct(left, right, type.struct, `${path}.`) : right;
  }
}

function mergeMap(left: Fields, right: Fields, of: Type, path: string): Fields {
  const merged: Record<string, Value> = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const present = left[key];
    // An empty value does not replace one that is there.
    if (present !== undefined && (value === "" || value === 0)) continue;
    merged[key] = present === undefined ? value : mergeValue(present, value, of, `${path}.${key}`);
  }
  return merged;
}

/** Items with the same key are merged: interfaces by name, or by selector where they have none; VLANs by id … */
function mergeBy(
  left: readonly Value[],
  right: readonly Value[],
  of: Type,
  key: string,
  path: string,
): readonly Value[] {
  const merged = [...left];
  for (const item of right) {
    const index = merged.findIndex((other) => sameItem(other, item, key));
    const existing = merged[index];
    if (existing === undefined) merged.push(item);
    // Verification rules are replaced, not merged.
    else merged[index] = key === "image" ? item : mergeValue(existing, item, of, path);
  }
  return merged;
}

function sameItem(left: Value, right: Value, key: string): boolean {
  if (!isFields(left) || !isFields(right)) return false;
  if (right[key] !== undefined) return left[key] === right[key];
  if (key !== "interface") return left[key] === undefined;
  const selector = right["deviceSelector"];
  return selector !== undefined && sameSelector(left["deviceSelector"], selector);
}

/** Talos compares `physical` by its place in memory: selectors that have it are never the same. */
function sameSelector(left: Value | undefined, right: Value): boolean {
  if (!isFields(left) || !isFields(right) || right["physical"] !== undefined) return false;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => left[name] === right[name]);
}

/** Free YAML: maps inside, lists appended, kinds of values kept. */
function mergeFree(left: Value, right: Value, path: string): Value {
  if (isFields(left) && isFields(right)) {
    const merged: Record<string, Value> = { ...left };
    for (const [key, value] of Object.entries(right)) {
      const present = left[key];
      merged[key] = present === undefined || present === null ? value : mergeFree(present, value, `${path}.${key}`);
    }
    return merged;
  }
  if (isList(left) && isList(right)) return [...left, ...right];
  const kind = (value: Value): string => (isList(value) ? "a list" : isFields(value) ? "a mapping" : typeof value);
  if (kind(left) !== kind(right))
    throw new ConfigError(`${path} is ${kind(left)} and cannot be merged with ${kind(right)}`);
  return right === "" || right === 0 ? left : right;
}
