/** Teaches the masker the secrets in plans, by the providers' schemas too, and in sensitive variables. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { withoutByteOrderMark } from "../../config/text.ts";
import { learn } from "./masker.ts";
import { isInternalOutput } from "./words.ts";
import { join } from "node:path";
import { entriesOf, fieldOf } from "./values.ts";

/** Their schemas are committed here. Read when the first state is: 70 kB, a millisecond, and nothing that `cdktf synth` waits for. */
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

/** Of a block, or of each in a list or map of them. */
function sensitiveIn(block: unknown, value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => sensitiveIn(block, each));
  const own = entriesOf(fieldOf(block, "attributes")).flatMap(([name, attribute]) =>
    fieldOf(attribute, "sensitive") === true
      ? [fieldOf(value, name)]
      : sensitiveIn(fieldOf(attribute, "nested_type"), fieldOf(value, name)),
  );
  const inner = entriesOf(fieldOf(block, "block_types")).flatMap(([name, nested]) =>
    sensitiveIn(fieldOf(nested, "block"), fieldOf(value, name)),
  );
  return [...own, ...inner];
}

/** The values of an object that its provider's schema calls sensitive; none of a type that the lab does not use. */
export function sensitiveValues(mode: Mode, type: string, attributes: unknown): readonly unknown[] {
  schemas ??= readSchemas();
  const found = schemas[mode].get(type);
  return found === undefined ? [] : sensitiveIn(found, attributes);
}

const mode = z.enum(["managed", "data"]);

/** What `mark` marks, which has the shape of `value`, with true for all that is sensitive. */
function marked(value: unknown, mark: unknown): readonly unknown[] {
  if (mark === true) return [value];
  return entriesOf(mark).flatMap(([key, inner]) => marked(fieldOf(value, key), inner));
}

const change = z.object({
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
});
const plan = z.object({
  variables: z.record(z.string(), z.object({ value: z.unknown().optional() })).default({}),
  configuration: z
    .object({
      root_module: z
        .object({ variables: z.record(z.string(), z.object({ sensitive: z.boolean().optional() })).default({}) })
        .default({ variables: {} }),
    })
    .default({ root_module: { variables: {} } }),
  resource_changes: z.array(z.object({ mode, type: z.string(), change })).default([]),
  output_changes: z.record(z.string(), change).default({}),
});

function inChange({ before, after, before_sensitive: was, after_sensitive: is }: z.infer<typeof change>): unknown {
  return [marked(before, was), marked(after, is)];
}

/** Learns what `show -json` says of a plan. Outputs for other stacks are left to the state, see there. */
export function learnPlan(document: unknown): void {
  const { success, data } = plan.safeParse(document);
  if (!success) return;
  for (const { mode, type, change } of data.resource_changes) {
    learn(inChange(change));
    learn([sensitiveValues(mode, type, change.before), sensitiveValues(mode, type, change.after)]);
  }
  for (const [name, change] of Object.entries(data.output_changes))
    if (!isInternalOutput(name)) learn(inChange(change));
  for (const [name, { sensitive }] of Object.entries(data.configuration.root_module.variables))
    if (sensitive === true) learn(data.variables[name]?.value);
}

interface Given {
  /** `name=value`, as in `--var`. */
  readonly var?: readonly string[] | undefined;
  readonly varFile?: readonly string[] | undefined;
}

function variablesText(file: string): string {
  try {
    return withoutByteOrderMark(readFileSync(file, "utf8"));
  } catch {
    return ""; // terraform says that it is not there
  }
}

/** What follows `name =` in HCL, up to the next name at the start of a line: texts in quotes, and heredocs. */
function learnHcl(text: string, name: string): void {
  const [, value = ""] =
    new RegExp(`^[ \\t]*"?${name}"?[ \\t]*=([^]*?)(?=^"?[\\w-]+"?[ \\t]*=|(?![^]))`, "m").exec(text) ?? [];
  for (const [, quoted = ""] of value.matchAll(/"((?:[^"\\]|\\.)*)"/g)) {
    learn(quoted);
    learn(quoted.replaceAll(/\\(["\\])/g, "$1"));
  }
  for (const [, , body] of value.matchAll(/<<-?(\w+)\n([^]*?)\n[ \t]*\1\b/g)) learn(body);
}

function learnFile(text: string, names: readonly string[]): void {
  try {
    const values: unknown = JSON.parse(text);
    for (const name of names) learn(fieldOf(values, name));
  } catch {
    for (const name of names) learnHcl(text, name);
  }
}

/**
 * Has these values masked from now on.
 *
 * @param names the variables that are sensitive
 */
export function learnVariables(names: readonly string[], given: Given, env: NodeJS.ProcessEnv): void {
  for (const name of names) learn(env[`TF_VAR_${name}`]);
  for (const variable of given.var ?? []) {
    const [name = "", ...value] = variable.split("=");
    if (names.includes(name.trim())) learn(value.join("="));
  }
  for (const file of given.varFile ?? []) learnFile(variablesText(file), names);
}
