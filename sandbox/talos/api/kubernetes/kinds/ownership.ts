/** Which fields a manager has: sets of fields, as `metadata.managedFields` writes them (structured-merge-diff). */
import {
  type Fields,
  fieldsAt,
  isFields,
  isList,
  itemsAt,
  same,
  textAt,
  type Value,
  withAt,
} from "../objects/fields.ts";
import type { Field } from "./notation.ts";
import { fieldsOf } from "./types.ts";
import { defaultOf } from "./merge.ts";

/** `{"f:spec": {"f:replicas": {}}}`; entries of keyed lists are `k:{"name":"web"}`, of sets `v:"a"`. */
export type Owned = Fields;

/** What no manager has: the server's own. */
const OF_SERVER = new Set(["apiVersion", "kind"]);
const OF_METADATA = new Set(["labels", "annotations", "ownerReferences", "finalizers"]);

/** The fields that an object of a type has set. */
export function fieldsIn(object: Fields, type: string): Owned {
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, value]): [string, Value][] => {
      if (OF_SERVER.has(name)) return [];
      if (name === "metadata" && isFields(value)) {
        const kept = Object.entries(value).filter(([key]) => OF_METADATA.has(key));
        return kept.length === 0 ? [] : [["f:metadata", structure(Object.fromEntries(kept), "ObjectMeta")]];
      }
      return [[`f:${name}`, inside(value, fieldsOf(type).get(name))]];
    }),
  );
}

function structure(value: Fields, type: string): Owned {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [`f:${name}`, inside(each, fieldsOf(type).get(name))]),
  );
}

/** Types that one manager has as a whole (`x-kubernetes-map-type: atomic`). */
const ATOMIC = new Set([
  "LabelSelector",
  "NodeSelector",
  "KeySelector",
  "ObjectReference",
  "TypedReference",
  "RoleRef",
]);

/** Of what has no type: maps are gone into, and lists are one thing. */
function untyped(value: Value): Owned {
  return isFields(value)
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [`f:${key}`, untyped(each)]))
    : {};
}

function inside(value: Value, field: Field | undefined): Owned {
  if (value === null || ATOMIC.has(field?.type ?? "")) return {};
  if (!field || (field.type === "any" && field.holds === "one")) return untyped(value);
  if (field.holds === "map")
    return isFields(value) ? Object.fromEntries(Object.keys(value).map((key) => [`f:${key}`, {}])) : {};
  if (field.holds === "keyed" && isList(value))
    return Object.fromEntries(
      value.filter(isFields).map((each) => [keyName(each, field), { ".": {}, ...structure(each, field.type) }]),
    );
  if (field.holds === "set" && isList(value))
    return Object.fromEntries(value.map((each) => [`v:${JSON.stringify(each)}`, {}]));
  return field.holds === "one" && isFields(value) && fieldsOf(field.type).size > 0 ? structure(value, field.type) : {};
}

function keyName(entry: Fields, { keys }: Field): string {
  const named = keys.toSorted().map((key) => [key, entry[key] ?? defaultOf(key) ?? null]);
  return `k:${JSON.stringify(Object.fromEntries(named))}`;
}

/** Whether a set has a field itself, beside what is inside of it: `{}` is short for `{".": {}}`. */
const isMember = (value: Value | undefined): boolean =>
  isFields(value) && ("." in value || Object.keys(value).length === 0);

function insideOf(value: Value | undefined): Owned {
  if (!isFields(value)) return {};
  const { ".": _itself, ...inner } = value;
  return inner;
}

/** The fields of either, as far as `keeps` says so of each: by whether the first has it, and the second. */
function combined(one: Owned, other: Owned, keeps: (one: boolean, other: boolean) => boolean): Owned {
  return entries([...new Set([...Object.keys(one), ...Object.keys(other)])], (key) => [
    keeps(isMember(one[key]), isMember(other[key])),
    combined(insideOf(one[key]), insideOf(other[key]), keeps),
  ]);
}

/** Without those that are empty. */
function entries(keys: readonly string[], entry: (key: string) => readonly [itself: boolean, inner: Owned]): Owned {
  return Object.fromEntries(
    keys.flatMap((key): [string, Value][] => {
      const [itself, inner] = entry(key);
      if (Object.keys(inner).length === 0) return itself ? [[key, {}]] : [];
      return [[key, itself ? { ".": {}, ...inner } : inner]];
    }),
  );
}

