/** Reads one YAML document into a value, by the structure of its kind, with Go's ideas of what fits where. */
import { nearest } from "../../../../config/nearest.ts";
import { type YamlDocument, YamlError, readYamlDocuments } from "../../../../config/yaml.ts";
import { isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import type { Struct, Type } from "./notation.ts";
import { resolveBool, resolvePlain } from "./plain-scalars.ts";
import { forms, normalize } from "./scalars.ts";
import { ConfigError, type Fields, type Value } from "./value.ts";

/** A YAML document, with the text that errors point into. */
export type Source = YamlDocument;

/** The documents of a YAML text, empty ones left out. Throws a one-line ConfigError for text that is not YAML. */
export function readYaml(text: string): readonly { readonly root: Node; readonly source: Source }[] {
  try {
    return readYamlDocuments(text, "failsafe").flatMap((source) => {
      const root = source.document.contents;
      return root && !isNull(root) ? [{ root, source }] : [];
    });
  } catch (error) {
    if (error instanceof YamlError) throw new ConfigError(`${error.message} (line ${error.line})`);
    throw error;
  }
}

/** Decodes a mapping node. Throws where it has unknown fields or values that do not fit. */
export function decodeStruct(node: unknown, struct: Struct, source: Source, path = ""): Fields {
  const map = resolve(node, source);
  if (!isMap(map)) throw mismatch(map, source, path, "a mapping");
  const fields: Record<string, Value> = {};
  for (const { key, value } of map.items) {
    const name = keyText(key);
    const here = path === "" ? name : `${path}.${name}`;
    if (path === "" && (name === "apiVersion" || name === "kind") && !struct.fields.has(name)) continue;
    const field = struct.fields.get(name);
    if (!field) {
      const meant = nearest(name, [...struct.fields.keys()]);
      throw new ConfigError(`unknown field ${here}${line(key, source)}${meant ? `; is ${meant} meant?` : ""}`);
    }
    const decoded = decode(value, field.type, source, here);
    if (decoded !== undefined && (field.type.pointer || !isZero(decoded))) fields[name] = decoded;
  }
  if (struct.replaced) for (const [name] of struct.fields) fields[name] ??= "";
  return fields;
}

function decode(node: unknown, type: Type, source: Source, path: string): Value | undefined {
  const value = resolve(node, source);
  if (value === null || isNull(value)) return type.kind === "any" ? null : undefined;
  switch (type.kind) {
    case "scalar":
      return decodeScalar(value, type.scalar, source, path);
    case "any":
      return free(value, source);
    case "args":
      return decodeMap(value, { kind: "scalar", scalar: "string", pointer: false }, source, path);
    case "map":
      return decodeMap(value, type.of, source, path);
    case "list":
      if (!isSeq(value)) throw mismatch(value, source, path, "a list");
      return value.items.map((item, index) => decode(item, type.of, source, `${path}[${index}]`) ?? zero(type.of));
    case "struct":
      return decodeStruct(value, type.struct, source, path);
  }
}

function decodeMap(value: unknown, of: Type, source: Source, path: string): Fields {
  if (!isMap(value)) throw mismatch(value, source, path, "a mapping");
  return Object.fromEntries(
    value.items.map(({ key, value: item }) => {
      const name = keyText(key);
      return [name, decode(item, of, source, `${path}.${name}`) ?? zero(of)];
    }),
  );
}

function decodeScalar(
  node: unknown,
  scalar: Extract<Type, { kind: "scalar" }>["scalar"],
  source: Source,
  path: string,
): Value {
  if (!isScalar(node)) throw mismatch(node, source, path, forms[scalar]);
  const text = scalarText(node);
  if (scalar === "bool") {
    const truth = resolveBool(text);
    if (truth === undefined) throw mismatch(node, source, path, forms[scalar]);
    return truth;
  }
  if (scalar === "int" || scalar === "uint") {
    const resolved = resolvePlain(text);
    const fits = resolved.type === "int" || (resolved.type === "float" && Number.isInteger(resolved.value));
    if (!fits || (scalar === "uint" && resolved.value < 0)) throw mismatch(node, source, path, forms[scalar]);
    return resolved.value;
  }
  const normal = normalize(scalar, text);
  if (normal === null) throw mismatch(node, source, path, forms[scalar]);
  return normal;
}

/** YAML without a structure, such as an admission plugin's configuration. */
function free(node: unknown, source: Source): Value {
  const value = resolve(node, source);
  if (isMap(value)) {
    return Object.fromEntries(value.items.map(({ key, value: item }) => [keyText(key), free(item, source)]));
  }
  if (isSeq(value)) return value.items.map((item) => free(item, source));
  if (!isScalar(value)) return null;
  const text = scalarText(value);
  if (value.type !== "PLAIN") return text;
  const resolved = resolvePlain(text);
  if (resolved.type === "null") return null;
  return "value" in resolved ? resolved.value : text;
}

function resolve(node: unknown, source: Source): unknown {
  return isAlias(node) ? (source.target(node) ?? null) : node;
}

/** A key of a mapping as text. */
export function keyText(key: unknown): string {
  return isScalar(key) ? scalarText(key) : "";
}

/** With the failsafe schema every scalar is its text. */
export function scalarText(node: { readonly value: unknown }): string {
  return typeof node.value === "string" ? node.value : String(node.value ?? "");
}

function isNull(node: unknown): boolean {
  return (
    isScalar(node) &&
    (node.type === "PLAIN" || node.type === undefined) &&
    resolvePlain(scalarText(node)).type === "null"
  );
}

function isZero(value: Value): boolean {
  return value === "" || value === 0 || value === false;
}

function zero(type: Type): Value {
  switch (type.kind) {
    case "scalar":
      return type.scalar === "bool" ? false : type.scalar === "int" || type.scalar === "uint" ? 0 : "";
    case "list":
      return [];
    case "any":
      return null;
    default:
      return {};
  }
}

function mismatch(node: unknown, source: Source, path: string, wanted: string): ConfigError {
  const got = isScalar(node) ? `"${scalarText(node)}"` : isSeq(node) ? "a list" : isMap(node) ? "a mapping" : "nothing";
  return new ConfigError(`${path === "" ? "the document" : path} must be ${wanted}, got ${got}${line(node, source)}`);
}

function line(node: unknown, source: Source): string {
  const start = (isScalar(node) || isMap(node) || isSeq(node)) && node.range ? node.range[0] : null;
  return start === null ? "" : ` (line ${source.lines.linePos(start).line})`;
}
