/** Runs the tool on a state: reads as a plain child process; writes as a job, which survives this process. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { capture } from "../../clients/processes.ts";
import type { Interruption } from "../../ui/interruption.ts";
import type { Environment } from "../synth/environment.ts";
import { runJob } from "../terraform/job.ts";
import { removeRecord } from "../terraform/runner.ts";

interface ToolCall {
  readonly stack: string;
  readonly command: readonly string[];
  /** A state to be written: handed over as a file, named last. Null for calls that write none. */
  readonly state: string | null;
  readonly folder: string;
  readonly env: Environment;
}

interface ToolResult {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** How the tool is run on a state. */
export type RunTool = (call: ToolCall) => Promise<ToolResult>;

/** For commands that only look. */
export async function readOnly({ command, state, folder, env }: ToolCall): Promise<ToolResult> {
  if (state !== null) throw new Error("no state is written by a command that only looks");
  const [program = "", ...args] = command;
  const { error, stdout, stderr } = await capture(program, args, { cwd: folder, env: { ...env } });
  const errors = stderr.trim() === "" ? (error?.message ?? "") : stderr;
  return { code: error === null ? 0 : 1, output: stdout, errors };
}

/** What a pushed state is called while it is; the next run removes one that was left. */
const PUSHED = ".pushed";

/**
 * @param run the folder of records: the next run waits for a push whose cdktf is gone
 * @param interruption what asks a push to end
 */
export function toolRunner(run: string, interruption: Interruption): RunTool {
  return async (call) => {
    const { stack, command, state, folder, env } = call;
    if (state === null) return readOnly(call);
    const fileOf = (id: string): string => join(run, stack, `${id}${PUSHED}`);
    const { record, code, errors } = await runJob(
      {
        stack,
        verb: "push",
        command: (id) => {
          writeFileSync(fileOf(id), state, { mode: 0o600 });
          return [...command, fileOf(id)];
        },
        folder,
        env,
        run,
        onLine: () => undefined,
      },
      interruption,
    );
    const output = readFileSync(record.log, "utf8");
    rmSync(fileOf(record.id), { force: true });
    removeRecord(run, record);
    return { code, output, errors };
  };
}

function plain(errors: string): string {
  return stripVTControlCharacters(errors).replaceAll(/[│╷╵]/g, " ");
}

/** The first error that a tool prints, as one line. */
export function firstError(errors: string): string {
  const message = plain(errors).replace(/^.*?Error: /s, "");
  const line = message
    .replaceAll(/\s+/g, " ")
    .replaceAll(/,? (Request|Host)ID: [^ ,]*/g, "")
    .trim();
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
}

/** The lock that a tool ran into. */
export function lockOf(errors: string): { readonly id: string; readonly who: string } | null {
  const [, id, who] = /Lock Info:\s+ID:\s+(\S+)(?:.*?\n\s*Who:[ \t]+(\S+))?/s.exec(plain(errors)) ?? [];
  return id === undefined ? null : { id, who: who ?? "somebody" };
}
