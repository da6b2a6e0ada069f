/** Objects of custom kinds by their schema: what it does not know, what it refuses, what it fills in. */
import type { Cause } from "../objects/errors.ts";
import { type Fields, fieldsAt, isFields, isList, listAt, textAt, type Value } from "../objects/fields.ts";
import { bad, required, unsupported, when } from "./causes.ts";

/** What is found on the way through an object. */
interface Found {
  readonly unknown: string[];
  readonly causes: Cause[];
  /** Whether what is not said is filled in. */
  readonly fills?: boolean;
}

/** As the server's own, whatever a schema says. */
const OF_EVERY_OBJECT = ["apiVersion", "kind", "metadata"];

const TYPES: Readonly<Record<string, (value: Value) => boolean>> = {
  object: isFields,
  array: isList,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
};

const typeOf = (value: Value): string => (isList(value) ? "array" : isFields(value) ? "object" : typeof value);

/** The value with what the schema fills in, and without what it does not know. */
export function conform(schema: Fields, value: Value, path: string, found: Found): Value {
  const type = textAt(schema, "type");
  const isEither = schema["x-kubernetes-int-or-string"] === true;
  if (isEither ? typeof value !== "string" && !Number.isInteger(value) : TYPES[type]?.(value) === false) {
    const why = `${path} in body must be of type ${isEither ? "integer or string" : type}: ${JSON.stringify(typeOf(value))}`;
    found.causes.push({ ...bad(path, typeOf(value), why), reason: "FieldValueTypeInvalid" });
    return value;
  }
  found.causes.push(...problems(schema, value, path));
  if (isList(value)) return value.map((each, n) => conform(fieldsAt(schema, "items"), each, `${path}[${n}]`, found));
  return isFields(value) ? members(schema, value, path, found) : value;
}

function members(schema: Fields, value: Fields, path: string, found: Found): Fields {
  const properties = fieldsAt(schema, "properties");
  const others = schema["additionalProperties"];
  const isWhole = path === "" || schema["x-kubernetes-embedded-resource"] === true;
  const keepsAll =
    schema["x-kubernetes-preserve-unknown-fields"] === true || others === true || schema["type"] === undefined;
  const filled = Object.entries(properties).flatMap(([name, each]) =>
    found.fills && isFields(each) && each["default"] !== undefined && value[name] === undefined
      ? [[name, each["default"]] as const]
      : [],
  );
  const all: Fields = { ...value, ...Object.fromEntries(filled) };
  for (const name of listAt(schema, "required").map(String))
    if (all[name] === undefined || all[name] === null) found.causes.push(required(below(path, name)));
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, each]): [string, Value][] => {
      const inner = properties[name] ?? (isFields(others) ? others : undefined);
      if (isWhole && OF_EVERY_OBJECT.includes(name)) return [[name, each]];
      if (each === null) return isFields(inner) && inner["nullable"] === true ? [[name, null]] : [];
      if (isFields(inner)) return [[name, conform(inner, each, below(path, name), found)]];
      if (keepsAll) return [[name, each]];
      found.unknown.push(below(path, name));
      return [];
    }),
  );
}

const below = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

/** What holds of a value by its schema: the measure, the limit, and the words where it is not kept. */
const LIMITS: readonly (readonly [string, (value: Value, limit: number) => boolean, string, string])[] = [
  ["minimum", (value, limit) => Number(value) >= limit, "greater than or equal to", ""],
  ["maximum", (value, limit) => Number(value) <= limit, "less than or equal to", ""],
  ["minLength", (value, limit) => String(value).length >= limit, "at least", " chars long"],
  ["maxLength", (value, limit) => String(value).length <= limit, "at most", " chars long"],
  ["minItems", (value, limit) => !isList(value) || value.length >= limit, "at least", " items long"],
  ["maxItems", (value, limit) => !isList(value) || value.length <= limit, "at most", " items long"],
];

function problems(schema: Fields, value: Value, path: string): readonly Cause[] {
  const [values, pattern] = [listAt(schema, "enum"), textAt(schema, "pattern")];
  return [
    ...LIMITS.flatMap(([name, isKept, words, unit]) => {
      const limit = schema[name];
      return when(typeof limit === "number" && !isKept(value, limit), () =>
        bad(path, value, `${path} in body should be ${words} ${String(limit)}${unit}`),
      );
    }),
    ...when(pattern !== "" && typeof value === "string" && !matches(value, pattern), () =>
      bad(path, value, `${path} in body should match '${pattern}'`),
    ),
    ...when(values.length > 0 && !values.includes(value), () => unsupported(path, String(value), values.map(String))),
  ];
}

/** An expression of Go's that JavaScript does not have refuses nothing. */
function matches(value: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}
