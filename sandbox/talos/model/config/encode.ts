/** Writes a document of a machine configuration as Talos does: fields in their order, empty ones left out or not. */
import { type Node, writeYaml } from "./go-yaml.ts";
import type { Field, ScalarName, Struct, Type } from "./notation.ts";
import { type Fields, isFields, isList, type Value } from "./value.ts";

/** The YAML text of one document; `head` holds what stands before its own fields (`apiVersion`, `kind`). */
export function encodeDocument(fields: Fields, struct: Struct, head: readonly (readonly [string, string])[]): string {
  return writeYaml(new Map<string, Node>([...head, ...encodeStruct(fields, struct)]));
}

function encodeStruct(fields: Fields, struct: Struct): Map<string, Node> {
  const entries = new Map<string, Node>();
  for (const field of struct.fields.values()) {
    const value = fields[field.name];
    if (field.omitEmpty && isEmpty(value, field)) continue;
    entries.set(field.name, value === undefined ? emptyNode(field.type) : encode(value, field.type));
  }
  return entries;
}

function encode(value: Value, type: Type): Node {
  switch (type.kind) {
    case "scalar":
      return encodeScalar(value, type.scalar);
    case "any":
      return encodeFree(value);
    case "args":
      return sorted(value, (item) => encodeFree(item));
    case "map":
      return sorted(value, (item) => encode(item, type.of));
    case "list":
      return isList(value) ? value.map((item) => encode(item, type.of)) : [];
    case "struct":
      return isFields(value) ? encodeStruct(value, type.struct) : new Map<string, Node>();
  }
}

function encodeScalar(value: Value, scalar: ScalarName): Node {
  if (scalar === "raw" && typeof value === "string") return { raw: value };
  return encodeFree(value);
}

function encodeFree(value: Value): Node {
  if (isList(value)) return value.map(encodeFree);
  return isFields(value) ? sorted(value, encodeFree) : value;
}

function sorted(value: Value, encodeItem: (item: Value) => Node): Map<string, Node> {
  const entries = isFields(value) ? Object.entries(value) : [];
  return new Map(entries.sort(([a], [b]) => compareKeys(a, b)).map(([key, item]) => [key, encodeItem(item)]));
}

function isEmpty(value: Value | undefined, { type }: Field): boolean {
  if (value === undefined) return true;
  if (type.pointer) return false;
  if (isList(value)) return value.length === 0;
  if (isFields(value)) {
    return type.kind === "struct" ? hasNothing(value, type.struct) : Object.keys(value).length === 0;
  }
  return value === "" || value === 0 || value === false || value === null;
}

/** A structure that is not behind a pointer counts as empty when all its fields do. */
function hasNothing(fields: Fields, struct: Struct): boolean {
  return [...struct.fields.values()].every((field) => isEmpty(fields[field.name], field));
}

function emptyNode(type: Type): Node {
  if (type.pointer) return null;
  switch (type.kind) {
    case "scalar":
      return type.scalar === "bool" ? false : type.scalar === "int" || type.scalar === "uint" ? 0 : "";
    case "list":
      return [];
    case "struct":
      return encodeStruct({}, type.struct);
    default:
      return new Map<string, Node>();
  }
}

/** Go's yaml sorts keys like a person: letters after other characters, runs of digits by their number. */
function compareKeys(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  let inDigits = false;
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [x = "", y = ""] = [left[index], right[index]];
    if (x === y) {
      inDigits = isDigit(x);
      continue;
    }
    const letters = [isLetter(x), isLetter(y)] as const;
    if (letters[0] && letters[1]) return x < y ? -1 : 1;
    if (letters[0] || letters[1]) return inDigits === letters[0] ? -1 : 1;
    return compareDigits(left, right, index) || (x < y ? -1 : 1);
  }
  return left.length - right.length;
}

function compareDigits(left: readonly string[], right: readonly string[], index: number): number {
  let start = index;
  while (start > 0 && isDigit(left[start - 1] ?? "")) start -= 1;
  const run = (text: readonly string[]): string => /^\d*/.exec(text.slice(start).join(""))?.[0] ?? "";
  const [x, y] = [run(left), run(right)];
  return Number(x) - Number(y) || x.length - y.length;
}

function isLetter(character: string): boolean {
  return /\p{L}/u.test(character);
}

function isDigit(character: string): boolean {
  return /[0-9]/.test(character);
}
