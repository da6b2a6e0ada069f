/** How fields of the API and attributes of the provider are named, and tags written, on either side. */
import { join } from "node:path";
import type { Attributes } from "../../plugin/resource.ts";
import { blockMembers, type Members, readProviderSchema } from "../../plugin/schema.ts";
import type { Tags } from "../../world/oci.ts";
import { isObject } from "./attributes.ts";
import { ServiceRefusal } from "./refusals.ts";

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

/** 400 for a field of another type. @param wanted `an object` */
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

/** Defined tags as the API has them: by namespace. */
export function nestedTags(tags: Tags): Attributes {
  const namespaces = new Map<string, [string, string][]>();
  for (const [key, value] of Object.entries(tags)) {
    const [namespace = "", ...rest] = key.split(".");
    namespaces.set(namespace, [...(namespaces.get(namespace) ?? []), [rest.join("."), value]]);
  }
  return Object.fromEntries([...namespaces].map(([name, entries]) => [name, Object.fromEntries(entries)]));
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
    .replace(/(ipv[46])([a-z])/gi, (_, version: string, letter: string) => version + letter.toUpperCase())
    .replace(/^isAi/, "isAI");
}
