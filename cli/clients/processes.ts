/** Runs programs to their end, and finds processes of the lab by their command lines, as process ids are reused. */
import {
  execFileSync,
  execFile,
  type ExecFileException,
  type ExecFileOptions,
  type ChildProcess,
} from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process of this machine. */
export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

function fromProc(): readonly RunningProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // A process that has ended but is not yet waited for has an empty command line.
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return command === "" ? [] : [{ pid: Number(name), command }];
      } catch {
        return []; // ended while we looked
      }
    });
}

function fromPs(): readonly RunningProcess[] {
  return execFileSync("ps", ["-A", "-ww", "-o", "pid=,args="], { encoding: "utf8", maxBuffer: 64 << 20 })
    .split("\n")
    .flatMap((line) => {
      const found = /^\s*(\d+)\s+(.+)$/.exec(line);
      return found?.[2] === undefined ? [] : [{ pid: Number(found[1]), command: found[2] }];
    });
}

/** The processes whose command line has `marker`, but for this one. */
export function processesWith(marker: string): readonly RunningProcess[] {
  const all = process.platform === "linux" ? fromProc() : fromPs();
  return all.filter(({ pid, command }) => pid !== process.pid && command.includes(marker));
}

/**
 * Something that distinguishes a process from a later one with the same id: when it started. Null when there is no such process.
 */
export function startOf(pid: number): string | null {
  try {
    if (process.platform !== "linux") {
      const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
      return started.trim() === "" ? null : started.trim();
    }
    // Field 22, counted after the command name, which may itself hold spaces and parentheses.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\)\s/s, "")
      .split(" ");
    if (fields[0] === "Z") return null;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[19]}`;
  } catch {
    return null;
  }
}

/** What a program came to that was run to its end. */
export interface Captured {
  /** Null where it ended with exit code 0. */
  readonly error: ExecFileException | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Much for a program that prints states and plans, in bytes: a few hundred objects are some MB. */
const MOST_OUTPUT = 512 << 20;

/** Runs a program to its end and keeps what it prints. Never throws, also where there is no such program. */
export function capture(
  program: string,
  args: readonly string[],
  options: Omit<ExecFileOptions, "encoding"> & { readonly input?: string } = {},
): Promise<Captured> {
  const { input, ...rest } = options;
  return new Promise((resolve) => {
    const child = execFile(program, args, { maxBuffer: MOST_OUTPUT, ...rest }, (error, stdout, stderr) =>
      resolve({ error, stdout: String(stdout), stderr: String(stderr) }),
    );
    // One that ends before it has read all says why itself.
    if (input !== undefined) child.stdin?.on("error", () => undefined).end(input);
  });
}

/** How a program ends whose output is closed too: its exit code, or the signal that ended it. @throws Error where it cannot be run */
export function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, by) => resolve(by ?? code ?? 1));
  });
}
