/** Plans that were saved by `diff --out`, to be applied as they were reviewed. Nothing secret can be read in the folder. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CliError, messageOf } from "../errors.ts";
import { readIfThere, writeAtomically } from "../files.ts";
import { seal, type SealKey, unseal } from "./seal.ts";

const action = z.enum(["create", "update", "replace", "delete", "import", "forget"]);

const savedStack = z.strictObject({
  name: z.string(),
  /** Hash of what was synthesized. */
  configuration: z.string(),
  /** The state that it was planned on. */
  state: z.strictObject({ serial: z.number(), lineage: z.string() }),
  /** The stacks to be deployed first; with any, it is planned again when its turn comes. */
  after: z.array(z.string()),
  pending: z.boolean(),
  imported: z.number(),
  counts: z.strictObject({ add: z.number(), change: z.number(), replace: z.number(), destroy: z.number() }),
  changes: z.array(
    z.strictObject({ address: z.string(), action, reason: z.string().optional(), paths: z.array(z.string()) }),
  ),
});

const savedPlans = z.strictObject({
  version: z.literal(1),
  /** The tool that can read the plans, as in `OpenTofu 1.12.6`. */
  tool: z.string(),
  stacks: z.array(savedStack),
});

export type SavedStack = z.infer<typeof savedStack>;
export type SavedPlans = z.infer<typeof savedPlans>;

const INDEX = "plans.json";

const planFile = (folder: string, stack: string): string => join(folder, `${stack}.tfplan.sealed`);

/** What a sealed plan can be opened as: a plan of another configuration cannot take its place. */
const aboutOf = ({ name, configuration }: SavedStack): string => `${name} ${configuration}`;

/** Empties a folder of what an earlier diff has saved there; what else is in it stays. */
export function clearSaved(folder: string): void {
  for (const { name } of readSavedIfThere(folder)?.stacks ?? []) rmSync(planFile(folder, name), { force: true });
  rmSync(join(folder, INDEX), { force: true });
}

/** @param plans files of the plans, by stack; of those that are planned again there is none */
export function writeSaved(folder: string, saved: SavedPlans, plans: ReadonlyMap<string, string>, key: SealKey): void {
  mkdirSync(folder, { recursive: true });
  clearSaved(folder);
  for (const stack of saved.stacks) {
    const plan = plans.get(stack.name);
    if (plan === undefined) continue;
    writeFileSync(planFile(folder, stack.name), seal(readFileSync(plan), key, aboutOf(stack)), { mode: 0o600 });
  }
  // Last: without it there is nothing saved.
  writeAtomically(join(folder, INDEX), `${JSON.stringify(saved, undefined, 2)}\n`);
}

function readSavedIfThere(folder: string): SavedPlans | null {
  const file = join(folder, INDEX);
  const text = readIfThere(file);
  if (text === undefined) return null;
  try {
    return savedPlans.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll(/\s*\n\s*/g, " ") : messageOf(error);
    throw new CliError(`${file}: not what \`cdktf diff --out\` writes: ${why}`);
  }
}

/** @throws CliError where no plans were saved */
export function readSaved(folder: string): SavedPlans {
  const saved = readSavedIfThere(folder);
  if (saved === null) throw new CliError(`--plan: no plans in ${folder}; \`cdktf diff --out ${folder}\` saves some`);
  return saved;
}

/** Writes a saved plan, opened, to `target`. */
export function openSaved(folder: string, stack: SavedStack, key: SealKey, target: string): void {
  const file = planFile(folder, stack.name);
  let sealed: Buffer;
  try {
    sealed = readFileSync(file);
  } catch (error) {
    throw new CliError(`${file}: the saved plan of ${stack.name} cannot be read: ${messageOf(error)}`);
  }
  const plan = unseal(sealed, key, aboutOf(stack));
  if (plan === null)
    throw new CliError(
      `${file}: cannot be opened: it was saved with other secrets of the lab, or changed since; make it again with \`cdktf diff --out\``,
    );
  writeFileSync(target, plan, { mode: 0o600 });
}
