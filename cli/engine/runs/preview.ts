/**
 * A stack reads outputs that the stacks before it have still to make, or are about to change. For a diff it is planned
 * beside itself, with what these will say: the value where it is known, something unknown that fits any type where it is
 * not. The folder is as deep as its own, so state and providers are its own too.
 */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import type { Output } from "../state/state.ts";
import type { Plan } from "../terraform/plan.ts";
import type { Stack } from "../terraform/stack.ts";

/** What a stack will say of itself once it is deployed. */
export type Foreseen = { readonly known: false } | { readonly known: true; readonly value: unknown };

/** The outputs of a stack that will be others than now, by name. */
export type Foresight = Readonly<Record<string, Foreseen>>;

/** What a stack reads of another one. */
export interface Reading {
  /** Name of its data source in the stack. */
  readonly key: string;
  readonly from: string;
  readonly outputs: readonly string[];
}

/** A stack beside itself, with what is foreseen in place of what it reads. */
export interface Preview {
  /** The stack to plan instead. Its plan is for looking at: it must not be applied. */
  readonly stack: Stack;
  /** The stacks that have to be deployed first. */
  readonly after: readonly string[];
  /** The plan without what stands in it for what is not known. */
  cleaned(plan: Plan): Plan;
  /** Removes what was written. */
  dispose(): void;
}

/** What stands for another stack: its id is unknown while it is planned, and so is everything made of it. */
function placeholder(stack: string): string {
  return `terraform_data.after_${stack.replaceAll(/[^\w-]/g, "_")}`;
}

/** Unknown, and of any type. */
function unknownOf(stack: string): string {
  return `jsondecode(${placeholder(stack)}.id)`;
}

/** The stacks for which something stands in an expression of a plan. */
export function placeholdersIn(expression: unknown): readonly string[] {
  const found = JSON.stringify(expression).matchAll(/"terraform_data\.after_([\w-]+)"/g);
  return [...new Set([...found].flatMap(([, stack]) => stack ?? []))];
}

function references(key: string, output = "[\\w-]+"): RegExp {
  return new RegExp(`data\\.terraform_remote_state\\.${key}\\.outputs\\.(${output})(?![\\w-])`, "g");
}

const sourceSchema = z.looseObject({ backend: z.string(), config: z.record(z.string(), z.unknown()).default({}) });
const document = z.looseObject({
  data: z.looseObject({ terraform_remote_state: z.record(z.string(), sourceSchema).default({}) }).default({
    terraform_remote_state: {},
  }),
  resource: z.looseObject({ terraform_data: z.record(z.string(), z.unknown()).optional() }).default({}),
  locals: z.record(z.string(), z.unknown()).default({}),
});

/** Whether a data source reads the state of that stack. */
function reads({ folder }: Stack, source: z.infer<typeof sourceSchema>, { backend, stateFile }: Stack): boolean {
  if (source.backend !== backend.kind) return false;
  const { path } = source.config;
  if (stateFile !== null) return typeof path === "string" && resolve(folder, path) === stateFile;
  return Object.entries(backend.config).every(
    ([name, value]) => JSON.stringify(source.config[name]) === JSON.stringify(value),
  );
}

/** The outputs of `others` that a stack reads. */
export function readingsOf(stack: Stack, others: readonly Stack[]): readonly Reading[] {
  const text = readFileSync(stack.file, "utf8");
  return Object.entries(document.parse(JSON.parse(text)).data.terraform_remote_state).flatMap(([key, source]) => {
    const from = others.find((other) => reads(stack, source, other));
    if (from === undefined) return [];
    const names = [...text.matchAll(references(key))].flatMap(([, name]) => (name === undefined ? [] : [name]));
    return [{ key, from: from.name, outputs: [...new Set(names)] }];
  });
}

/** What a stack reads of another one, by what becomes of it. */
interface Source extends Reading {
  /** Foreseen. */
  readonly known: Readonly<Record<string, unknown>>;
  readonly unknown: readonly string[];
}

function sourceOf(reading: Reading, made: Readonly<Record<string, Output>>, foresight: Foresight): Source | null {
  const { outputs } = reading;
  const known = outputs.flatMap((name) => {
    const planned = foresight[name];
    return planned?.known ? [[name, planned.value] as const] : [];
  });
  const unknown = outputs.filter((name) => (name in foresight ? !foresight[name]?.known : !(name in made)));
  return known.length + unknown.length === 0 ? null : { ...reading, known: Object.fromEntries(known), unknown };
}

/** A value as the configuration has it: strings are templates there. */
function literal(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(/[$%]\{/g, (opening) => `${opening[0]}${opening}`);
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, literal(part)]));
}

/** The stack's document, with what is foreseen in place of what it reads. */
function rewritten(text: string, sources: readonly Source[]): unknown {
  let changed = text;
  const locals: Record<string, unknown> = {};
  for (const { key, from, known, unknown } of sources) {
    for (const name of unknown) changed = changed.replaceAll(references(key, name), unknownOf(from));
    for (const [name, value] of Object.entries(known)) {
      const local = `foreseen_${Object.keys(locals).length}`;
      locals[local] = literal(value);
      changed = changed.replaceAll(references(key, name), `local.${local}`);
    }
  }
  const { data: all, resource, locals: own, ...rest } = document.parse(JSON.parse(changed));
  // What nothing is read of any more may not be there at all.
  const { terraform_remote_state: states, ...others } = all;
  const read = Object.entries(states).filter(([key]) => changed.search(references(key)) >= 0);
  const placeholders = sources.map(({ from }) => [placeholder(from).replace(/^.*\./, ""), {}]);
  return {
    ...rest,
    locals: { ...own, ...locals },
    // Terraform takes no empty ones.
    ...(read.length + Object.keys(others).length > 0 && {
      data: { ...others, ...(read.length > 0 && { terraform_remote_state: Object.fromEntries(read) }) },
    }),
    resource: { ...resource, terraform_data: { ...resource.terraform_data, ...Object.fromEntries(placeholders) } },
  };
}

function withoutPlaceholders(plan: Plan, sources: readonly Source[]): Plan {
  const ours = sources.map(({ from }) => placeholder(from));
  const changes = plan.changes.filter(({ address }) => !ours.includes(address));
  const outputs = Object.values(plan.outputs).some(({ action = "noop" }) => action !== "noop");
  const add = changes.filter(({ action }) => action === "create").length;
  return { ...plan, changes, counts: { ...plan.counts, add }, pending: changes.length > 0 || outputs };
}

/**
 * @param readings what the stack reads of others
 * @param made what the states of other stacks say now
 * @param foresight what they will say otherwise, by stack
 * @returns null where the stack reads nothing but what is there and stays
 */
export function previewOf(
  stack: Stack,
  readings: readonly Reading[],
  made: (stack: string) => Readonly<Record<string, Output>>,
  foresight: (stack: string) => Foresight,
): Preview | null {
  const sources = readings.flatMap((reading) => sourceOf(reading, made(reading.from), foresight(reading.from)) ?? []);
  if (sources.length === 0) return null;
  const folder = join(dirname(stack.folder), `.preview-${basename(stack.folder)}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  for (const shared of [".terraform", ".terraform.lock.hcl", "assets"]) {
    symlinkSync(join("..", basename(stack.folder), shared), join(folder, shared));
  }
  const file = join(folder, basename(stack.file));
  writeFileSync(file, JSON.stringify(rewritten(readFileSync(stack.file, "utf8"), sources)), { mode: 0o600 });
  return {
    stack: { ...stack, folder, file },
    after: sources.map(({ from }) => from),
    cleaned: (plan) => withoutPlaceholders(plan, sources),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
