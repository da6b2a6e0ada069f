/**
 * What the providers themselves call sensitive, from the schemas that are committed here. Read when the first state is:
 * 70 kB, a millisecond, and nothing that `cdktf synth` waits for.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const PROVIDERS = ["oci", "proxmox", "talos"];

interface Block {
  readonly attributes?: Readonly<Record<string, Attribute>> | undefined;
  readonly block_types?: Readonly<Record<string, { readonly block: Block }>> | undefined;
}
interface Attribute {
  readonly sensitive?: boolean | undefined;
  readonly nested_type?: Block | undefined;
}

const attribute: z.ZodType<Attribute> = z.lazy(() =>
  z.object({ sensitive: z.boolean().optional(), nested_type: block.optional() }),
);
const block: z.ZodType<Block> = z.lazy(() =>
  z.object({
    attributes: z.record(z.string(), attribute).optional(),
    block_types: z.record(z.string(), z.object({ block })).optional(),
  }),
);
const types = z.record(z.string(), z.object({ block })).default({});
const schema = z.object({ resource_schemas: types, data_source_schemas: types });

export type Mode = "managed" | "data";

function readSchemas(): Readonly<Record<Mode, ReadonlyMap<string, Block>>> {
  const read = PROVIDERS.map((name) =>
    schema.parse(JSON.parse(readFileSync(join(import.meta.dirname, "../../providers", name, "schema.json"), "utf8"))),
  );
  const blocks = (of: (each: z.infer<typeof schema>) => z.infer<typeof types>): ReadonlyMap<string, Block> =>
    new Map(read.flatMap((each) => Object.entries(of(each)).map(([type, { block }]) => [type, block] as const)));
  return {
    managed: blocks(({ resource_schemas: all }) => all),
    data: blocks(({ data_source_schemas: all }) => all),
  };
}

let schemas: ReturnType<typeof readSchemas> | undefined;

/** Of a block, or of each in a list or map of them. */
function sensitiveIn({ attributes = {}, block_types: blocks = {} }: Block, value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => sensitiveIn({ attributes, block_types: blocks }, each));
  const own = Object.entries(attributes).flatMap(([name, { sensitive, nested_type: nested }]) => {
    const held: unknown = Reflect.get(value, name);
    if (sensitive === true) return [held];
    return nested === undefined ? [] : sensitiveIn(nested, held);
  });
  const inner = Object.entries(blocks).flatMap(([name, { block }]) => sensitiveIn(block, Reflect.get(value, name)));
  return [...own, ...inner];
}

/** The values of an object that its provider's schema calls sensitive; none of a type that the lab does not use. */
export function sensitiveValues(mode: Mode, type: string, attributes: unknown): readonly unknown[] {
  schemas ??= readSchemas();
  const found = schemas[mode].get(type);
  return found === undefined ? [] : sensitiveIn(found, attributes);
}
