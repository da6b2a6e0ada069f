/** Programs that use Dagger's SDK, which jest cannot load: each runs on a Node of its own, against a fake session. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const ROOT = join(__dirname, "../..");

export interface Outcome {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly output: string;
  readonly error: string;
}

export interface Running {
  readonly pid: number | undefined;
  readonly outcome: Promise<Outcome>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a program of this folder with one argument, JSON. Of the environment it gets PATH and `env` only. */
export function start(program: string, job: unknown, env: Readonly<Record<string, string>>): Running {
  const run = join(ROOT, "cli/bin/run.js");
  const child = spawn(process.execPath, [run, join(__dirname, program), JSON.stringify(job)], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      said.then(([output, error]) => resolve({ code, output: output.trim(), error: error.trim() }), reject);
    });
  });
  return { pid: child.pid, outcome, kill: (signal) => void child.kill(signal) };
}

/** Runs it to its end. */
export async function run(program: string, job: unknown, env: Readonly<Record<string, string>>): Promise<Outcome> {
  return await start(program, job, env).outcome;
}
