/** States as text: what is compared of two, and the few words of one that we change. */
import { existsSync } from "node:fs";
import { z } from "zod";
import { CliError, messageOf } from "../../ui/errors.ts";
import { readIfThere } from "../../ui/files.ts";

const head = z.looseObject({ serial: z.number().default(0), lineage: z.string().default("") });
export type Head = Pick<z.infer<typeof head>, "serial" | "lineage">;

/** Serial and lineage; also of an encrypted state. Nothing has serial 0 and no lineage. */
export function headOf(text: string, where: string): Head {
  if (text.trim() === "") return { serial: 0, lineage: "" };
  try {
    const { serial, lineage } = head.parse(JSON.parse(text));
    return { serial, lineage };
  } catch (error) {
    throw new CliError(`${where}: cannot be read as a state: ${messageOf(error).split("\n")[0]}`);
  }
}

const instance = z.object({
  index_key: z.union([z.string(), z.number()]).optional(),
  status: z.string().optional(),
  deposed: z.string().optional(),
  schema_version: z.number().optional(),
  attributes: z.record(z.string(), z.unknown()).nullish(),
  private: z.string().optional(),
  dependencies: z.array(z.string()).default([]),
});
const content = z.object({
  serial: z.number(),
  lineage: z.string(),
  outputs: z.record(z.string(), z.unknown()).default({}),
  resources: z
    .array(
      z.object({
        module: z.string().optional(),
        mode: z.string(),
        type: z.string(),
        name: z.string(),
        provider: z.string(),
        instances: z.array(instance).default([]),
      }),
    )
    .default([]),
});

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
  const { resources, ...rest } = content.parse(JSON.parse(text));
  const sorted = resources.map((resource) => JSON.stringify(ordered(resource))).sort();
  return JSON.stringify([ordered(rest), sorted]);
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

// State files that were being written when that ended: by a kill, or by a disk that was full.

/** A state file that cannot be read, and what of it can. */
export class DamagedState extends CliError {}

/** Serial and lineage of a whole state; null for a text that is none. */
export function wholeHead(text: string): Head | null {
  try {
    const head = headOf(text, "");
    return head.lineage === "" ? null : head;
  } catch {
    return null;
  }
}

/** What can be done, naming only what has been looked at: the whole copy with the highest serial. */
function wayBack(stack: string, copies: readonly string[]): string {
  const whole = copies
    .flatMap((file) => {
      const head = wholeHead(readIfThere(file) ?? "");
      return head === null ? [] : [{ file, serial: head.serial }];
    })
    .toSorted((one, other) => other.serial - one.serial);
  const [best] = whole;
  if (best === undefined)
    return "there is no whole copy of it here: bring one back from wherever you keep copies of this folder";
  return `what was made since will be named, once its copy of serial ${best.serial} is back: npx lab state restore ${stack} --backup '${best.file}'`;
}

/**
 * The text of a state file; one that is not there, or is empty and has no copies, is empty.
 *
 * @param copies files that may hold an earlier state of the same
 * @throws DamagedState for one that is not whole: the next apply would make everything a second time
 */
export function stateFileText(file: string, stack: string, copies: readonly string[] = []): string {
  const text = readIfThere(file) ?? "";
  const known = [`${file}.backup`, ...copies];
  if (text.trim() === "") {
    if (!existsSync(file) || known.every((copy) => wholeHead(readIfThere(copy) ?? "") === null)) return text;
    throw new DamagedState(
      `${file} is empty: it was being written when terraform or tofu was ended, or found no room; ${wayBack(stack, known)}`,
    );
  }
  try {
    headOf(text, file);
    return text;
  } catch {
    throw new DamagedState(
      `${file}: cannot be read as a state: it was being written when terraform or tofu was ended, or found no room; ${wayBack(stack, known)}`,
    );
  }
}
