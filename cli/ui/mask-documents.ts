/** Learns what states and plans hold in clear: what they themselves call sensitive, and what the providers' schemas do. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { withoutByteOrderMark } from "../../config/text.ts";
import { sensitiveValues } from "./mask-sensitive.ts";
import { learn } from "./masker.ts";

const mode = z.enum(["managed", "data"]);

/** A step of a path within an object, as a state writes it: `.metadata`, `["user_data"]`. */
const step = z.object({
  value: z.union([z.string(), z.number(), z.object({ value: z.union([z.string(), z.number()]) })]),
});
type Path = readonly z.infer<typeof step>[];

const state = z.object({
  outputs: z.record(z.string(), z.object({ value: z.unknown(), sensitive: z.boolean().optional() })).default({}),
  resources: z
    .array(
      z.object({
        mode,
        type: z.string(),
        instances: z
          .array(
            z.object({ attributes: z.unknown().optional(), sensitive_attributes: z.array(z.array(step)).nullish() }),
          )
          .default([]),
      }),
    )
    .default([]),
});

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((within, { value: key }) => {
    const name = typeof key === "object" ? key.value : key;
    return typeof within === "object" && within !== null ? Reflect.get(within, name) : undefined;
  }, value);
}

/** Made by cdktf, for other stacks to read; it calls every one of them sensitive. */
const CROSS_STACK = "cross-stack-output-";

/** Every text in a value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/**
 * Learns a state.
 *
 * What stacks read of each other loses its sensitivity on the way: the plan of the one that reads shows it in clear. So such
 * outputs are learned from the state of the stack that makes them. cdktf calls them all sensitive, addresses and names too:
 * those that stand there as an attribute which is not sensitive are none.
 *
 * @param document a state of version 4, parsed; anything else teaches nothing
 */
export function learnState(document: unknown): void {
  const { success, data } = state.safeParse(document);
  if (!success) return;
  const instances = data.resources.flatMap(({ mode, type, instances }) =>
    instances.map(({ attributes, sensitive_attributes: paths }) => ({
      attributes,
      sensitive: [...sensitiveValues(mode, type, attributes), ...(paths ?? []).map((path) => at(attributes, path))],
    })),
  );
  const sensitive = new Set(instances.flatMap((each) => textsIn(each.sensitive)));
  learn([...sensitive]);
  const outputs = Object.entries(data.outputs).filter(([, output]) => output.sensitive === true);
  if (outputs.length === 0) return;
  const open = new Set(
    instances.flatMap(({ attributes }) => textsIn(attributes)).filter((text) => !sensitive.has(text)),
  );
  for (const [name, { value }] of outputs)
    learn(name.startsWith(CROSS_STACK) ? textsIn(value).filter((text) => !open.has(text)) : value);
}

/** Texts of states, each of which is learned once. */
const learned = new Set<string>();

/** Learns the text of a state. One that is empty, encrypted or damaged teaches nothing: whoever needs it says so. */
export function learnStateText(text: string): void {
  if (learned.has(text)) return;
  learned.add(text);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return;
  }
  learnState(document);
}

/** Empty of a file that is gone, or not ours to read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Learns the states in a folder. */
export function learnStates(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (name.endsWith(".tfstate")) learnStateText(textOf(join(folder, name)));
}

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
    if (!name.startsWith(CROSS_STACK)) learn(inChange(change));
  for (const [name, { sensitive }] of Object.entries(data.configuration.root_module.variables))
    if (sensitive === true) learn(data.variables[name]?.value);
}

// The values of variables that a stack declares sensitive, wherever they are given.

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
