/** Whether an object is one of its kind: unknown fields, wrong types, fields that are missing. */
import { type Cause, badRequest, invalid } from "../objects/errors.ts";
import { type Fields, fieldsAt, isFields, isList, nameOf, type Value } from "../objects/fields.ts";
import { QUANTITY_PATTERN, quantity } from "../objects/quantity.ts";
import { schemaOf } from "./custom.ts";
import { groupVersionOf, type Kind } from "./kinds.ts";
import type { Field } from "./notation.ts";
import { conform } from "./schema.ts";
import { fieldsOf } from "./types.ts";

/** What is found on the way through an object. */
interface Found {
  readonly unknown: string[];
  /** Go's words for a value of another type. */
  readonly wrong: string[];
  readonly causes: Cause[];
}

const GO_TYPES: Readonly<Record<string, string>> = {
  string: "string",
  int: "int32",
  bool: "bool",
  time: "time.Time",
  microtime: "time.Time",
  bytes: "[]byte",
};
const JSON_NAMES = (value: Value): string =>
  isList(value) ? "array" : isFields(value) ? "object" : typeof value === "boolean" ? "bool" : typeof value;

function wrongType(value: Value, type: string, path: string, found: Found): void {
  found.wrong.push(
    `json: cannot unmarshal ${JSON_NAMES(value)} into Go struct field ${path} of type ${GO_TYPES[type] ?? type}`,
  );
}

function primitive(value: Value, type: string, path: string, found: Found): void {
  const isText = typeof value === "string";
  if (type === "any") return;
  if (type === "quantity") {
    if (quantity(String(value)) === null)
      found.wrong.push(`quantities must match the regular expression '${QUANTITY_PATTERN}'`);
    return;
  }
  if (type === "int" ? !Number.isSafeInteger(value) : type === "bool" ? typeof value !== "boolean" : false)
    wrongType(value, type, path, found);
  else if (type === "intstr" && !isText && !Number.isSafeInteger(value))
    wrongType(value, "intstr.IntOrString", path, found);
  else if (["string", "time", "microtime", "bytes"].includes(type) && !isText) wrongType(value, type, path, found);
}

function one(value: Value, type: string, path: string, found: Found): void {
  if (value === null) return;
  const fields = fieldsOf(type);
  if (fields.size === 0) primitive(value, type, path, found);
  else if (isFields(value)) struct(value, fields, path, found);
  else wrongType(value, type, path, found);
}

function member(value: Value, field: Field, path: string, found: Found): void {
  if (value === null) return;
  if (field.holds === "one") return one(value, field.type, path, found);
  if (field.holds === "map") {
    if (!isFields(value)) return wrongType(value, `map[string]${field.type}`, path, found);
    for (const [key, each] of Object.entries(value)) one(each, field.type, `${path}.${key}`, found);
    return;
  }
  if (!isList(value)) return wrongType(value, `[]${field.type}`, path, found);
  value.forEach((each, n) => one(each, field.type, `${path}[${n}]`, found));
}

function struct(value: Fields, fields: ReadonlyMap<string, Field>, path: string, found: Found): void {
  const below = (name: string): string => (path === "" ? name : `${path}.${name}`);
  for (const [name, each] of Object.entries(value)) {
    const field = fields.get(name);
    if (field) member(each, field, below(name), found);
    else found.unknown.push(below(name));
  }
  for (const { name, isRequired, holds } of fields.values()) {
    const present = value[name];
    const isMissing =
      present === undefined ||
      present === null ||
      present === "" ||
      (holds !== "one" && isList(present) && present.length === 0 && name === "containers");
    if (isRequired && isMissing && !["roleRef", "endpoints"].includes(name) && !isStatusOrEvent(below(name)))
      found.causes.push({ reason: "FieldValueRequired", message: "Required value", field: below(name) });
  }
}

const isStatusOrEvent = (path: string): boolean => /^(?:status|involvedObject|metadata)\b/.test(path);

/** What a client said that it wants of fields that are unknown. */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

/**
 * Reads what a client sent as an object of a kind.
 * @returns it without fields that are unknown, and what to warn of
 * @throws ApiError for what the real one refuses to decode
 */
export function decoded(
  kind: Kind,
  value: Value,
  validation: FieldValidation,
): { readonly object: Fields; readonly warnings: readonly string[] } {
  const found: Found = { unknown: [], wrong: [], causes: [] };
  if (!isFields(value)) throw badRequest("couldn't get version/kind; json parse error: the body is no object");
  const [apiVersion, name] = [value["apiVersion"] ?? groupVersionOf(kind), value["kind"] ?? kind.kind];
  if (apiVersion !== groupVersionOf(kind) || name !== kind.kind)
    throw badRequest(
      `${String(name)} in version "${String(apiVersion).split("/").at(-1)}" cannot be handled as a ${kind.kind}: converting (${String(name)}) to (${kind.kind}): unknown conversion`,
    );
  const object = looked(kind, { ...value, apiVersion, kind: name }, found);
  const cannot = `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: `;
  if (found.wrong.length > 0) throw badRequest(cannot + (found.wrong[0] ?? ""));
  const unknown = found.unknown.map((path) => `unknown field "${path}"`);
  if (validation === "Strict" && unknown.length > 0)
    throw badRequest(`${cannot}strict decoding error: ${unknown.join(", ")}`);
  return { object: pruned(object, kind), warnings: validation === "Warn" ? unknown : [] };
}

/** Goes through an object; one of a custom kind has no more than its schema then. */
function looked({ type, custom }: Kind, object: Fields, found: Found): Fields {
  if (!custom) one(object, type, "", found);
  else if (isFields(object["metadata"])) one(object["metadata"], "ObjectMeta", "metadata", found);
  const conformed = custom && conform(schemaOf(custom), object, "", found);
  return isFields(conformed) ? conformed : object;
}

/** What is missing, or not as the schema of a custom kind has it. */
export function complete(kind: Kind, object: Fields): readonly Cause[] {
  const found: Found = { unknown: [], wrong: [], causes: [] };
  looked(kind, object, found);
  return found.causes;
}

/** Without fields that its type does not have, and without nulls. */
function pruned(object: Fields, { type, custom }: Kind): Fields {
  if (!custom) return prunedTo(object, type);
  return { ...object, metadata: prunedTo(fieldsAt(object, "metadata"), "ObjectMeta") };
}

function prunedTo(value: Fields, type: string): Fields {
  const fields = fieldsOf(type);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => {
      const field = fields.get(name);
      if (!field || each === null) return [];
      const inner = (inside: Value): Value =>
        fieldsOf(field.type).size > 0 && isFields(inside) ? prunedTo(inside, field.type) : inside;
      if (field.holds === "one") return [[name, inner(each)]];
      if (field.holds === "map" && isFields(each))
        return [[name, Object.fromEntries(Object.entries(each).map(([key, inside]) => [key, inner(inside)]))]];
      return [[name, isList(each) ? each.map(inner) : each]];
    }),
  );
}

/** @throws ApiError 422 where anything is wrong */
export function refuse(kind: Kind, object: Fields, causes: readonly Cause[]): void {
  if (causes.length > 0) throw invalid(kind, nameOf(object), causes);
}
