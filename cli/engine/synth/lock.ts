/**
 * One cdktf at a time in a LAB_HOME: both would write the same stacks and the same state. The lock is the kernel's, which lets
 * go of it when its holder dies, however it dies, and holds between containers that share the folder.
 */
import { mkdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError, messageOf } from "../../ui/errors.ts";
import { readIfThere, writeAtomically } from "../../ui/files.ts";

interface Lock {
  release(): void;
}

/** Who holds a lock, as they have written beside it. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  readonly since: string;
}

const POLL_MS = 200;
/** `SQLITE_BUSY`: somebody else has it. */
const BUSY = 5;

/** Takes the kernel's lock on a file; null when it is held. Node offers such locks only through SQLite. */
function takeNow(file: string): Lock | null {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    const held = database;
    return { release: () => held.close() };
  } catch (error) {
    database?.close();
    if (Reflect.get(Object(error), "errcode") === BUSY) return null;
    throw new CliError(`${file}: cannot be locked (${messageOf(error)}): is its folder on a disk that has file locks?`);
  }
}

/** The kernel's lock is on a file of its own: nobody may close, or replace, a file that is locked. */
function kernelFile(file: string): string {
  return `${file}.held`;
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== "object" || value === null) return false;
  const { pid, host, command, since } = Object(value);
  return typeof pid === "number" && [host, command, since].every((each) => typeof each === "string");
}

function written(file: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readIfThere(file) ?? "");
    return isHolder(value) ? value : null;
  } catch {
    return null; // nobody, or somebody who is just writing it
  }
}

/** Who holds a lock now; null when nobody does, whatever one that died has left. */
export function holderOf(file: string): Holder | null {
  const holder = written(file);
  if (holder === null) return null;
  const free = takeNow(kernelFile(file));
  free?.release();
  return free === null ? holder : null;
}

/** `cdktf deploy, process 12, since …`, and on which machine or in which container where that is not this one. */
export function describeHolder({ command, pid, host, since }: Holder): string {
  return `${command}, process ${pid}${host === hostname() ? "" : ` on ${host}`}, since ${since}`;
}

/**
 * Takes the lock, waiting for another cdktf to end.
 *
 * @param command what to call us to those who wait
 * @param waiting called once, with who holds it
 * @throws CliError where the folder's disk has no locks
 */
export async function takeLock(
  file: string,
  command: string,
  waiting: (line: string) => void,
  signal: AbortSignal,
): Promise<Lock> {
  const holder: Holder = { pid: process.pid, host: hostname(), command, since: new Date().toISOString() };
  const own = JSON.stringify(holder);
  let held = takeNow(kernelFile(file));
  for (let announced = false; held === null; held = takeNow(kernelFile(file))) {
    const other = written(file);
    if (!announced && other !== null) {
      announced = true;
      waiting(`another cdktf works in this LAB_HOME (${describeHolder(other)}): waiting for it to end`);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
  writeAtomically(file, own);
  const lock = held;
  const leave = (): void => {
    if (readIfThere(file) === own) rmSync(file);
  };
  // What ends us beside all that waits, such as an error that an app throws late, leaves nothing either.
  process.once("exit", leave);
  return {
    release: () => {
      process.off("exit", leave);
      leave();
      lock.release();
    },
  };
}

/** Does `work` while nobody else has the lock, see `takeLock`. */
export async function withLock<T>(
  file: string,
  command: string,
  waiting: (line: string) => void,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await takeLock(file, command, waiting, signal);
  try {
    return await work();
  } finally {
    lock.release();
  }
}
