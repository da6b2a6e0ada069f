/** Keeps backups of states, `<data>/backups/<stack>/<serial>-<time>.tfstate`, readable by their owner only, and restores them. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../../ui/errors.ts";
import { namesIn, writeAtomically } from "../../ui/files.ts";
import { addressOf } from "./location.ts";
import type { MoveTools } from "./move.ts";
import { parseState, type State } from "./state.ts";
import { DamagedState } from "./store.ts";
import { headOf, sameState, withSerial } from "./text.ts";

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

/** What a state would know otherwise, by address. */
export interface Differences {
  /** Known now and not by the backup: they stay as they are, and nothing here would know of them. */
  readonly forgotten: readonly string[];
  /** Known by the backup and not now. */
  readonly regained: readonly string[];
  /** Known by both, with other values. */
  readonly other: readonly string[];
}

/** A restore that is prepared and not done yet. */
export interface Restoring extends Differences {
  /** The serial that the state would have: above both. */
  readonly serial: number;
  /** Whether the state is what the backup says already, but for its serial. */
  readonly already: boolean;
  /** Keeps a copy of the present state, and writes the backup's over it. */
  restore(): Promise<void>;
}

/** Compares two states of one stack. */
export function differences(present: State, backup: State): Differences {
  const now = new Map(present.resources.map((resource) => [resource.address, resource]));
  const then = new Map(backup.resources.map((resource) => [resource.address, resource]));
  return {
    forgotten: [...now.keys()].filter((address) => !then.has(address)),
    regained: [...then.keys()].filter((address) => !now.has(address)),
    other: [...then].flatMap(([address, resource]) => {
      const known = now.get(address);
      return known === undefined || JSON.stringify(known) === JSON.stringify(resource) ? [] : [address];
    }),
  };
}

/** The present state of a stack; nothing where it is damaged, which a restore is to set right. */
export async function presentText(
  tools: MoveTools,
  stack: string,
): Promise<{ readonly text: string; readonly damaged: boolean }> {
  try {
    return { text: await tools.states.read(tools.whereabouts(stack).at, stack), damaged: false };
  } catch (error) {
    if (error instanceof DamagedState) return { text: "", damaged: true };
    throw error;
  }
}

/**
 * Compares a backup with the present state of a stack. Nothing is changed before `restore()`.
 *
 * @throws CliError for a backup that is no state, or of another lineage
 */
export async function prepareRestore(tools: MoveTools, stack: string, file: string): Promise<Restoring> {
  const { states } = tools;
  const { at } = tools.whereabouts(stack);
  const { text: present, damaged } = await presentText(tools, stack);
  const backup = await states.open(file, stack);
  const [now, then] = [headOf(present, addressOf(at)), headOf(backup, file)];
  if (then.lineage === "") throw new CliError(`${file}: holds no state`);
  if (now.lineage !== "" && now.lineage !== then.lineage)
    throw new CliError(`${file}: is of another state (lineage ${then.lineage}) than that of ${stack} (${now.lineage})`);
  const serial = Math.max(now.serial, then.serial) + 1;
  const text = withSerial(backup, serial);
  return {
    ...differences(parseState(present, addressOf(at)), parseState(backup, file)),
    serial,
    already: present !== "" && sameState(withSerial(present, serial), text),
    async restore() {
      if (!damaged) await tools.backUp(stack, at);
      await states.write(at, stack, text);
    },
  };
}
