/** What it takes to run terraform or tofu on a stack. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { processesWith } from "../../clients/processes.ts";
import { CliError } from "../../ui/errors.ts";
import { namesIn, readIfThere, writeAtomically } from "../../ui/files.ts";
import type { Interruption } from "../../ui/interruption.ts";
import type { Terminal } from "../../ui/terminal.ts";
import type { Project } from "../synth/project.ts";
import type { Binary, KnownTools } from "./binary.ts";

/** The tool, and what it is run with. */
export interface Runner {
  readonly project: Project;
  readonly terminal: Terminal;
  readonly interruption: Interruption;
  readonly binary: Binary;
  readonly tools: KnownTools;
  /** Keeps inits from each other, and from what runs providers, where they share a cache. */
  readonly plugins: PluginTurns;
  /** The configuration by which the sandbox has real providers; undefined where there are none. */
  readonly providerConfig: string | undefined;
}

/**
 * Who may use the plugin cache. Terraform's `init` writes into it whatever is there already, so of two at once, and of one
 * beside a plan whose provider runs from there, one fails: "text file busy" (hashicorp/terraform#31964, #32915).
 */
interface PluginTurns {
  /** Runs what installs providers: beside nothing else. */
  installing<T>(work: () => Promise<T>): Promise<T>;
  /** Runs what starts providers: beside others that do. */
  running<T>(work: () => Promise<T>): Promise<T>;
}

/** Without a cache every stack has files of its own. */
const FREE: PluginTurns = { installing: (work) => work(), running: (work) => work() };

/** In the order in which they were asked for, so that an `init` is not kept waiting by ever new plans. */
function inTurn(): PluginTurns {
  let installed: Promise<unknown> = Promise.resolve();
  let running: Promise<unknown>[] = [];
  return {
    installing(work) {
      const turn = Promise.all([installed, ...running]).then(work);
      installed = turn.catch(() => undefined);
      running = [];
      return turn;
    },
    running(work) {
      const turn = installed.then(work);
      running.push(turn.catch(() => undefined));
      return turn;
    },
  };
}

/** @param shared whether all stacks install into one cache */
export function pluginTurns(shared: boolean): PluginTurns {
  return shared ? inTurn() : FREE;
}

const recordSchema = z.object({
  stack: z.string(),
  verb: z.enum(["init", "plan", "apply", "push"]),
  /** Unique; it is on the command line of what we started, which shows whether that still lives. */
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
