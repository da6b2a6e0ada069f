/** The GetProviderSchema answer: the schema file in the protocol's words. */
import type { AttributeSchemas, BlockSchema, ProviderSchema, ResourceSchema } from "./schema.ts";

const NESTING = { single: 1, list: 2, set: 3, map: 4, group: 5 } as const;

function attributes(schemas: AttributeSchemas): object[] {
  return Object.entries(schemas).map(([name, { type, nested_type, ...flags }]) => ({
    name,
    ...flags,
    ...(type === undefined ? {} : { type: Buffer.from(JSON.stringify(type)) }),
    ...(nested_type && {
      nested_type: { nesting: NESTING[nested_type.nesting_mode], attributes: attributes(nested_type.attributes) },
    }),
  }));
}

function block(schema: BlockSchema): object {
  return {
    attributes: attributes(schema.attributes ?? {}),
    block_types: Object.entries(schema.block_types ?? {}).map(([type_name, nested]) => ({
      type_name,
      block: block(nested.block),
      nesting: NESTING[nested.nesting_mode],
      min_items: nested.min_items ?? 0,
      max_items: nested.max_items ?? 0,
    })),
    deprecated: schema.deprecated ?? false,
  };
}

function schemas(all: Readonly<Record<string, ResourceSchema>>): object {
  return Object.fromEntries(
    Object.entries(all).map(([name, schema]) => [name, { version: schema.version, block: block(schema.block) }]),
  );
}

/** The reply to GetProviderSchema. */
export function schemaReply(schema: ProviderSchema): object {
  return {
    provider: { version: schema.provider.version, block: block(schema.provider.block ?? {}) },
    resource_schemas: schemas(schema.resource_schemas),
    data_source_schemas: schemas(schema.data_source_schemas),
    // One schema for all of a run's provider instances: Terraform asks once.
    server_capabilities: { get_provider_schema_optional: true },
  };
}
