/** Patches that know types: strategic merge patch, and the merge of server-side apply. */
import { type Fields, isFields, isList, same, type Value } from "../objects/fields.ts";
import type { Field } from "./notation.ts";
import { fieldsOf } from "./types.ts";

/** What tells the entries of a list apart: the first key alone, as a strategic merge has it. */
const keyOf = (field: Field): string => field.keys[0] ?? "";

const keyed = (list: readonly Value[], key: string, value: Value | undefined): number =>
  list.findIndex((each) => isFields(each) && each[key] === value);

const DIRECTIVES = /^\$(?:patch|retainKeys|deleteFromPrimitiveList\/|setElementOrder\/)/;

/** A strategic merge patch of an object of a type. */
export function strategicPatch(target: Fields, patch: Fields, type: string): Fields {
  if (patch["$patch"] === "replace") return withoutDirectives(patch);
  const fields = fieldsOf(type);
  const retained = patch["$retainKeys"];
  const result: Record<string, Value> = Object.fromEntries(
    Object.entries(target).filter(([key]) => !isList(retained) || retained.includes(key)),
  );
  for (const [key, value] of Object.entries(patch)) {
    const [, removing] = /^\$deleteFromPrimitiveList\/(.*)$/.exec(key) ?? [];
    const present = removing === undefined ? undefined : result[removing];
    if (removing !== undefined && isList(present) && isList(value))
      result[removing] = present.filter((each) => !value.includes(each));
    if (DIRECTIVES.test(key)) continue;
    if (value === null) delete result[key];
    else result[key] = memberPatch(result[key], value, fields.get(key));
  }
  for (const [key, order] of Object.entries(patch)) {
    const name = /^\$setElementOrder\/(.*)$/.exec(key)?.[1] ?? "";
    const [list, field] = [result[name], fields.get(name)];
    if (isList(list) && isList(order) && field) result[name] = inOrder(list, order, keyOf(field));
  }
  return result;
}

function memberPatch(target: Value | undefined, patch: Value, field: Field | undefined): Value {
  const type = field?.type ?? "any";
  if (isFields(patch)) {
    if (patch["$patch"] === "delete") return {};
    return strategicPatch(isFields(target) ? target : {}, patch, field?.holds === "map" ? "any" : type);
  }
  if (!isList(patch) || !isList(target))
    return isList(patch)
      ? patch.filter(isNoDirective).map((each) => (isFields(each) ? withoutDirectives(each) : each))
      : patch;
  if (field?.holds === "set") return [...new Set([...target, ...patch])];
  if (field?.holds !== "keyed") return patch;
  if (patch.some((each) => isFields(each) && each["$patch"] === "replace")) return patch.filter(isNoDirective);
  const key = keyOf(field);
  return patch.reduce<readonly Value[]>((list, each) => {
    if (!isFields(each)) return list;
    const n = keyed(list, key, each[key]);
    const present = list[n];
    if (each["$patch"] === "delete") return n === -1 ? list : list.toSpliced(n, 1);
    if (n === -1 || !isFields(present)) return [...list, withoutDirectives(each)];
    return list.with(n, strategicPatch(present, each, type));
  }, target);
}

const isNoDirective = (value: Value): boolean => !isFields(value) || !("$patch" in value);

function withoutDirectives(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !DIRECTIVES.test(key)));
}

/** In the order that a patch asks for; what it does not name stays where it is, after those. */
function inOrder(list: readonly Value[], order: readonly Value[], key: string): readonly Value[] {
  const place = (value: Value): number => {
    const n = order.findIndex((each) =>
      isFields(each) && isFields(value) ? each[key] === value[key] : same(each, value),
    );
    return n === -1 ? order.length : n;
  };
  return list.toSorted((one, other) => place(one) - place(other));
}

/** What an apply says, laid over what there is: maps and keyed lists are merged, everything else is replaced. */
export function applied(target: Fields, said: Fields, type: string): Fields {
  const fields = fieldsOf(type);
  const result: Record<string, Value> = { ...target };
  for (const [key, value] of Object.entries(said)) {
    const [present, field] = [result[key], fields.get(key)];
    if (isFields(value) && isFields(present))
      result[key] = applied(present, value, field?.holds === "map" ? "any" : (field?.type ?? "any"));
    else if (isList(value) && isList(present) && field?.holds === "set")
      result[key] = [...new Set([...present, ...value])];
    else if (isList(value) && isList(present) && field?.holds === "keyed")
      result[key] = appliedList(present, value, field);
    else result[key] = value;
  }
  return result;
}

function appliedList(present: readonly Value[], said: readonly Value[], field: Field): readonly Value[] {
  const isSame = (one: Value, other: Value): boolean =>
    isFields(one) &&
    isFields(other) &&
    field.keys.every((key) => (one[key] ?? defaultOf(key)) === (other[key] ?? defaultOf(key)));
  return said.reduce<readonly Value[]>((list, each) => {
    const n = list.findIndex((other) => isSame(other, each));
    const found = list[n];
    if (n === -1 || !isFields(found) || !isFields(each)) return [...list, each];
    return list.with(n, applied(found, each, field.type));
  }, present);
}

/** Of a key that need not be said. */
export function defaultOf(key: string): Value | undefined {
  return key === "protocol" ? "TCP" : undefined;
}
