/** Bodies of the API with every argument that the provider's schema has of a resource. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ARGUMENTS } from "../../sandbox/oci/arguments.ts";
import { apiName } from "../../sandbox/oci/api/fields.ts";
import type { Attributes, Json } from "../../sandbox/plugin/resource.ts";
import { type BlockSchema, readProviderSchema, type TypeExpression } from "../../sandbox/plugin/schema.ts";

/** The whole provider's schema beside the checkout; else the bindings' own, which has fewer resources. */
const FILES = [
  join(import.meta.dirname, "..", "..", "..", "shared", "reference", "provider-schemas", "oci.json"),
  join(import.meta.dirname, "..", "..", "providers", "oci", "schema.json"),
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
  /** What the API has no field of in its answer, or the provider keeps for itself; and why. */
  readonly without: Readonly<Record<string, string>>;
}

function generated(path: string, type: TypeExpression): Json {
  if (type === "bool") return true;
  if (type === "number") return 1;
  if (type === "string") return `a-${path.split(".").at(-1)?.replaceAll("_", "-") ?? ""}`;
  if (type[0] === "map") return { [`of_${path.split(".").at(-1) ?? ""}`]: "value" };
  throw new Error(`${path} has no value in the test`);
}

function bodyOf(block: BlockSchema, at: string, said: Said): Attributes {
  const skips = (path: string): boolean => path in said.without;
  const attributes = Object.entries(block.attributes ?? {})
    .filter(([name, { optional, required }]) => (optional || required) && `${at}${name}` !== "id")
    .filter(([name]) => !skips(`${at}${name}`))
    .map(([name, { type }]): [string, Json] => {
      const path = `${at}${name}`;
      return [apiName(name), said.values[path] ?? generated(path, type ?? "string")];
    });
  const blocks = Object.entries(block.block_types ?? {})
    .filter(([name]) => name !== "timeouts" && !skips(`${at}${name}`))
    .map(([name, { block: inner, max_items }]): [string, Json] => {
      const path = `${at}${name}`;
      const body = said.values[path] ?? bodyOf(inner, `${path}.`, said);
      return [apiName(name), max_items === 1 || path in said.values ? body : [body]];
    });
  return Object.fromEntries([...attributes, ...blocks]);
}

/** Every argument but those that are said to be left out and those that the sandbox refuses as not played. */
export function everyArgument(resource: string, said: Said): Attributes {
  const schema = schemas[resource];
  if (!schema) throw new Error(`there is no ${resource} in the schema`);
  const refused = (ARGUMENTS[resource]?.notPlayed ?? []).map((path): [string, string] => [path, "not played"]);
  return bodyOf(schema.block, "", { ...said, without: { ...said.without, ...Object.fromEntries(refused) } });
}
