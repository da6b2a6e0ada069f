/** Runs the tool on a state: reads as a plain child process; writes as a job, which survives this process. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { capture } from "../../clients/processes.ts";
import { CliError } from "../../ui/errors.ts";
import type { Interruption } from "../../ui/interruption.ts";
import type { Environment } from "../synth/environment.ts";
import { runJob } from "../terraform/job.ts";
import { removeRecord, type Runner } from "../terraform/runner.ts";
import type { Stack } from "../terraform/stack.ts";
import { stateOf, type StateReader, type StateResource } from "./state.ts";

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

/** For commands that only look. @param timeout in milliseconds; then the tool is ended. @default - as long as it takes */
export async function readOnly({ command, state, folder, env }: ToolCall, timeout?: number): Promise<ToolResult> {
  if (state !== null) throw new Error("no state is written by a command that only looks");
  const [program = "", ...args] = command;
  const deadline = timeout === undefined ? {} : ({ timeout, killSignal: "SIGKILL" } as const);
  const { error, stdout, stderr } = await capture(program, args, { cwd: folder, env: { ...env }, ...deadline });
  if (timeout !== undefined && error?.killed)
    return { code: 1, output: "", errors: `no answer in ${timeout / 1000} s` };
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

/** What it takes to run terraform or tofu on a stack and to read its state. */
export interface StackRunner extends Runner, StateReader {}

/**
 * Runs such a command.
 *
 * @param done whether the state is what it was to become: an exit code says less
 */
async function editState(
  runner: StackRunner,
  stack: Stack,
  env: Environment,
  args: readonly string[],
  done: (resources: readonly StateResource[]) => boolean,
): Promise<void> {
  const { error, stderr } = await capture(runner.binary.path, args, { cwd: stack.folder, env: { ...env } });
  if (error !== null) throw new CliError(`${stack.name}: ${args[0]} failed: ${stderr.trim()}`);
  if (!done((await stateOf(runner, stack)).resources))
    throw new CliError(
      `${stack.name}: \`${runner.binary.path} ${args.join(" ")}\` ended with exit code 0, and the state is as it was`,
    );
}

/** Makes the state forget objects; they stay as they are. */
export async function removeFromState(
  runner: StackRunner,
  stack: Stack,
  env: Environment,
  addresses: readonly string[],
): Promise<void> {
  if (addresses.length === 0) return;
  await editState(runner, stack, env, ["state", "rm", "-no-color", ...addresses], (resources) =>
    resources.every(({ address }) => !addresses.includes(address)),
  );
}

/** Has the next apply make objects again. */
export async function taint(
  runner: StackRunner,
  stack: Stack,
  env: Environment,
  addresses: readonly string[],
): Promise<void> {
  for (const named of addresses)
    await editState(runner, stack, env, ["taint", "-no-color", named], (resources) =>
      resources.some(({ address, tainted }) => address === named && tainted),
    );
}
