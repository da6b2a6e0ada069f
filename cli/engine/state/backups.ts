/** Keeps backups of states: `<data>/backups/<stack>/<serial>-<time>.tfstate`, readable by their owner only. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../../ui/errors.ts";
import { writeAtomically, namesIn } from "../../ui/files.ts";
import { headOf } from "./text.ts";

/** How many are kept of a stack. */
export const KEPT = 20;

/** A copy of a state. */
export interface Backup {
  readonly file: string;
  readonly serial: number;
  /** ISO 8601, UTC, to the second. */
  readonly at: string;
}

const NAME = /^(\d+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.tfstate$/;

function folderOf(data: string, stack: string): string {
  return join(data, "backups", stack);
}

/** The backups of a stack, newest first. */
export function backupsOf(data: string, stack: string): readonly Backup[] {
  const folder = folderOf(data, stack);
  return namesIn(folder)
    .flatMap((name): readonly Backup[] => {
      const [, serial, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
      if (serial === undefined) return [];
      const at = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
      return [{ file: join(folder, name), serial: Number(serial), at }];
    })
    .sort((one, other) => (one.at === other.at ? other.serial - one.serial : one.at < other.at ? 1 : -1));
}

/** Serial and lineage of a backup. @throws CliError when it is no state */
function headOfFile(file: string): ReturnType<typeof headOf> {
  return headOf(readFileSync(file, "utf8"), file);
}

/**
 * Keeps a copy of a state, unless the newest copy is of the same serial and lineage, or there is no state.
 *
 * @param sealed the state as it is kept: encrypted where its place is
 * @returns the copy that now holds it; null where there is no state
 */
export function keepBackup(data: string, stack: string, sealed: string, now: Date): string | null {
  const { serial, lineage } = headOf(sealed, `the state of ${stack}`);
  if (lineage === "") return null;
  const [newest, ...older] = backupsOf(data, stack);
  if (newest?.serial === serial && headOfFile(newest.file).lineage === lineage) return newest.file;
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const file = join(folderOf(data, stack), `${serial}-${time}.tfstate`);
  writeAtomically(file, sealed);
  for (const backup of [newest, ...older].slice(KEPT - 1))
    if (backup !== undefined) rmSync(backup.file, { force: true });
  return file;
}

/** The backup that the user means. @throws CliError that names those there are */
export function chooseBackup(all: readonly Backup[], stack: string, serial: number): Backup {
  const found = all.find((backup) => backup.serial === serial);
  if (found !== undefined) return found;
  const there = [...new Set(all.map((backup) => backup.serial))].join(", ");
  throw new CliError(`--serial: got ${serial}, allowed ${there || "none"}: the backups of ${stack}`);
}
