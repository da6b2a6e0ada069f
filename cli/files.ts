/** Small files that must never be seen half written. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { withoutByteOrderMark } from "../config/text.ts";
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

/** Writes beside the file and renames, so that a reader sees the old text or the new one. */
export function writeAtomically(file: string, text: string, mode = 0o600): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, file);
}

/** Writes the file only if there is none yet; false when there is. */
export function createAtomically(file: string, text: string, mode = 0o600): boolean {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode });
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}
