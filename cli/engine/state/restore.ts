/** Restores the state of a stack from a backup, in one write. */
import { CliError } from "../../ui/errors.ts";
import { addressOf } from "./location.ts";
import type { MoveTools } from "./move.ts";
import { parseState, type State } from "./state.ts";
import { DamagedState } from "./state-file.ts";
import { headOf, sameState, withSerial } from "./text.ts";

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
