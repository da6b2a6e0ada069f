/** Writes to a path that a user names, whatever it is: a file, a link, a pipe, a terminal. */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  realpathSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError, codeOf, messageOf } from "./errors.ts";
import { behind, replace } from "./files.ts";

/** What a path that a user names leads to. */
type Target =
  /** Nothing yet. */
  | { readonly kind: "absent"; readonly file: string }
  | { readonly kind: "file"; readonly file: string; readonly stats: Stats }
  /** What takes text as it comes: a terminal, a pipe, /dev/null. */
  | { readonly kind: "stream"; readonly file: string }
  /** Our own stdout or stderr, whatever that is. */
  | { readonly kind: "own"; readonly descriptor: 1 | 2 };

function statsOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function ownDescriptor(stats: Stats): 1 | 2 | undefined {
  return ([1, 2] as const).find((descriptor) => {
    try {
      const { dev, ino } = fstatSync(descriptor);
      return dev === stats.dev && ino === stats.ino;
    } catch {
      return false; // closed
    }
  });
}

/** Where nothing but ours is behind a name, as behind /dev/stdout: a file is its own, and may be replaced. */
const OF_PROCESS = /^\/(?:dev|proc)\//;

function cannot(file: string, why: string): CliError {
  return new CliError(`${file}: cannot be written: ${why}`);
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: "it is not yours to write (permission denied)",
  EPERM: "it is not yours to write (not permitted)",
  EROFS: "its file system is read-only",
  ENOSPC: "no space is left",
  EDQUOT: "your quota of disk space is used up",
  ENOTDIR: "a part of the path is a file, where a folder is wanted",
  EEXIST: "a part of the path is a file, where a folder is wanted",
  EISDIR: "it is a folder: name a file in it",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "the name is too long",
  ENXIO: "nobody reads from it: start its reader first",
  EPIPE: "its reader is gone",
};

function describeError(file: string, error: unknown): CliError {
  if (error instanceof CliError) return error;
  return cannot(file, WHY[codeOf(error) ?? ""] ?? messageOf(error));
}

/**
 * Classifies a path, and refuses what no text can be written to. Nothing is written, opened or made.
 *
 * @throws CliError for a folder, a disk, and what is not ours to write
 */
export function targetOf(path: string): Target {
  try {
    const stats = statsOf(path);
    if (stats === undefined) {
      const file = behind(path);
      if (path.endsWith("/")) throw cannot(path, "it names a folder: name a file in it");
      return { kind: "absent", file };
    }
    if (stats.isDirectory()) throw cannot(path, "it is a folder: name a file in it");
    if (stats.isBlockDevice()) throw cannot(path, "it is a disk");
    const own = ownDescriptor(stats);
    if (own !== undefined && (!stats.isFile() || OF_PROCESS.test(resolve(path))))
      return { kind: "own", descriptor: own };
    accessSync(path, constants.W_OK);
    if (!stats.isFile()) return { kind: "stream", file: path };
    return { kind: "file", file: realpathSync(path), stats };
  } catch (error) {
    throw describeError(path, error);
  }
}

/** For a folder that a user names, before the work that ends in it. @throws CliError where there is something else */
export function requireFolder(path: string): void {
  try {
    if (statsOf(path)?.isDirectory() === false)
      throw new CliError(`${path}: is a file, where a folder is wanted: name another`);
  } catch (error) {
    throw describeError(path, error);
  }
}

/** How long until a full pipe is looked at again, in milliseconds. */
const FULL_MS = 20;

async function writeThrough(descriptor: number, text: string, signal: AbortSignal | undefined): Promise<void> {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      await sleep(FULL_MS, undefined, { ...(signal && { signal }) });
    }
  }
}

interface UserFileOptions {
  /** Of a file that is made. @default 0o600 */
  readonly mode?: number;
  /** Whether others may not read it, also where a file was there that they could. @default false */
  readonly secret?: boolean;
  /** Gives up on a reader that does not read. @default - waits */
  readonly signal?: AbortSignal;
}

/** A file in a folder that is not ours may still be written to, if not in one step. */
function replaceOrFill(file: string, text: string, mode: number): void {
  try {
    replace(file, text, mode);
  } catch (error) {
    if (codeOf(error) !== "EACCES" && codeOf(error) !== "EPERM") throw error;
    writeFileSync(file, text);
  }
}

/**
 * Writes text to what a user has named, by what that is: a file in one step, with the rights that it had; a link's target;
 * a pipe, a terminal or a device as it comes. Nothing is left behind where it fails.
 *
 * @throws CliError in one line
 */
export async function writeUserFile(path: string, text: string, options: UserFileOptions = {}): Promise<void> {
  const { mode = 0o600, secret = false, signal } = options;
  const target = targetOf(path);
  try {
    switch (target.kind) {
      case "absent":
        return replace(target.file, text, mode);
      case "file": {
        const kept = target.stats.mode & 0o777 & (secret ? 0o700 : 0o777);
        replaceOrFill(target.file, text, kept);
        // What was made may have less, by the umask.
        chmodSync(target.file, kept);
        return undefined;
      }
      case "own":
        return await writeThrough(target.descriptor, text, signal);
      case "stream": {
        // Without waiting for a reader that may never come.
        const descriptor = openSync(target.file, constants.O_WRONLY | constants.O_NONBLOCK);
        try {
          return await writeThrough(descriptor, text, signal);
        } finally {
          closeSync(descriptor);
        }
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw describeError(path, error);
  }
}