/** Both. */
export const union = (one: Owned, other: Owned): Owned => combined(one, other, (is, also) => is || also);
/** The first without what the second has. */
export const without = (one: Owned, other: Owned): Owned => combined(one, other, (is, also) => is && !also);
/** What both have. */
export const common = (one: Owned, other: Owned): Owned => combined(one, other, (is, also) => is && also);

/** With every field that something of it is inside of. */
export function withParents(owned: Owned): Owned {
  return entries(Object.keys(owned), (key) => [true, withParents(insideOf(owned[key]))]);
}

/** Its fields as errors name them: `.spec.replicas`, `.spec.containers[name="web"].image`. */
export function pathsOf(owned: Owned, path = ""): readonly string[] {
  return Object.entries(owned).flatMap(([key, value]) => {
    const [here, inner] = [path + step(key), insideOf(value)];
    return Object.keys(inner).length === 0 ? [here] : pathsOf(inner, here);
  });
}

function step(key: string): string {
  if (key.startsWith("f:")) return `.${key.slice(2)}`;
  const value: unknown = JSON.parse(key.slice(2));
  if (typeof value !== "object" || value === null) return `[=${JSON.stringify(value)}]`;
  return `[${Object.entries(value)
    .map(([name, each]) => `${name}=${JSON.stringify(each)}`)
    .join(",")}]`;
}

/** The owned fields that differ between two objects; one that has others inside of it: by whether it is there. */
export function differing(owned: Owned, one: Value | undefined, other: Value | undefined): Owned {
  return entries(Object.keys(owned), (key) => {
    const [here, there, inner] = [follow(one, key), follow(other, key), insideOf(owned[key])];
    const isLeaf = Object.keys(inner).length === 0;
    const differs = isLeaf ? !same(here, there) : (here === undefined) !== (there === undefined);
    return [isMember(owned[key]) && differs, differing(inner, here, there)];
  });
}

function entryAt(list: readonly Value[], key: string): number {
  const wanted: unknown = JSON.parse(key.slice(2));
  if (key.startsWith("v:")) return list.findIndex((each) => each === wanted);
  if (typeof wanted !== "object" || wanted === null) return -1;
  const keys = Object.entries(wanted);
  return list.findIndex(
    (each) => isFields(each) && keys.every(([name, value]) => (each[name] ?? defaultOf(name) ?? null) === value),
  );
}

function follow(value: Value | undefined, key: string): Value | undefined {
  if (isList(value)) return key.startsWith("f:") ? undefined : value[entryAt(value, key)];
  return isFields(value) && key.startsWith("f:") ? value[key.slice(2)] : undefined;
}

/** An object without the fields that are owned. */
export function taken(object: Value, owned: Owned): Value {
  return Object.entries(owned).reduce<Value>((here, [key, value]) => {
    const inner = follow(here, key);
    if (inner === undefined) return here;
    const left = isMember(value) ? undefined : taken(inner, insideOf(value));
    if (isFields(here)) return withAt(here, [key.slice(2)], left);
    if (!isList(here)) return here;
    const n = entryAt(here, key);
    return left === undefined ? here.toSpliced(n, 1) : here.with(n, left);
  }, object);
}

/** Who writes, and how. */
export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly subresource: string;
}

/** An entry of `managedFields`, as it is read. */
export interface Managed extends Manager {
  readonly owned: Owned;
  readonly time: string;
}

/** Who has which fields of an object. */
export function managersOf(object: Fields): readonly Managed[] {
  return itemsAt(object, "metadata", "managedFields").map((each) => ({
    name: textAt(each, "manager"),
    operation: textAt(each, "operation") === "Apply" ? "Apply" : "Update",
    subresource: textAt(each, "subresource"),
    time: textAt(each, "time"),
    owned: fieldsAt(each, "fieldsV1"),
  }));
}

/** The object with these managers, as far as they have anything. */
export function withManagers(object: Fields, managers: readonly Managed[]): Fields {
  const entries = managers
    .filter(({ owned }) => Object.keys(owned).length > 0)
    .map(({ name, operation, subresource, time, owned }) => ({
      manager: name,
      operation,
      apiVersion: textAt(object, "apiVersion"),
      time,
      fieldsType: "FieldsV1",
      fieldsV1: owned,
      ...(subresource !== "" && { subresource }),
    }));
  return withAt(object, ["metadata", "managedFields"], entries.length > 0 ? entries : undefined);
}

/** Whether two entries are one manager's. */
export function isSameManager(one: Manager, other: Manager): boolean {
  return one.name === other.name && one.operation === other.operation && one.subresource === other.subresource;
}
