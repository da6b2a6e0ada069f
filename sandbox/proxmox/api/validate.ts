/** Checks parameters as PVE does before anything else (pve-common, JSONSchema.pm): same rules, same words. */
import { badParameter } from "../model/errors.ts";
import { wrongFormat } from "./formats.ts";
import type { Parameters } from "./http.ts";
import type { Properties, Property } from "./schema.ts";

type Errors = Record<string, string>;

interface Compiled {
  readonly properties: Properties;
  /** `net` of `net[n]`. */
  readonly numbered: ReadonlyMap<string, Property>;
  readonly required: readonly string[];
}

const compiled = new WeakMap<Properties, Compiled>();
const patterns = new Map<string, RegExp>();

function compile(properties: Properties): Compiled {
  const known = compiled.get(properties);
  if (known) return known;
  const numbered = Object.entries(properties).filter(([name]) => name.endsWith("[n]"));
  const made: Compiled = {
    properties,
    numbered: new Map(numbered.map(([name, property]) => [name.slice(0, -3), property])),
    required: Object.entries(properties)
      .filter(([name, property]) => !property.optional && !property.alias && !name.endsWith("[n]"))
      .map(([name]) => name),
  };
  compiled.set(properties, made);
  return made;
}

/**
 * @param additional whether others than those named are taken
 * @throws 400 that names each parameter that is missing, unknown or wrong.
 */
export function validate(properties: Properties, parameters: Parameters, additional = false): void {
  const schema = compile(properties);
  const errors: Errors = {};
  const checked = Object.entries(parameters).filter(([name]) => !additional || propertyOf(schema, name));
  checkObject(schema, new Map(checked), errors);
  if (Object.keys(errors).length > 0) throw badParameter(errors);
}

/** Parameters that name nothing. */
const FREE_TEXT = new Set(["comment", "description", "password", "cipassword", "sshkeys"]);

/**
 * The sandbox keeps what it has in JavaScript objects: `constructor` and the like are names that those have already.
 *
 * @throws 400
 */
export function assertNames(parameters: Parameters): void {
  for (const [name, value] of Object.entries(parameters)) {
    const words = FREE_TEXT.has(name) ? [name] : [name, ...value.split(/\W+/)];
    const taken = words.find((word) => word in Object.prototype);
    if (taken !== undefined) throw badParameter({ [name]: `invalid format - '${taken}' is no name in the sandbox\n` });
  }
}

function checkObject(schema: Compiled, values: ReadonlyMap<string, string>, errors: Errors): void {
  for (const name of schema.required) {
    if (!values.has(name)) errors[name] = "property is missing and it is not optional";
  }
  for (const [name, value] of values) {
    const property = propertyOf(schema, name);
    if (!property) {
      errors[name] = "property is not defined in schema and the schema does not allow additional properties";
      continue;
    }
    if (property.requires !== undefined && !values.has(property.requires)) {
      errors[property.requires] = `missing property required by '${name}'`;
    }
    const wrong = wrongValue(property, value);
    if (wrong !== undefined) errors[name] = wrong;
  }
}

function propertyOf({ properties, numbered }: Compiled, name: string): Property | undefined {
  if (Object.hasOwn(properties, name) && !name.endsWith("[n]")) return properties[name];
  const [, prefix = "", n = ""] = /^(\D+)(\d|[1-9]\d+)$/.exec(name) ?? [];
  const property = numbered.get(prefix);
  return property && Number(n) <= (property.last ?? Infinity) ? property : undefined;
}

/** What is wrong with a value; undefined where nothing is. */
function wrongValue(property: Property, value: string): string | undefined {
  const { type, format, pattern, minLength, maxLength, minimum, maximum } = property;
  if (!hasType(type, value)) return `type check ('${type}') failed - got '${value}'`;
  const why = typeof format === "object" ? wrongParts(format, value) : format && wrongFormat(format, value);
  if (why) return `invalid format - ${why}\n`;
  if (pattern !== undefined && !regExp(pattern).test(value)) return "value does not match the regex pattern";
  if (maxLength !== undefined && value.length > maxLength) return `value may only be ${maxLength} characters long`;
  if (minLength !== undefined && value.length < minLength) return `value must be at least ${minLength} characters long`;
  if (isNumber(value)) {
    if (maximum !== undefined && Number(value) > maximum) return `value must have a maximum value of ${maximum}`;
    if (minimum !== undefined && Number(value) < minimum) return `value must have a minimum value of ${minimum}`;
  }
  if (property.enum && !property.enum.includes(value)) {
    return `value '${value}' does not have a value in the enumeration '${property.enum.join(", ")}'`;
  }
  return undefined;
}

function hasType(type: Property["type"], value: string): boolean {
  if (type === "boolean") return value === "0" || value === "1";
  if (type === "integer") return /^[+-]?\d+$/.test(value);
  return type === "number" ? isNumber(value) : true;
}

function isNumber(value: string): boolean {
  return /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value);
}

/** A pattern of Perl as one of JavaScript: `(?^i:…)` takes no flags from outside, `{,8}` is `{0,8}`. */
export function regExp(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(`^(?:${pattern.replaceAll("(?^", "(?").replaceAll("{,", "{0,")})$`);
  patterns.set(pattern, known);
  return known;
}

/** Checks a property string against its parts. */
function wrongParts(parts: Properties, text: string): string | undefined {
  const values = new Map<string, string>();
  for (const part of text.split(",").filter((each) => each.trim() !== "")) {
    const at = part.indexOf("=");
    const [key, value] = at < 0 ? [unnamed(parts), part] : [part.slice(0, at), part.slice(at + 1)];
    if (key === undefined) return "value without key, but schema does not define a default key";
    const { alias, keyAlias } = parts[key] ?? {};
    if (keyAlias !== undefined) values.set(keyAlias, key);
    const name = alias ?? key;
    if (values.has(name)) return `duplicate key in comma-separated list property: ${name}`;
    values.set(name, value);
  }
  const errors: Errors = {};
  checkObject(compile(parts), values, errors);
  const wrong = Object.entries(errors).map(([name, why]) => `${name}: ${why.trimEnd()}`);
  return wrong.length === 0 ? undefined : `format error\n${wrong.join("\n")}`;
}

function unnamed(parts: Properties): string | undefined {
  return Object.entries(parts).find(([, part]) => part.default_key)?.[0];
}
