/**
 * Literal text in Terraform's configuration: Terraform evaluates it to itself. Terraform takes `${` and `%{`
 * for the beginning of a template (https://developer.hashicorp.com/terraform/language/expressions/strings).
 */
import { Fn, Token } from "cdktf";

/** `${` and `%{` with any of the two signs before them: `$${` is an escape of its own. */
const TEMPLATE = /[$%]+(?=\{)/g;

/** Text as an argument, in the JSON syntax: its signs stand in an expression of their own. */
export function literal(text: string): string {
  return text.replaceAll(TEMPLATE, (signs) => `\${"${signs}"}`);
}

/**
 * A value as part of an expression, such as the argument of a function. cdktf (0.24.0) writes its strings between quotation
 * marks and escapes nothing in them but line feeds and `${`, and in keys not even these. Tokens stay as they are.
 */
function quoted(value: unknown): unknown {
  if (Token.isUnresolved(value)) return value;
  if (typeof value === "string") return escaped(value);
  if (Array.isArray(value)) return value.map(quoted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [escaped(key).replaceAll("\n", "\\n"), quoted(each)]),
  );
}

function escaped(text: string): string {
  return text
    .replaceAll(/["\\]/g, "\\$&")
    .replaceAll(TEMPLATE, (signs) => [...signs].map(unicode).join(""))
    .replaceAll(/[^\P{Cc}\n]/gu, unicode);
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A document of texts and tokens as JSON, encoded by Terraform once it knows the tokens. */
export function jsonOf(document: object): string {
  return Fn.jsonencode(quoted(document));
}

/** The same as YAML. */
export function yamlOf(document: object): string {
  return Fn.yamlencode(quoted(document));
}
