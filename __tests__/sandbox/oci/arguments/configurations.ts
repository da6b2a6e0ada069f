/** Configurations with every argument that the provider's schema has of a resource, and the same as bodies of the API. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { declarations, parts } from "../../../../sandbox/oci/resources/index.ts";
import { BUCKET_NOT_PLAYED } from "../../../../sandbox/oci/api/storage/buckets.ts";
import { apiName, nestedTags } from "../../../../sandbox/oci/model/fields.ts";
import { isObject } from "../../../../sandbox/oci/model/attributes.ts";
import type { Attributes, Json } from "../../../../sandbox/plugin/resource.ts";
import { type BlockSchema, readProviderSchema, type TypeExpression } from "../../../../sandbox/plugin/schema.ts";

/** The whole provider's schema beside the checkout; else the bindings' own, which has fewer resources. */
const FILES = [
  join(import.meta.dirname, "..", "..", "..", "..", "..", "shared", "reference", "provider-schemas", "oci.json"),
  join(import.meta.dirname, "..", "..", "..", "..", "providers", "oci", "schema.json"),
];

function schemaFile(): string {
  for (const file of FILES) {
    try {
      readFileSync(file, { flag: "r" });
      return file;
    } catch {
      // The next one.
    }
  }
  throw new Error(`none of ${FILES.join(", ")} is there`);
}

export const schemas = readProviderSchema(schemaFile()).resource_schemas;

/** What a test says of the arguments of a resource, by the provider's path. */
export interface Said {
  /** Values that a generated one would not do for: references, enumerations, numbers in range. */
  readonly values: Readonly<Record<string, Json>>;
  /** Arguments that exclude others, lead to what only the provider knows, or are not to be had here; and why. */
  readonly without: Readonly<Record<string, string>>;
}

function generated(path: string, type: TypeExpression): Json {
  const name = path.split(".").at(-1) ?? "";
  if (name === "defined_tags") return { "Operations.CostCenter": "42" };
  // The provider leaves out a key without a namespace.
  if (name === "security_attributes")
    return { "oracle-zpr.sensitivity.value": "42", "oracle-zpr.sensitivity.mode": "enforce" };
  if (type === "bool") return true;
  if (type === "number") return 1;
  if (type === "string") return `a-${name.replaceAll("_", "-")}`;
  if (type[0] === "map") return { [`of_${name}`]: "value" };
  if (type[0] === "list" || type[0] === "set") return [generated(path, type[1])];
  throw new Error(`${path} has no value in the test`);
}

function configOf(block: BlockSchema, at: string, said: Said): Attributes {
  const skips = (path: string): boolean => path in said.without;
  const attributes = Object.entries(block.attributes ?? {})
    .filter(([name, { optional, required }]) => (optional || required) && (name !== "id" || at !== ""))
    .filter(([name]) => !skips(`${at}${name}`))
    .map(([name, { type }]): [string, Json] => {
      const path = `${at}${name}`;
      return [name, said.values[path] ?? generated(path, type ?? "string")];
    });
  const blocks = Object.entries(block.block_types ?? {})
    .filter(([name]) => name !== "timeouts" && !skips(`${at}${name}`))
    .map(([name, { block: inner }]): [string, Json] => {
      const path = `${at}${name}`;
      return [name, said.values[path] ?? [configOf(inner, `${path}.`, said)]];
    });
  return Object.fromEntries([...attributes, ...blocks]);
}

function blockOf(resource: string): BlockSchema {
  const schema = schemas[resource];
  if (!schema) throw new Error(`there is no ${resource} in the schema`);
  return schema.block;
}

/** Arguments of a resource that lead to what the sandbox has not, by the provider's paths. */
export function notPlayedOf(type: string): readonly string[] {
  if (type === "oci_objectstorage_bucket") return BUCKET_NOT_PLAYED;
  return [...declarations, ...parts].find((each) => each.type === type)?.notPlayed ?? [];
}

/** Every argument but those that are said to be left out and those that the sandbox refuses as not played. */
export function everyArgument(resource: string, said: Said): Attributes {
  const refused = notPlayedOf(resource).map((path): [string, string] => [path, "not played"]);
  return configOf(blockOf(resource), "", { ...said, without: { ...said.without, ...Object.fromEntries(refused) } });
}

function argumentAt(block: BlockSchema, [name = "", ...rest]: readonly string[], at: string): Attributes {
  const inner = block.block_types?.[name]?.block;
  const path = `${at}${name}`;
  if (!inner) return { [name]: generated(path, block.attributes?.[name]?.type ?? "string") };
  const all = { values: {}, without: {} };
  return { [name]: [rest.length === 0 ? configOf(inner, `${path}.`, all) : argumentAt(inner, rest, `${path}.`)] };
}

/** One argument alone, by its path: what it is in has nothing else. */
export function oneArgument(resource: string, path: string): Attributes {
  return argumentAt(blockOf(resource), path.split("."), "");
}

/** What the provider keeps as text, for Terraform's numbers are no 64-bit integers. */
const LONG_INTEGER = /(_in_[gm]bs|vpus_per_gb)$/;

function fieldValue(name: string, value: Json, block: BlockSchema): Json {
  const nested = block.block_types?.[name];
  if (nested && Array.isArray(value)) {
    const items = value.map((item: Json) => (isObject(item) ? fields(item, nested.block) : item));
    return nested.max_items === 1 ? (items[0] ?? null) : items;
  }
  if (name === "security_attributes") return { "oracle-zpr": { sensitivity: { value: "42", mode: "enforce" } } };
  if (name === "defined_tags" && isObject(value))
    return nestedTags(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)])));
  return LONG_INTEGER.test(name) ? Number(value) : value;
}

function fields(config: Attributes, block: BlockSchema): Attributes {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [apiName(name), fieldValue(name, value, block)]),
  );
}

/** The configuration as the API's body: a block that there is one of is an object, tags are by namespace. */
export function bodyOf(resource: string, config: Attributes): Attributes {
  return fields(config, blockOf(resource));
}
