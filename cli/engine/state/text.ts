/** States as text: the schema of their document, comparing two, and the few changes that are made in text. */
import { z } from "zod";
import { CliError, messageOf } from "../../ui/errors.ts";

/** A step of a path within an object, as a state writes it: `.metadata`, `["user_data"]`. */
const step = z.object({
  value: z.union([z.string(), z.number(), z.object({ value: z.union([z.string(), z.number()]) })]),
});

const instance = z.object({
  index_key: z.union([z.string(), z.number()]).optional(),
  status: z.string().optional(),
  deposed: z.string().optional(),
  schema_version: z.number().optional(),
  attributes: z.record(z.string(), z.unknown()).nullish(),
  sensitive_attributes: z.array(z.array(step)).nullish(),
  private: z.string().optional(),
  dependencies: z.array(z.string()).default([]),
});

/** The state's document, version 4, as far as anything here reads it: the one schema of it. */
export const stateSchema = z.object({
  version: z.literal(4),
  serial: z.number().default(0),
  lineage: z.string().default(""),
  outputs: z.record(z.string(), z.looseObject({ value: z.unknown(), sensitive: z.boolean().optional() })).default({}),
  resources: z
    .array(
      z.object({
        module: z.string().optional(),
        mode: z.string(),
        type: z.string(),
        name: z.string(),
        provider: z.string().optional(),
        instances: z.array(instance).default([]),
      }),
    )
    .default([]),
});

const head = stateSchema.pick({ serial: true, lineage: true });

/** Which history a state is of, and how far it has come in it. */
export type Head = z.infer<typeof head>;

/** Serial and lineage; also of an encrypted state. Nothing has serial 0 and no lineage. @throws CliError for what is no state */
export function headOf(text: string, where: string): Head {
  if (text.trim() === "") return { serial: 0, lineage: "" };
  try {
    return head.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError(`${where}: cannot be read as a state: ${messageOf(error).split("\n")[0]}`);
  }
}

/** Keys in order, at every depth: tools write them in orders of their own. */
export function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, ordered(inner)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** All that a state holds, but for what a tool notes of itself when it writes one. */
function contentOf(text: string): string {
  const { resources, serial, lineage, outputs } = stateSchema.parse(JSON.parse(text));
  // Which values are sensitive, each tool finds out by itself.
  const held = resources.map(({ instances, ...resource }) => ({
    ...resource,
    instances: instances.map((each) => ({ ...each, sensitive_attributes: undefined })),
  }));
  const sorted = held.map((each) => JSON.stringify(ordered(each))).sort();
  return JSON.stringify([ordered({ serial, lineage, outputs }), sorted]);
}

/** Whether two texts are the same state: same serial, lineage, outputs and objects. */
export function sameState(one: string, other: string): boolean {
  if (one.trim() === "" || other.trim() === "") return one.trim() === other.trim();
  return contentOf(one) === contentOf(other);
}

/** The same text with another serial. Not parsed and printed: that could round a number. */
export function withSerial(text: string, serial: number): string {
  return text.replace(/"serial":(\s*)\d+/, `"serial":$1${serial}`);
}

/** The output that a state gets when it was moved away. */
const MOVED = "lab_state_moved_to";

/** Where a state was moved to; null for one that is in use. */
export function movedTo(text: string): string | null {
  const found = z
    .looseObject({ outputs: z.looseObject({ [MOVED]: z.object({ value: z.string() }) }) })
    .safeParse(text.includes(MOVED) ? JSON.parse(text) : null);
  const value = found.success ? found.data.outputs[MOVED] : undefined;
  return value === undefined ? null : z.object({ value: z.string() }).parse(value).value;
}

/** The same text, marked as moved away. */
export function withMoved(text: string, to: string): string {
  if (movedTo(text) !== null) return text;
  const output = `"${MOVED}": {"value": ${JSON.stringify(to)}, "type": "string"}`;
  const marked = text.replace(/"outputs":(\s*)\{(\s*\})?/, (_, space: string, closing: string | undefined) =>
    closing === undefined ? `"outputs":${space}{${output},` : `"outputs":${space}{${output}}`,
  );
  if (movedTo(marked) === null) throw new Error("a state without outputs cannot be marked");
  return marked;
}

/** A state of nothing, which an object store needs before it takes over the serial and lineage of another. */
export const EMPTY = JSON.stringify({
  version: 4,
  terraform_version: "1.8.0",
  serial: 1,
  lineage: "00000000-0000-0000-0000-000000000000",
  outputs: {},
  resources: [],
});

/** Serial and lineage of a whole state; null for a text that is none. */
export function wholeHead(text: string): Head | null {
  try {
    const head = headOf(text, "");
    return head.lineage === "" ? null : head;
  } catch {
    return null;
  }
}
