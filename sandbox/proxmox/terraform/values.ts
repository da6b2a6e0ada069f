/** Reading Terraform attributes without a cast: what is null, or of another type, is undefined. */
import type { Attributes, Json } from "../../plugin/resource.ts";

/** An attribute of type string. */
export function text(from: Attributes, key: string): string | undefined {
  const value = from[key];
  return typeof value === "string" ? value : undefined;
}

/** An attribute that the schema requires. */
export function required(from: Attributes, key: string): string {
  return text(from, key) ?? "";
}

/** An attribute of type number. */
export function number(from: Attributes, key: string): number | undefined {
  const value = from[key];
  return typeof value === "number" ? value : undefined;
}

/** An attribute of type bool. */
export function flag(from: Attributes, key: string): boolean | undefined {
  const value = from[key];
  return typeof value === "boolean" ? value : undefined;
}

/** The strings of a list or set; undefined where it is null. */
export function strings(from: Attributes, key: string): readonly string[] | undefined {
  const value = from[key];
  return isList(value) ? value.filter((item) => typeof item === "string") : undefined;
}

/** The blocks, or list of objects, under a key. */
export function blocks(from: Attributes, key: string): readonly Attributes[] {
  const value = from[key];
  return isList(value) ? value.filter(isAttributes) : [];
}

/** The one block, or nested object, under a key. */
export function block(from: Attributes, key: string): Attributes | undefined {
  const value = from[key];
  return isAttributes(value) ? value : blocks(from, key)[0];
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isAttributes(value: Json | undefined): value is Attributes {
  return typeof value === "object" && value !== null && !isList(value);
}
