/** Writes YAML as Go's yaml does with four spaces: configurations are compared, and schematics hashed, byte by byte. */
import { isAmbiguous } from "./plain-scalars.ts";

/** Text that stands there without quotes, whatever it looks like. */
interface Raw {
  readonly raw: string;
}
/** A value to be written. */
export type Node = string | number | boolean | null | Raw | readonly Node[] | ReadonlyMap<string, Node>;

const step = 4;

/** Writes one document as Go's yaml does. */
export function writeYaml(node: Node): string {
  return isBlock(node) ? block(node, 0).join("\n") + "\n" : `${scalar(node, 0)}\n`;
}

function isMap(node: Node): node is ReadonlyMap<string, Node> {
  return node instanceof Map;
}

function isSequence(node: Node): node is readonly Node[] {
  return Array.isArray(node);
}

function isBlock(node: Node): node is readonly Node[] | ReadonlyMap<string, Node> {
  return (isMap(node) && node.size > 0) || (isSequence(node) && node.length > 0);
}

/** Lines of a collection whose entries stand in column `indent`. */
function block(node: readonly Node[] | ReadonlyMap<string, Node>, indent: number): string[] {
  const pad = " ".repeat(indent);
  if (isMap(node)) {
    return [...node].flatMap(([key, value]) => {
      const label = `${pad}${scalar(key, indent)}:`;
      return isBlock(value) ? [label, ...block(value, nextIndent(indent))] : [`${label} ${scalar(value, indent)}`];
    });
  }
  return node.flatMap((item) => {
    if (!isBlock(item)) return [`${pad}- ${scalar(item, indent)}`];
    // What is inside an item stands two columns further in, on the dash's line first.
    const [first = "", ...rest] = block(item, indent + 2);
    return [`${pad}- ${first.trimStart()}`, ...rest];
  });
}

/** The next multiple of four that leaves at least two columns: so an item's own fields are not pushed out further. */
function nextIndent(indent: number): number {
  return step * Math.floor((indent + step) / step);
}

function scalar(node: Node, indent: number): string {
  if (typeof node === "string") return text(node, indent);
  if (node === null || typeof node === "number" || typeof node === "boolean") return number(node);
  if (isMap(node)) return "{}";
  if (isSequence(node)) return "[]";
  return node.raw;
}

function number(node: number | boolean | null): string {
  if (typeof node !== "number" || Number.isFinite(node)) return String(node);
  return Number.isNaN(node) ? ".nan" : node > 0 ? ".inf" : "-.inf";
}

/** Anything else than tabs, line feeds and printable characters must be escaped. */
// oxlint-disable-next-line no-control-regex -- that is what it looks for
const special = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;

function text(value: string, indent: number): string {
  if (isAmbiguous(value) || special.test(value)) return doubleQuoted(value);
  if (value.includes("\n"))
    return / \n/.test(value) || value.endsWith(" ") ? doubleQuoted(value) : literal(value, indent);
  if (value.includes("\t")) return doubleQuoted(value);
  return allowedPlain(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

function allowedPlain(value: string): boolean {
  if (/^[ #,[\]{}&*!|>'"%@`]/.test(value) || value.endsWith(" ")) return false;
  if (/^[-?:]( |$)/.test(value) || /^(---|\.\.\.)/.test(value)) return false;
  return !/: |:$| #/.test(value);
}

function literal(value: string, indent: number): string {
  const pad = " ".repeat(nextIndent(indent));
  const hint = /^[ \n]/.test(value) ? String(step) : "";
  const chomp = !value.endsWith("\n") ? "-" : value.endsWith("\n\n") || value === "\n" ? "+" : "";
  const lines = (value.endsWith("\n") ? value.slice(0, -1) : value).split("\n");
  return [`|${hint}${chomp}`, ...lines.map((line) => (line === "" ? "" : pad + line))].join("\n");
}

const escapes: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\x85": "\\N",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

function doubleQuoted(value: string): string {
  const body = [...value].map((character) => {
    const known = escapes[character];
    if (known) return known;
    if (!special.test(character)) return character;
    const code = character.charCodeAt(0).toString(16).toUpperCase();
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
  return `"${body.join("")}"`;
}
