/**
 * Cuts the committed `schema.json` of each provider from a full provider schema.
 *
 *   npm run providers                       asks `terraform` or `tofu` and the provider registry
 *   npm run providers -- --schema FILE …    reads what `providers schema -json` printed (or one provider's part of it)
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { PROVIDERS, type ProviderName, readSelection, type Selection, selectionFile } from "./selection.ts";

const schemas = z.record(z.string(), z.unknown());
const providerSchema = z.looseObject({
  provider: z.unknown(),
  resource_schemas: schemas,
  data_source_schemas: schemas,
});
type ProviderSchema = z.infer<typeof providerSchema>;
const bundle = z.looseObject({ provider_schemas: z.record(z.string(), providerSchema) });
const single = providerSchema.extend({ source: z.string(), version: z.string() });

function pick(from: Record<string, unknown>, names: readonly string[], where: string): Record<string, unknown> {
  return Object.fromEntries(
    names.map((name) => {
      if (!(name in from)) throw new Error(`${where} has no ${name}; correct selection.json`);
      return [name, from[name]];
    }),
  );
}

/** Terraform prints descriptions into the schema; they are the provider's prose, so only names and types are kept. */
function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(key.startsWith("description") && typeof inner === "string"))
      .map(([key, inner]) => [key, withoutProse(inner)]),
  );
}

function cut(name: ProviderName, selection: Selection, schema: ProviderSchema): void {
  const { source, version } = selection;
  const selected = {
    source,
    version,
    provider: schema.provider,
    resource_schemas: pick(schema.resource_schemas, selection.resources, `${source} ${version}`),
    data_source_schemas: pick(schema.data_source_schemas, selection.dataSources, `${source} ${version}`),
  };
  writeFileSync(selectionFile(name, "schema.json"), `${JSON.stringify(withoutProse(selected))}\n`);
  console.log(`${name}: ${selection.resources.length} resources, ${selection.dataSources.length} data sources`);
}

function schemaFromRegistry(): z.infer<typeof bundle> {
  const dir = mkdtempSync(join(tmpdir(), "ampere-lab-providers-"));
  try {
    const required = Object.fromEntries(
      PROVIDERS.map((name) => {
        const { source, version } = readSelection(name);
        return [name, { source, version }];
      }),
    );
    writeFileSync(join(dir, "main.tf.json"), JSON.stringify({ terraform: { required_providers: required } }));
    const binary = process.env.TERRAFORM_BINARY_NAME ?? "terraform";
    execFileSync(binary, ["init", "-input=false"], { cwd: dir, stdio: ["ignore", "inherit", "inherit"] });
    const printed = execFileSync(binary, ["providers", "schema", "-json"], { cwd: dir, maxBuffer: 1 << 30 });
    return bundle.parse(JSON.parse(printed.toString()));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const { values } = parseArgs({ options: { schema: { type: "string", multiple: true } } });
const inputs: unknown[] = values.schema?.map((file) => JSON.parse(readFileSync(file, "utf8"))) ?? [
  schemaFromRegistry(),
];
for (const name of PROVIDERS) {
  const selection = readSelection(name);
  for (const input of inputs) {
    const alone = single.safeParse(input);
    if (alone.success && alone.data.source === selection.source) {
      if (alone.data.version !== selection.version)
        throw new Error(
          `${selection.source}: the file is ${alone.data.version}, selection.json wants ${selection.version}`,
        );
      cut(name, selection, alone.data);
    }
    const many = bundle.safeParse(input);
    const key = many.data && Object.keys(many.data.provider_schemas).find((k) => k.endsWith(`/${selection.source}`));
    const found = key && many.data?.provider_schemas[key];
    if (found) cut(name, selection, found);
  }
}
