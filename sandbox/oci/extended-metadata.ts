/** Extended metadata of an instance: any JSON in the API, and in the provider a text, which is JSON where it is no string. */
import type { Attributes, Json } from "../plugin/resource.ts";
import { isObject } from "./attributes.ts";

const NAME = "extended_metadata";

function mapped(attributes: Attributes, to: (value: Json) => Json): Attributes {
  const found = attributes[NAME] ?? null;
  if (!isObject(found)) return attributes;
  return { ...attributes, [NAME]: Object.fromEntries(Object.entries(found).map(([key, value]) => [key, to(value)])) };
}

function parsed(value: Json): Json {
  try {
    return JSON.parse(String(value));
  } catch {
    return value;
  }
}

/** What the provider says, as the API is told. */
export function extendedMetadataSent(attributes: Attributes): Attributes {
  return mapped(attributes, parsed);
}

/** What the API tells, as the provider keeps it. */
export function extendedMetadataTold(attributes: Attributes): Attributes {
  return mapped(attributes, (value) => (typeof value === "string" ? value : JSON.stringify(value)));
}
