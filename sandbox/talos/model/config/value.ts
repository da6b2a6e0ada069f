/** A decoded configuration: unset fields are absent, and so are zero values that nothing tells from unset. */
export type Value = string | number | boolean | null | readonly Value[] | Fields;
/** Fields of a struct by name. */
export interface Fields {
  readonly [name: string]: Value;
}

/** Whether a value is a struct or map. */
export function isFields(value: Value | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a list. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** Follows a path of field names; undefined where it ends early. */
export function at(value: Value | undefined, ...path: readonly string[]): Value | undefined {
  return path.reduce<Value | undefined>((here, name) => (isFields(here) ? here[name] : undefined), value);
}

/** The text at a path, or "". */
export function textAt(value: Value | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The list at a path, or an empty one. */
export function listAt(value: Value | undefined, ...path: readonly string[]): readonly Value[] {
  const found = at(value, ...path);
  return isList(found) ? found : [];
}

/** The texts of the list at a path; empty where there is none. */
export function textsAt(value: Value | undefined, ...path: readonly string[]): readonly string[] {
  return listAt(value, ...path).filter((item) => typeof item === "string");
}

/** What is wrong with a configuration or a patch, in one line. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}
