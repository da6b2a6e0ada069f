/**
 * Moves the state of one stack to where the config says. Each step can be done again: whoever is killed between two of them
 * goes on where the record of whereabouts says. That turns to the new place only when this gives back what it was given.
 */
import { CliError } from "../errors.ts";
import { isDeployed, parseState } from "../terraform/state.ts";
import { addressOf, type Place, samePlace, toldPlace } from "./place.ts";
import type { StateStore } from "./store.ts";
import { headOf, movedTo, sameState, withMoved } from "./text.ts";
import type { Whereabouts } from "./where.ts";

export interface MoveTools {
  readonly states: StateStore;
  whereabouts(stack: string): Whereabouts;
  setWhereabouts(stack: string, whereabouts: Whereabouts): void;
  /** Keeps a copy of a state as it is at a place. */
  backUp(stack: string, place: Place): Promise<void>;
}

export interface Moved {
  readonly from: Place;
  readonly to: Place;
  readonly serial: number;
  /** How many objects it holds. */
  readonly objects: number;
}

/** Refuses to write over what is not an older copy of the same state. */
function requireRoom(stack: string, to: Place, there: string, text: string): void {
  const where = addressOf(to);
  const found = parseState(there, where);
  if (there.trim() === "" || (!isDeployed(found) && movedTo(there) === null)) return;
  const { serial, lineage } = headOf(text, `the state of ${stack}`);
  if (found.lineage !== lineage) {
    const objects = `${found.resources.length} ${found.resources.length === 1 ? "object" : "objects"}`;
    throw new CliError(
      `${where} holds another state (lineage ${found.lineage}, ${objects}), not that of ${stack} (lineage ${lineage}): ` +
        "give this lab another state.prefix, or empty that place",
    );
  }
  if (found.serial <= serial || movedTo(there) !== null || sameState(there, text)) return;
  throw new CliError(
    `${where} holds a newer state of ${stack} (serial ${found.serial}) than the one to be moved (serial ${serial}): ` +
      "somebody has deployed from there; see which one is right, and empty the other place",
  );
}

/** Has nobody deploy from a place that was left: what is there stays, with an output that says where it went. */
async function mark(states: StateStore, stack: string, place: Place, to: Place): Promise<void> {
  const text = await states.read(place, stack);
  if (text.trim() === "" || movedTo(text) !== null) return;
  await states.write(place, stack, withMoved(text, toldPlace(to)));
}

/**
 * @returns what was moved; null where the state is there already, or where there is none
 * @throws CliError when the new place holds something else; nothing was changed then
 */
export async function moveState(tools: MoveTools, stack: string, to: Place): Promise<Moved | null> {
  const { states } = tools;
  const { at, leaving } = tools.whereabouts(stack);
  if (leaving !== null) {
    await mark(states, stack, leaving, at);
    tools.setWhereabouts(stack, { at, leaving: null });
  }
  if (samePlace(at, to)) return null;
  const text = await states.read(at, stack);
  const { serial, lineage } = headOf(text, addressOf(at));
  if (lineage === "") {
    tools.setWhereabouts(stack, { at: to, leaving: null });
    return null;
  }
  requireRoom(stack, to, await states.read(to, stack), text);
  await tools.backUp(stack, at);
  await states.write(to, stack, text);
  if (!sameState(await states.read(to, stack), text))
    throw new CliError(`${addressOf(to)} does not give back what was written there of the state of ${stack}`);
  // Encrypting a state where it is leaves no place behind.
  const left = addressOf(at) === addressOf(to) ? null : at;
  tools.setWhereabouts(stack, { at: to, leaving: left });
  if (left !== null) {
    await mark(states, stack, left, to);
    tools.setWhereabouts(stack, { at: to, leaving: null });
  }
  return { from: at, to, serial, objects: parseState(text, addressOf(at)).resources.length };
}
