/**
 * What `diff --out` saves: not the plans, which hold secrets and code, but what each of them does. `deploy --plan` plans anew
 * and does no more than that. A MAC vouches for it; nothing secret can be read in the folder.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CliError, messageOf } from "../errors.ts";
import { readIfThere, writeAtomically } from "../files.ts";
import { isMacOf, macOf, type ReviewKey } from "./mac.ts";

const action = z.enum(["create", "update", "replace", "delete", "import", "forget"]);

const savedStack = z.strictObject({
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
  stacks: z.array(savedStack),
});

export type SavedStack = z.infer<typeof savedStack>;
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
