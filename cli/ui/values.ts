/** Looks into values of unknown type: parsed JSON, or what was thrown. */

/** A field of an object or list; undefined of anything else. */
export function fieldOf(value: unknown, name: string | number): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** Names and values of an object or list; none of anything else. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** Every text in a value, however deep. */
export function textsIn(value: unknown): readonly string[] {
  return typeof value === "string" ? [value] : entriesOf(value).flatMap(([, inner]) => textsIn(inner));
}
