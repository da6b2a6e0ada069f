/** Causes of a refusal, in the API server's words. */
import type { Cause } from "../objects/errors.ts";
import { isFields, type Value } from "../objects/fields.ts";

/** As Go prints values in errors. */
const shown = (value: Value | undefined): string => {
  if (!isFields(value)) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each)}`);
  return `map[string]string{${entries.toSorted().join(", ")}}`;
};

/** A value that is none. */
export const bad = (field: string, value: Value | undefined, why: string): Cause => ({
  reason: "FieldValueInvalid",
  message: `Invalid value: ${shown(value)}: ${why}`,
  field,
});
/** A value that is missing. */
export const required = (field: string, why = ""): Cause => ({
  reason: "FieldValueRequired",
  message: `Required value${why === "" ? "" : `: ${why}`}`,
  field,
});
/** A value that is none of those there are. */
export const unsupported = (field: string, value: string, allowed: readonly string[]): Cause => ({
  reason: "FieldValueNotSupported",
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed.map((each) => JSON.stringify(each)).join(", ")}`,
  field,
});
/** A cause, where something is wrong. */
export const when = (wrong: boolean, cause: () => Cause): readonly Cause[] => (wrong ? [cause()] : []);
