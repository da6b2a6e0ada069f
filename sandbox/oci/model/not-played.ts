/** Arguments that lead to what the sandbox has not: they are refused, whichever interface says them. */
import type { Attributes, Json } from "../../plugin/resource.ts";
import { isObject } from "./attributes.ts";
import { notPlayed } from "./refusals.ts";

/** `is_ai_enterprise_enabled` and `isAIEnterpriseEnabled` are one name. */
function plainName(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** A block is an object in the API, and a list of one in the provider. */
function inside(value: Json | undefined): Attributes {
  const one: Json = (Array.isArray(value) ? value[0] : value) ?? null;
  return isObject(one) ? one : {};
}

/** What a body of the API, or the provider's attributes, say at a path. */
function valueAt(from: Attributes, [first = "", ...rest]: readonly string[]): Json {
  const name = Object.keys(from).find((each) => plainName(each) === plainName(first));
  const value = name === undefined ? null : (from[name] ?? null);
  return rest.length === 0 ? value : valueAt(inside(value), rest);
}

function isNothing(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) ? Object.keys(value).length === 0 : value === null || value === false || value === "";
}

/** @param paths of arguments that lead to what is not played. @throws ServiceRefusal for one that is said */
export function refuse(paths: readonly string[], body: Attributes, before: Attributes = {}): void {
  for (const path of paths) {
    const [value, known] = [valueAt(body, path.split(".")), valueAt(before, path.split("."))];
    if (!isNothing(value) && JSON.stringify(value) !== JSON.stringify(known)) throw notPlayed(path, path);
  }
}
