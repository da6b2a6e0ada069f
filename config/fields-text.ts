/** The text of config/lab-fields.ts: the config as an interface whose every field has its docblock, as editors show it. */
import { z } from "zod";
import { fieldDocs } from "./fields.ts";
import { labSchema } from "./schema.ts";

type Schema = z.core.$ZodType;

const quoted = (values: Iterable<unknown>): string => [...values].map((value) => JSON.stringify(value)).join(" | ");

function objectType(shape: Readonly<Record<string, Schema>>, indent: string): string {
  const inner = `${indent}  `;
  const fields = Object.entries(shape).map(([name, schema]) => {
    const optional = schema instanceof z.ZodOptional;
    const type = typeText(schema, inner);
    return `${docblock(schema, inner)}${inner}readonly ${name}${optional ? "?" : ""}: ${type};\n`;
  });
  return `{\n${fields.join("")}${indent}}`;
}

/** A function, a construct's arguments, or data of somebody else's. */
function customType(schema: Schema): string {
  const { extend, transform } = labSchema.shape;
  if (schema === extend.unwrap()) return "((lab: never) => void)";
  const isTransform = Object.values(transform.unwrap().shape).some((each) => each.unwrap() === schema);
  return isTransform ? "object" : "Readonly<Record<string, unknown>>";
}

/** The type of a value of this schema, in TypeScript. */
function typeText(schema: Schema, indent: string): string {
  if (schema instanceof z.ZodOptional) return `${typeText(schema.unwrap(), indent)} | undefined`;
  if (schema instanceof z.ZodNullable) return `${typeText(schema.unwrap(), indent)} | null`;
  if (schema instanceof z.ZodObject) return objectType(schema.shape, indent);
  if (schema instanceof z.ZodRecord) return `Readonly<Record<string, ${typeText(schema.valueType, indent)}>>`;
  if (schema instanceof z.ZodUnion) return schema.options.map((each) => typeText(each, indent)).join(" | ");
  if (schema instanceof z.ZodArray) return `readonly (${typeText(schema.element, indent)})[]`;
  if (schema instanceof z.ZodBoolean) return "boolean";
  if (schema instanceof z.ZodEnum) return quoted(schema.options);
  if (schema instanceof z.ZodLiteral) return quoted(schema.values);
  if (schema instanceof z.ZodNumber) return "number";
  if (schema instanceof z.ZodCustom) return customType(schema);
  return "string";
}

/** What is said of a field, by itself or by what it wraps. */
function docOf(schema: Schema): { readonly meaning: string; readonly allowed: string } | undefined {
  const own = fieldDocs.get(schema);
  if (own !== undefined) return own;
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? docOf(schema.unwrap()) : undefined;
}

/** Without links, which lead from docs/ alone. */
const plain = (text: string): string => text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1").replaceAll("*/", "* /");

function docblock(schema: Schema, indent: string): string {
  const doc = docOf(schema);
  if (doc === undefined) return "";
  const lines = [plain(doc.meaning), "", `Allowed: ${plain(doc.allowed)}.`];
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

/** All of config/lab-fields.ts. */
export function labFieldsText(): string {
  return `/** Every field of a lab with its meaning. Written by \`npm run docs\` from config/schema.ts: change that. */

/** A lab, complete. */
export interface LabFields ${objectType(labSchema.shape, "")}
`;
}
