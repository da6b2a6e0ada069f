/**
 * Bodies of the REST API as the attributes that the rules of sandbox/oci take. The real provider's attributes mirror the
 * API's fields: `bootVolumeSizeInGBs` is `boot_volume_size_in_gbs`, an object is a block, a 64-bit number a string.
 */
import { join } from "node:path";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { blockMembers, type Members, readProviderSchema } from "../../plugin/schema.ts";
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
