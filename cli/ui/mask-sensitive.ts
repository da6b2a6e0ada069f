/**
 * What the providers themselves call sensitive, from the schemas that are committed here. Read when the first state is:
 * 70 kB, a millisecond, and nothing that `cdktf synth` waits for.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const PROVIDERS = ["oci", "proxmox", "talos"];

/** Blocks by type. What is in them is walked as it is: to check all of it takes several times as long as to read it. */
const types = z.record(z.string(), z.object({ block: z.unknown() })).default({});
const schema = z.object({ resource_schemas: types, data_source_schemas: types });

type Mode = "managed" | "data";

function readSchemas(): Readonly<Record<Mode, ReadonlyMap<string, unknown>>> {
  const read = PROVIDERS.map((name) =>
    schema.parse(JSON.parse(readFileSync(join(import.meta.dirname, "../../providers", name, "schema.json"), "utf8"))),
  );
  const blocks = (of: (each: z.infer<typeof schema>) => z.infer<typeof types>): ReadonlyMap<string, unknown> =>
    new Map(read.flatMap((each) => Object.entries(of(each)).map(([type, { block }]) => [type, block] as const)));
  return {
    managed: blocks(({ resource_schemas: all }) => all),
    data: blocks(({ data_source_schemas: all }) => all),
  };
}

let schemas: ReturnType<typeof readSchemas> | undefined;

function field(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
}

function fields(of: unknown): readonly (readonly [string, unknown])[] {
  return typeof of === "object" && of !== null ? Object.entries(of) : [];
}

/** Of a block, or of each in a list or map of them. */
function sensitiveIn(block: unknown, value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => sensitiveIn(block, each));
  const own = fields(field(block, "attributes")).flatMap(([name, attribute]) =>
    field(attribute, "sensitive") === true
      ? [field(value, name)]
      : sensitiveIn(field(attribute, "nested_type"), field(value, name)),
  );
  const inner = fields(field(block, "block_types")).flatMap(([name, nested]) =>
    sensitiveIn(field(nested, "block"), field(value, name)),
  );
  return [...own, ...inner];
}

/** The values of an object that its provider's schema calls sensitive; none of a type that the lab does not use. */
export function sensitiveValues(mode: Mode, type: string, attributes: unknown): readonly unknown[] {
  schemas ??= readSchemas();
  const found = schemas[mode].get(type);
  return found === undefined ? [] : sensitiveIn(found, attributes);
}
