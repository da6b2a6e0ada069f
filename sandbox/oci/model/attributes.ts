/** Reading planned attributes. The schema has checked their types; what is missing is null. */
import type { Attributes, Json } from "../../plugin/resource.ts";
import type { Tags } from "../../world/oci.ts";

/** Terraform's schema lets no such call through; a wire API's can. */
export class MissingAttribute extends TypeError {
  readonly attribute: string;

  constructor(attribute: string) {
    super(`${attribute} is missing`);
    this.attribute = attribute;
  }
}

/** Whether a value of JSON is an object. */
export function isObject(value: Json | undefined): value is Attributes {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text; null where it is unsaid, or empty. */
export function maybeText(from: Attributes, name: string): string | null {
  const value = from[name];
  return typeof value === "string" && value !== "" ? value : null;
}

/** A required attribute. */
export function text(from: Attributes, name: string): string {
  const value = maybeText(from, name);
  if (value === null) throw new MissingAttribute(name);
  return value;
}

/** A number; null where it is unsaid. */
export function maybeNumber(from: Attributes, name: string): number | null {
  const value = from[name];
  return typeof value === "number" ? value : null;
}

/** True or false; null where it is unsaid. */
export function maybeFlag(from: Attributes, name: string): boolean | null {
  const value = from[name];
  return typeof value === "boolean" ? value : null;
}

/** Strings of a list or set; null when it is not said. */
export function maybeTexts(from: Attributes, name: string): readonly string[] | null {
  const value = from[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : null;
}

/** Keys and values as texts; null where nothing is said. */
export function maybeTags(from: Attributes, name: string): Tags | null {
  const value = from[name] ?? null;
  if (!isObject(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

/** The elements of a repeated block. */
export function blocks(from: Attributes, name: string): readonly Attributes[] {
  const value = from[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}
