/** Keeps what resources were told and the rules do not know (`ARGUMENTS`): by the object's id and the argument's path. */
import type { Attributes, Json } from "../plugin/resource.ts";
import type { OciTenancy } from "../world/oci.ts";
import { ARGUMENTS } from "./arguments.ts";
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
function told(from: Attributes, [first = "", ...rest]: readonly string[]): Json {
  const name = Object.keys(from).find((each) => plainName(each) === plainName(first));
  const value = name === undefined ? null : (from[name] ?? null);
  return rest.length === 0 ? value : told(inside(value), rest);
}

function isNothing(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) ? Object.keys(value).length === 0 : value === null || value === false || value === "";
}

/** @param paths of arguments that lead to what is not played. @throws ServiceRefusal 501 for one that is said */
export function refuse(paths: readonly string[], body: Attributes, before: Attributes = {}): void {
  for (const path of paths) {
    const [value, known] = [told(body, path.split(".")), told(before, path.split("."))];
    if (!isNothing(value) && JSON.stringify(value) !== JSON.stringify(known)) throw notPlayed(path, path);
  }
}

/** @throws ServiceRefusal 501 for an argument of a resource that leads to what is not played */
export function refuseNotPlayed(resource: string, body: Attributes, before: Attributes = {}): void {
  refuse(ARGUMENTS[resource]?.notPlayed ?? [], body, before);
}

/** Remembers what a create or a change says; what it does not say, or says as it was `before`, stays. */
export function remember(
  tenancy: OciTenancy,
  resource: string,
  id: string,
  body: Attributes,
  before: Attributes = {},
): void {
  const more = (ARGUMENTS[resource]?.remembered ?? []).flatMap((path): [string, Json][] => {
    const value = told(body, path.split("."));
    const same = JSON.stringify(value) === JSON.stringify(told(before, path.split(".")));
    return value === null || same ? [] : [[path, value]];
  });
  if (more.length > 0) tenancy.remembered[id] = { ...tenancy.remembered[id], ...Object.fromEntries(more) };
}

/** Lays what is remembered over what is told of the object: `name` says how a part of a path is called there. */
export function withRemembered(
  tenancy: OciTenancy,
  id: string,
  view: Attributes,
  name: (attribute: string) => string,
): Attributes {
  const lay = (over: Attributes, [first = "", ...rest]: readonly string[], value: Json): Attributes => {
    const here = over[name(first)];
    const deeper = (): Json => {
      const block = lay(inside(here), rest, value);
      return Array.isArray(here) ? [block] : block;
    };
    return { ...over, [name(first)]: rest.length === 0 ? value : deeper() };
  };
  const known = Object.entries(tenancy.remembered[id] ?? {});
  return known.reduce((all, [path, value]) => lay(all, path.split("."), value), view);
}
