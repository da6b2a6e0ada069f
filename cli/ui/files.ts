/** Reads and writes small files, in one step: no reader sees one half written. */
import {
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
  readdirSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { withoutByteOrderMark } from "../../config/text.ts";
import { codeOf } from "./errors.ts";

/** The text of a file, without a byte order mark, or undefined when there is none. */
export function readIfThere(file: string): string | undefined {
  try {
    return withoutByteOrderMark(readFileSync(file, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Names of what is in a folder; none of one that is not there. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return [];
    throw error;
  }
}

/** Links in a row: Linux follows 40 of them. */
const MOST_LINKS = 40;

/** Where a path leads to, through links, also to what is not there yet. */
export function behind(file: string): string {
  let path = resolve(file);
  for (let links = 0; links < MOST_LINKS; links++) {
    try {
      return realpathSync(path);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
    }
    let target: string;
    try {
      target = readlinkSync(path);
    } catch {
      return path;
    }
    path = resolve(dirname(path), target);
  }
  return path;
}

/** Writes beside a file that is no link, and renames. Nothing is left behind where that fails. */
export function replace(file: string, content: string | Uint8Array, mode: number): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, content, { mode });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Writes a file of ours so that a reader sees the old content or the new one. A link stays one. */
export function writeAtomically(file: string, content: string | Uint8Array, mode = 0o600): void {
  replace(behind(file), content, mode);
}

/** Writes the file only if there is none yet; false when there is. */
export function createAtomically(file: string, text: string, mode = 0o600): boolean {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode });
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}
