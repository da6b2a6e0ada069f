/** JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7386). */
import { ApiError, badRequest } from "./errors.ts";
import { type Fields, isFields, isList, same, type Value } from "./fields.ts";

/** RFC 7386: null takes away, maps are gone into, everything else is replaced. */
export function mergePatch(target: Value | undefined, patch: Value): Value {
  if (!isFields(patch)) return patch;
  const result: Record<string, Value> = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** RFC 6902. @throws ApiError where an operation is none, or a place is not there */
export function jsonPatch(target: Value, operations: Value): Value {
  if (!isList(operations)) throw badRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  return operations.reduce<Value>((document, operation) => {
    if (!isFields(operation)) throw badRequest("error decoding patch: an operation is an object");
    return applied(document, operation);
  }, target);
}

function applied(document: Value, operation: Fields): Value {
  const [path, from] = [pointer(operation["path"]), operation["from"]];
  const value = operation["value"];
  switch (operation["op"]) {
    case "add":
      return put(document, path, value ?? null, "add");
    case "replace":
      found(document, path, "replace");
      return put(document, path, value ?? null, "replace");
    case "remove":
      return removed(document, path);
    case "move":
      return put(removed(document, pointer(from)), path, found(document, pointer(from), "move"), "add");
    case "copy":
      return put(document, path, found(document, pointer(from), "copy"), "add");
    case "test":
      if (same(seen(document, path), value ?? null)) return document;
      throw refused(`testing value /${path.join("/")} failed: test failed`);
    default:
      throw badRequest(`Unexpected kind: ${JSON.stringify(operation["op"] ?? "unknown")}`);
  }
}

function refused(message: string): ApiError {
  return new ApiError(422, "Invalid", `the server rejected our request due to an error in our request: ${message}`, {});
}

function pointer(value: Value | undefined): readonly string[] {
  if (typeof value !== "string" || (value !== "" && !value.startsWith("/")))
    throw badRequest(`error decoding patch: invalid pointer ${JSON.stringify(value ?? null)}`);
  return value
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function indexIn(list: readonly Value[], part: string): number {
  return /^(?:0|[1-9]\d*)$/.test(part) && Number(part) < list.length ? Number(part) : -1;
}

function seen(document: Value | undefined, path: readonly string[]): Value | undefined {
  return path.reduce<Value | undefined>((here, part) => {
    if (isList(here)) return here[indexIn(here, part)];
    return isFields(here) && Object.hasOwn(here, part) ? here[part] : undefined;
  }, document);
}

function found(document: Value, path: readonly string[], what: string): Value {
  const value = seen(document, path);
  if (value === undefined) throw refused(`${what} operation does not apply: doc is missing path: /${path.join("/")}`);
  return value;
}

function put(document: Value, path: readonly string[], value: Value, how: "add" | "replace"): Value {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (isList(document)) {
    const end = how === "add" && rest.length === 0 && (part === "-" || part === String(document.length));
    const index = end ? document.length : indexIn(document, part);
    if (index === -1) throw refused(`${how} operation does not apply: doc is missing path: /${path.join("/")}`);
    if (rest.length > 0) return document.with(index, put(document[index] ?? null, rest, value, how));
    return document.toSpliced(index, how === "add" ? 0 : 1, value);
  }
  const inner = isFields(document) ? document[part] : undefined;
  if (!isFields(document) || (rest.length > 0 && inner === undefined))
    throw refused(`${how} operation does not apply: doc is missing path: /${path.join("/")}`);
  return { ...document, [part]: rest.length > 0 && inner !== undefined ? put(inner, rest, value, how) : value };
}

function removed(document: Value, path: readonly string[]): Value {
  found(document, path, "remove");
  const [part = "", ...rest] = path;
  if (isList(document)) {
    const index = indexIn(document, part);
    return rest.length > 0
      ? document.with(index, removed(document[index] ?? null, rest))
      : document.toSpliced(index, 1);
  }
  if (!isFields(document)) return document;
  if (rest.length > 0) return { ...document, [part]: removed(document[part] ?? null, rest) };
  const { [part]: _gone, ...kept } = document;
  return kept;
}
