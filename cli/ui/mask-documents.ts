/** Has the secrets in plans, and in variables that a stack declares sensitive, masked. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { withoutByteOrderMark } from "../../config/text.ts";
import { sensitiveValues } from "./mask-sensitive.ts";
import { learn } from "./masker.ts";
import { isInternalOutput } from "./words.ts";

const mode = z.enum(["managed", "data"]);

/** What `mark` marks, which has the shape of `value`, with true for all that is sensitive. */
function marked(value: unknown, mark: unknown): readonly unknown[] {
  if (mark === true) return [value];
  if (typeof value !== "object" || value === null || typeof mark !== "object" || mark === null) return [];
  return Object.entries(mark).flatMap(([key, inner]) => marked(Reflect.get(value, key), inner));
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
    if (typeof values === "object" && values !== null) for (const name of names) learn(Reflect.get(values, name));
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
