/** Documents without secrets. */
import { masked } from "./masker.ts";

/** As indented JSON, its texts masked one by one: so it stays JSON whatever is in them. */
export function maskedJson(document: unknown): string {
  const mask = (_: string, value: unknown): unknown => (typeof value === "string" ? masked(value) : value);
  return JSON.stringify(document, mask, 2);
}
