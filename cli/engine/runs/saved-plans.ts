/**
 * What `diff --out` saves: not the plans, which hold secrets and code, but what each of them does. `deploy --plan` plans anew
 * and does no more than that. A MAC vouches for it; nothing secret can be read in the folder.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";
import { CliError, messageOf } from "../../ui/errors.ts";
import { readIfThere, writeAtomically } from "../../ui/files.ts";
import { NO_STATE, type State } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import type { Binary } from "../terraform/binary.ts";
import type { PlanOptions } from "../terraform/plan.ts";
import type { Planned } from "./plan-ahead.ts";
import { isMacOf, macOf, type ReviewKey, seenIn } from "./plan-digest.ts";

const action = z.enum(["create", "update", "replace", "delete", "import", "forget"]);

const stackSchema = z.strictObject({
  name: z.string(),
  /** Hash of what was synthesized. */
  configuration: z.string(),
  /** The state that it was planned on. */
  state: z.strictObject({ serial: z.number(), lineage: z.string() }),
  changes: z.array(z.strictObject({ address: z.string(), action, values: z.record(z.string(), z.string()) })),
});

const savedPlans = z.strictObject({
  version: z.literal(2),
  /** What they are of, such as a commit and a run of a workflow. */
  review: z.string().nullable(),
  /** The tool that planned, as in `OpenTofu 1.12.6`. */
  tool: z.string(),
  /** Whether the providers were asked what has changed outside; `only`: that was all. */
  refresh: z.enum(["yes", "no", "only"]),
  stacks: z.array(stackSchema),
});

/** What is saved of one stack. */
export type SavedStack = z.infer<typeof stackSchema>;
/** What is saved of a diff. */
export type SavedPlans = z.infer<typeof savedPlans>;

/** As they lie there: by whom they were saved is not known yet. */
export interface Unproven {
  readonly plans: SavedPlans;
  /** @throws CliError unless they were saved with these secrets and nothing was changed since */
  prove(key: ReviewKey): SavedPlans;
}

const INDEX = "plans.json";
const MAC = "plans.mac";

/** Empties a folder of what an earlier diff has saved there; what else is in it stays. */
export function clearSaved(folder: string): void {
  for (const file of [INDEX, MAC]) rmSync(join(folder, file), { force: true });
}

/** Saves plans in place of those that were there, and a MAC by `key`. */
export function writeSaved(folder: string, saved: SavedPlans, key: ReviewKey): void {
  mkdirSync(folder, { recursive: true });
  clearSaved(folder);
  const text = `${JSON.stringify(saved)}\n`;
  writeAtomically(join(folder, MAC), `${macOf(key, text)}\n`);
  // Last: without it there is nothing saved.
  writeAtomically(join(folder, INDEX), text);
}

function parsed(file: string, text: string): SavedPlans {
  try {
    return savedPlans.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll(/\s*\n\s*/g, " ") : messageOf(error);
    throw new CliError(`${file}: not what \`cdktf diff --out\` writes: ${why}`);
  }
}

/** @throws CliError where no plans were saved */
export function readSaved(folder: string): Unproven {
  const file = join(folder, INDEX);
  const text = readIfThere(file);
  if (text === undefined)
    throw new CliError(`--plan: no plans in ${folder}; \`cdktf diff --out ${folder}\` saves some`);
  const plans = parsed(file, text);
  return {
    plans,
    prove(key) {
      const mac = readIfThere(join(folder, MAC))?.trim() ?? "";
      if (isMacOf(key, text, mac)) return plans;
      throw new CliError(
        `${file}: was saved with other secrets of the lab, or changed since, so nothing was done; make it again with \`cdktf diff --out ${folder}\``,
      );
    },
  };
}

async function savedStack(
  { plan, document }: Planned,
  { serial, lineage }: State,
  key: ReviewKey,
): Promise<SavedStack> {
  const changes = seenIn(plan, await document(), key);
  return {
    name: plan.stack.name,
    configuration: configurationOf(plan.stack),
    state: { serial, lineage },
    changes: changes.map(({ values, ...change }) => ({ ...change, values: Object.fromEntries(values) })),
  };
}

/** The tool as saved plans name it: another one may plan otherwise. */
export function toolOf({ product, version }: Binary): string {
  return `${product} ${version}`;
}

function refreshOf({ refresh = true, refreshOnly = false }: PlanOptions): SavedPlans["refresh"] {
  if (refreshOnly) return "only";
  return refresh ? "yes" : "no";
}

/** @param review what the plans are of, in the words of who saves them; null where nobody says */
export async function savedPlansOf(
  planned: readonly Planned[],
  states: ReadonlyMap<string, State>,
  binary: Binary,
  key: ReviewKey,
  options: PlanOptions,
  review: string | null,
): Promise<SavedPlans> {
  const stacks = await Promise.all(
    planned.map((each) => savedStack(each, states.get(each.plan.stack.name) ?? NO_STATE, key)),
  );
  return { version: 2, review, tool: toolOf(binary), refresh: refreshOf(options), stacks };
}

/**
 * What a stack was synthesized as, which a saved plan is good for alone: sha256 over the stack's file and the scripts beside
 * it, and not over what init leaves there.
 */
export function configurationOf({ folder }: StackInfo): string {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith(".terraform") && !file.endsWith(".tfstate"))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) {
    const content = readFileSync(join(folder, file));
    hash.update(`${file.replaceAll("\\", "/")} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}
