/**
 * Runs terraform or tofu so that nothing that happens to us can hurt it: in a session of its own, writing to files
 * rather than to a pipe, which would end it in mid-create when we are killed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, readSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { CliError, codeOf } from "../../ui/errors.ts";
import type { Interruption } from "../../ui/interruption.ts";
import { waitUntil } from "../../ui/wait.ts";
import type { Environment } from "../synth/environment.ts";
import { addedArguments } from "./binary.ts";
import { runOutcome, type RunRecord, writeRecord } from "./runner.ts";

const POLL_MS = 100;

/** What is run, and how. */
export interface Job {
  readonly stack: string;
  readonly verb: RunRecord["verb"];
  /** Program and arguments, given the id of the run, which must be among them. */
  command(id: string): readonly string[];
  readonly folder: string;
  readonly env: Environment;
  readonly run: string;
  readonly onLine: (line: string) => void;
  /** Called when the command has been asked to end. */
  readonly onInterrupt?: () => void;
}

interface Ended {
  readonly record: RunRecord;
  /** 128 + n where signal n ended it. */
  readonly code: number;
  /** What it wrote on stderr. */
  readonly errors: string;
  /** Its output ends in mid-line, though it ended by itself. */
  readonly cut: boolean;
}

/**
 * Signals reach the whole group; the shell outlives them to write down how the command ended. When that was killed, its
 * scripts and plugins are ended too: nobody would hear of what they do. Nothing it makes is readable by others: states and
 * plans hold secrets.
 */
const WRAPPER = [
  "umask 077; trap : INT TERM HUP; exit=$1; shift",
  '"$@"; code=$?',
  "[ $code -gt 128 ] && kill -TERM 0",
  'echo $code >"$exit.tmp" && mv "$exit.tmp" "$exit"',
  "exit $code",
].join("\n");

/** What a shell says of a command that was killed; the exit code says it too. */
const SHELL_WORDS = /^(Killed|Terminated)\s*$/m;

function endsInMidLine(log: string): boolean {
  const size = statSync(log).size;
  if (size === 0) return false;
  const descriptor = openSync(log, "r");
  try {
    const last = Buffer.alloc(1);
    readSync(descriptor, last, 0, 1, size - 1);
    return last[0] !== 10;
  } finally {
    closeSync(descriptor);
  }
}

function recordOf(job: Job, id: string, command: readonly string[]): RunRecord {
  const file = (ending: string): string => join(job.run, job.stack, `${job.verb}.${ending}`);
  return {
    stack: job.stack,
    verb: job.verb,
    id,
    command: [...command],
    folder: job.folder,
    log: file("log"),
    errors: file("err"),
    exit: file("exit"),
    startedAt: new Date().toISOString(),
  };
}

/** Writes down that the command runs, and starts it under the wrapper, in a session of its own. */
function start(record: RunRecord, job: Job): ChildProcess {
  const { id, command, exit } = record;
  const [log, errors] = [openSync(record.log, "w", 0o600), openSync(record.errors, "w", 0o600)];
  // Before the start: being killed right after it must not leave a process that nobody knows.
  writeRecord(job.run, record);
  const child = spawn("/bin/sh", ["-c", WRAPPER, id, exit, ...command], {
    cwd: job.folder,
    env: { ...job.env },
    detached: true,
    stdio: ["ignore", log, errors],
  });
  closeSync(log);
  closeSync(errors);
  return child;
}

/** How it ended, and what it said; `code` is the wrapper's own. */
function endOf(record: RunRecord, job: Job, code: number): Ended {
  const said = readFileSync(record.errors, "utf8").replace(SHELL_WORDS, "");
  // 2 is that of a plan with changes; more than 128 that of a signal.
  const failed = code !== 0 && code !== 2 && code < 128;
  const added = failed ? addedArguments(job.env, record.command[1] ?? "") : "";
  return {
    record,
    code,
    cut: code < 128 && endsInMidLine(record.log),
    errors: added === "" ? said : `${said.trimEnd()}\n${added}\n`,
  };
}

/** Runs a job to its end. The record stays: whoever understands the outcome removes it. */
export async function runJob(job: Job, interruption: Interruption): Promise<Ended> {
  mkdirSync(join(job.run, job.stack), { recursive: true, mode: 0o700 });
  const id = `run-${randomBytes(8).toString("hex")}`;
  const command = job.command(id);
  const record = recordOf(job, id, command);
  rmSync(record.exit, { force: true });
  const child = start(record, job);
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error) => reject(new CliError(`cannot start ${command[0]}: ${error.message}`)));
    child.once("exit", (code) => resolve(code ?? 137));
  });
  const interrupt = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGINT");
      job.onInterrupt?.();
    } catch {
      // It has just ended.
    }
  };
  const tail = followLines(record.log, job.onLine);
  interruption.signal.addEventListener("abort", interrupt, { once: true });
  const forget = interruption.onSecondSignal(interrupt);
  if (interruption.signal.aborted) interrupt();
  try {
    const code = await ended;
    // The shell alone may have been killed: what it ran goes on, and has to be waited for.
    await waitUntil(() => runOutcome(record) !== "running", { pollMs: POLL_MS });
    return endOf(record, job, code);
  } finally {
    tail.finish();
    interruption.signal.removeEventListener("abort", interrupt);
    forget();
  }
}

const FOLLOW_MS = 40;
const CHUNK = 64 * 1024;

interface Tail {
  /** Reads what is left, hands out a last line without an end too, and closes. */
  finish(): void;
}

/**
 * Follows a file that another process writes: calls `onLine` for every line there is and will be. Polls: a look at the end
 * of a file costs microseconds.
 */
export function followLines(file: string, onLine: (line: string) => void): Tail {
  let descriptor: number | undefined;
  let rest = Buffer.alloc(0);
  const buffer = Buffer.alloc(CHUNK);
  const read = (): void => {
    try {
      descriptor ??= openSync(file, "r");
    } catch (error) {
      if (codeOf(error) === "ENOENT") return;
      throw error;
    }
    for (let count = readSync(descriptor, buffer); count > 0; count = readSync(descriptor, buffer)) {
      let text = Buffer.concat([rest, buffer.subarray(0, count)]);
      for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10)) {
        onLine(text.toString("utf8", 0, end));
        text = text.subarray(end + 1);
      }
      rest = text;
    }
  };
  const timer = setInterval(read, FOLLOW_MS);
  return {
    finish() {
      clearInterval(timer);
      read();
      if (rest.length > 0) onLine(rest.toString("utf8"));
      rest = Buffer.alloc(0);
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
