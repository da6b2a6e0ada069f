/** A provider's schema as `providers schema -json` prints it, and the shape of values that follows from it. */
import { readFileSync } from "node:fs";
import { z } from "zod";

/** A type expression: `"string"`, `["list", "string"]`, `["object", {name: "string"}]`, … */
export type TypeExpression =
  | "string"
  | "number"
  | "bool"
  | readonly ["list" | "set" | "map", TypeExpression]
  | readonly ["object", Readonly<Record<string, TypeExpression>>];

const typeExpression: z.ZodType<TypeExpression> = z.lazy(() =>
  z.union([
    z.enum(["string", "number", "bool"]),
    z.tuple([z.enum(["list", "set", "map"]), typeExpression]),
    z.tuple([z.literal("object"), z.record(z.string(), typeExpression)]),
  ]),
);

const nesting = z.enum(["single", "list", "set", "map", "group"]);

/** An attribute as `terraform providers schema -json` tells of it. */
export interface AttributeSchema {
  readonly type?: TypeExpression | undefined;
  readonly nested_type?:
    { readonly nesting_mode: z.infer<typeof nesting>; readonly attributes: AttributeSchemas } | undefined;
  readonly required?: boolean | undefined;
  readonly optional?: boolean | undefined;
  readonly computed?: boolean | undefined;
  readonly sensitive?: boolean | undefined;
  readonly deprecated?: boolean | undefined;
  readonly write_only?: boolean | undefined;
}
/** Attributes by name. */
export type AttributeSchemas = Readonly<Record<string, AttributeSchema>>;

/** A block: its attributes and the blocks in it. */
export interface BlockSchema {
  readonly attributes?: AttributeSchemas | undefined;
  readonly block_types?: Readonly<Record<string, NestedBlockSchema>> | undefined;
  readonly deprecated?: boolean | undefined;
}

interface NestedBlockSchema {
  readonly nesting_mode: z.infer<typeof nesting>;
  readonly block: BlockSchema;
  readonly min_items?: number | undefined;
  readonly max_items?: number | undefined;
}

const flag = z.boolean().optional();
const attribute: z.ZodType<AttributeSchema> = z.lazy(() =>
  z.object({
    type: typeExpression.optional(),
    nested_type: z.object({ nesting_mode: nesting, attributes: z.record(z.string(), attribute) }).optional(),
    required: flag,
    optional: flag,
    computed: flag,
    sensitive: flag,
    deprecated: flag,
    write_only: flag,
  }),
);
const block: z.ZodType<BlockSchema> = z.lazy(() =>
  z.object({
    attributes: z.record(z.string(), attribute).optional(),
    block_types: z
      .record(
        z.string(),
        z.object({
          nesting_mode: nesting,
          block,
          min_items: z.number().optional(),
          max_items: z.number().optional(),
        }),
      )
      .optional(),
    deprecated: flag,
  }),
);
const resourceSchema = z.object({ version: z.number(), block });
const providerSchema = z.object({
  source: z.string(),
  provider: z.object({ version: z.number(), block: block.optional() }),
  resource_schemas: z.record(z.string(), resourceSchema),
  data_source_schemas: z.record(z.string(), resourceSchema),
});

/** A resource type's schema with its version. */
export type ResourceSchema = z.infer<typeof resourceSchema>;
/** Everything a provider declares. */
export type ProviderSchema = z.infer<typeof providerSchema>;

/** @throws when the file is no provider schema. */
export function readProviderSchema(file: string): ProviderSchema {
  return providerSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** The shape of a value; blocks and attributes alike. */
export type Shape =
  | { readonly kind: "string" | "number" | "bool" }
  | { readonly kind: "list" | "set" | "map"; readonly element: Shape }
  | { readonly kind: "object"; readonly members: Members };

/** An attribute or block of an object. */
export interface Member {
  readonly shape: Shape;
  /** `attribute`: planned as a whole. `nested`, `block`: planned inside; only a block is never null where it repeats. */
  readonly role: "attribute" | "nested" | "block";
  readonly computed: boolean;
  readonly writeOnly: boolean;
  /** Only the provider says it. */
  readonly readOnly?: boolean;
  /** A block that there is at most one of. */
  readonly single?: boolean;
}
/** The members of an object by name. */
export type Members = Readonly<Record<string, Member>>;

function typeShape(type: TypeExpression): Shape {
  if (typeof type === "string") return { kind: type };
  if (type[0] !== "object") return { kind: type[0], element: typeShape(type[1]) };
  const members = Object.entries(type[1]).map(([name, inner]): [string, Member] => [
    name,
    { shape: typeShape(inner), role: "attribute", computed: false, writeOnly: false },
  ]);
  return { kind: "object", members: Object.fromEntries(members) };
}

function nestedShape(mode: z.infer<typeof nesting>, members: Members): Shape {
  const element: Shape = { kind: "object", members };
  return mode === "single" || mode === "group" ? element : { kind: mode, element };
}

function attributeMembers(attributes: AttributeSchemas): Members {
  const members = Object.entries(attributes).map(
    ([name, { type, nested_type, required, optional, computed, write_only }]): [string, Member] => {
      const readOnly = required !== true && optional !== true;
      const flags = { computed: computed === true, writeOnly: write_only === true, readOnly };
      if (nested_type) {
        const shape = nestedShape(nested_type.nesting_mode, attributeMembers(nested_type.attributes));
        return [name, { shape, role: "nested", ...flags }];
      }
      if (type === undefined) throw new Error(`the schema's attribute ${name} has no type`);
      return [name, { shape: typeShape(type), role: "attribute", ...flags }];
    },
  );
  return Object.fromEntries(members);
}

/** What a value of this block consists of. */
export function blockMembers({ attributes = {}, block_types = {} }: BlockSchema): Members {
  const blocks = Object.entries(block_types).map(([name, nested]): [string, Member] => [
    name,
    {
      shape: nestedShape(nested.nesting_mode, blockMembers(nested.block)),
      role: "block",
      computed: false,
      writeOnly: false,
      single: nested.max_items === 1,
    },
  ]);
  return { ...attributeMembers(attributes), ...Object.fromEntries(blocks) };
}
