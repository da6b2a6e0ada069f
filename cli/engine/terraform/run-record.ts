/** Records each run of the tool on disk, so that the next command knows of it. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { processesWith } from "../../clients/processes.ts";
import { CliError } from "../../ui/errors.ts";
import { readIfThere, writeAtomically, namesIn } from "../../ui/files.ts";

const recordSchema = z.object({
  stack: z.string(),
  verb: z.enum(["init", "plan", "apply", "push"]),
  /** Unique; it is on the command line of what we started, and so tells whether that still lives. */
  id: z.string(),
  command: z.array(z.string()),
  folder: z.string(),
  log: z.string(),
  errors: z.string(),
  /** Written, with the exit code, by the shell around the command. */
  exit: z.string(),
  startedAt: z.string(),
});
/** The record of one run. */
export type RunRecord = z.infer<typeof recordSchema>;

/** An `init` has one of its own: it may run while the outcome of the last apply is still being taken into account. */
function recordFile(run: string, { stack, verb }: Pick<RunRecord, "stack" | "verb">): string {
  return join(run, verb === "init" ? `${stack}.init.json` : `${stack}.json`);
}

/** Writes it into the folder of runs, in place of the one before. */
export function writeRecord(run: string, record: RunRecord): void {
  writeAtomically(recordFile(run, record), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Removes it; there may be none. */
export function removeRecord(run: string, record: Pick<RunRecord, "stack" | "verb">): void {
  rmSync(recordFile(run, record), { force: true });
}

/**
 * The records in a run folder.
 *
 * @throws CliError for one that cannot be read: what it stands for may still run, or have lost something
 */
export function readRecords(run: string): readonly RunRecord[] {
  return namesIn(run)
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const file = join(run, name);
      try {
        return recordSchema.parse(JSON.parse(readIfThere(file) ?? ""));
      } catch {
        throw new CliError(
          `${file}: the record of an earlier run cannot be read; see in the logs beside it how that ended, then delete it`,
        );
      }
    });
}

/** `running`; or the exit code; or `died`, when nothing of it is left to write one. */
export function runOutcome(record: RunRecord): "running" | "died" | number {
  const code = exitCodeOf(record);
  if (code !== undefined) return code;
  if (processesWith(record.id).length > 0) return "running";
  // It may have ended between the two looks.
  return exitCodeOf(record) ?? "died";
}

function exitCodeOf({ exit }: RunRecord): number | undefined {
  const text = readIfThere(exit)?.trim();
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}
