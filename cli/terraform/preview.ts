/**
 * A stack reads outputs that the stacks before it have still to make, or are about to change. For a diff it is planned
 * beside itself, with what these will say: the value where it is known, something unknown that fits any type where it is
 * not. The folder is as deep as its own, so state and providers are its own too.
 */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import type { Plan } from "./plan.ts";
import type { Stack } from "./stack.ts";
import type { Output } from "./state.ts";

/** What a stack will say of itself once it is deployed. */
export type Foreseen = { readonly known: false } | ({ readonly known: true } & Pick<Output, "type" | "value">);

/** The outputs of a stack that will be others than now, by name. */
export type Foresight = Readonly<Record<string, Foreseen>>;

/** What a stack reads of another one. */
export interface Reading {
  /** Name of its data source in the stack. */
  readonly key: string;
  readonly from: string;
  readonly outputs: readonly string[];
}

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

/** Unknown while it is planned; so is everything made of it. */
const PLACEHOLDER = "terraform_data.not_deployed_yet";
const UNKNOWN = `jsondecode(${PLACEHOLDER}.id)`;

function references(key: string, output = "[\\w-]+"): RegExp {
  return new RegExp(`data\\.terraform_remote_state\\.${key}\\.outputs\\.(${output})(?![\\w-])`, "g");
}

const sourceSchema = z.looseObject({ backend: z.string(), config: z.record(z.string(), z.unknown()).default({}) });
const document = z.looseObject({
  data: z.looseObject({ terraform_remote_state: z.record(z.string(), sourceSchema).default({}) }).default({
    terraform_remote_state: {},
  }),
  resource: z.looseObject({ terraform_data: z.record(z.string(), z.unknown()).optional() }).default({}),
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

interface Source {
  readonly from: string;
  readonly key: string;
  readonly known: Readonly<Record<string, Pick<Output, "type" | "value">>>;
  readonly unknown: readonly string[];
}

function sourceOf(
  { key, from, outputs }: Reading,
  made: Readonly<Record<string, Output>>,
  foresight: Foresight,
): Source | null {
  const others = outputs.filter((name) => name in foresight || !(name in made));
  if (others.length === 0) return null;
  const known = outputs.flatMap((name) => {
    const told = foresight[name];
    if (told !== undefined) return told.known ? [[name, { type: told.type, value: told.value }] as const] : [];
    const { type, value } = made[name] ?? {};
    return type === undefined ? [] : [[name, { type, value }] as const];
  });
  const values = Object.fromEntries(known);
  return { from, key, known: values, unknown: outputs.filter((name) => !(name in values)) };
}

/** The stack's document, reading what is foreseen; each source has a state of its own beside it. */
function rewritten(text: string, sources: readonly Source[], folder: string): unknown {
  let changed = text;
  for (const { key, unknown } of sources) {
    for (const name of unknown) changed = changed.replaceAll(references(key, name), UNKNOWN);
  }
  const { data, resource, ...rest } = document.parse(JSON.parse(changed));
  const read = sources.map(({ key, from, known }) => {
    const path = join(folder, `${from}.outputs.tfstate`);
    const state = {
      version: 4,
      terraform_version: "1.8.0",
      serial: 1,
      lineage: "preview",
      outputs: known,
      resources: [],
    };
    writeFileSync(path, JSON.stringify(state), { mode: 0o600 });
    return [key, { backend: "local", config: { path } }] as const;
  });
  return {
    ...rest,
    data: {
      ...data,
      terraform_remote_state: { ...data.terraform_remote_state, ...Object.fromEntries(read) },
    },
    resource: { ...resource, terraform_data: { ...resource.terraform_data, not_deployed_yet: {} } },
  };
}

function withoutPlaceholder(plan: Plan): Plan {
  const changes = plan.changes.filter(({ address }) => address !== PLACEHOLDER);
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
  writeFileSync(file, JSON.stringify(rewritten(readFileSync(stack.file, "utf8"), sources, folder)), { mode: 0o600 });
  return {
    stack: { ...stack, folder, file },
    after: sources.map(({ from }) => from),
    cleaned: withoutPlaceholder,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
