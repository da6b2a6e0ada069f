/**
 * Moves the state of one stack to where the config says. Each step can be done again: after a kill between any two of them
 * the record of whereabouts says where to go on. It turns to the new place only when that gives back what it was given.
 */
import { CliError } from "../../ui/errors.ts";
import { addressOf, describeLocation, sameLocation, type StateLocation } from "./location.ts";
import { isDeployed, parseState } from "./state.ts";
import type { StateStore } from "./store.ts";
import { headOf, movedTo, sameState, withMoved } from "./text.ts";
import type { Whereabouts } from "./whereabouts.ts";
import { plural } from "../../ui/words.ts";

/** What it takes to move a state. */
export interface MoveTools {
  readonly states: StateStore;
  whereabouts(stack: string): Whereabouts;
  setWhereabouts(stack: string, whereabouts: Whereabouts): void;
  /** Keeps a copy of a state as it is at a place. */
  backUp(stack: string, place: StateLocation): Promise<void>;
}

/** A state that was moved. */
export interface Moved {
  readonly from: StateLocation;
  readonly to: StateLocation;
  readonly serial: number;
  /** How many objects it holds. */
  readonly objects: number;
}

/** Refuses to write over what is not an older copy of the same state. */
function requireRoom(stack: string, to: StateLocation, there: string, text: string): void {
  const where = addressOf(to);
  const found = parseState(there, where);
  if (there.trim() === "" || (!isDeployed(found) && movedTo(there) === null)) return;
  const { serial, lineage } = headOf(text, `the state of ${stack}`);
  if (found.lineage !== lineage) {
    throw new CliError(
      `${where} holds another state (lineage ${found.lineage}, ${plural(found.resources.length, "object")}), not that of ${stack} (lineage ${lineage}): ` +
        "give this lab another state.prefix, or empty that place",
    );
  }
  if (found.serial <= serial || movedTo(there) !== null || sameState(there, text)) return;
  throw new CliError(
    `${where} holds a newer state of ${stack} (serial ${found.serial}) than the one to be moved (serial ${serial}): ` +
      "somebody has deployed from there; see which one is right, and empty the other place",
  );
}

/**
 * Has nobody deploy from a copy: it stays as it is, with an output that says where the state is.
 *
 * @throws CliError when somebody has deployed from it meanwhile: a lock is held for each write, not for a whole move
 */
async function mark(states: StateStore, stack: string, copy: StateLocation, at: StateLocation): Promise<void> {
  const text = await states.read(copy, stack);
  const found = parseState(text, addressOf(copy));
  if (!isDeployed(found) || movedTo(text) !== null) return;
  const { serial, lineage } = headOf(await states.read(at, stack), addressOf(at));
  if (found.lineage === lineage && found.serial > serial)
    throw new CliError(
      `somebody deployed ${stack} from ${describeLocation(copy)} (serial ${found.serial}) after its state was copied to ` +
        `${describeLocation(at)} (serial ${serial}): see which one is right, and empty the other place`,
    );
  await states.write(copy, stack, withMoved(text, addressOf(at)));
}

/**
 * @returns what was moved; null where the state is there already, or where there is none
 * @throws CliError when the new place holds something else; nothing was changed then
 */
export async function moveState(tools: MoveTools, stack: string, to: StateLocation): Promise<Moved | null> {
  const { states } = tools;
  const settle = async (at: StateLocation, copy: StateLocation | null): Promise<void> => {
    if (copy !== null) await mark(states, stack, copy, at);
    tools.setWhereabouts(stack, { at, copy: null });
  };
  const { at, copy } = tools.whereabouts(stack);
  if (copy !== null) await settle(at, copy);
  const text = await states.read(at, stack);
  const { serial, lineage } = headOf(text, addressOf(at));
  const gone = movedTo(text);
  if (gone !== null && gone !== addressOf(to))
    throw new CliError(
      `${describeLocation(at)} is a copy: the state of ${stack} was moved to ${gone}; set \`state\` to that first`,
    );
  if (sameLocation(at, to) || lineage === "" || gone !== null) {
    await settle(to, null);
    return null;
  }
  requireRoom(stack, to, await states.read(to, stack), text);
  await tools.backUp(stack, at);
  // Encrypting a state where it is makes no copy of it.
  const apart = addressOf(at) !== addressOf(to);
  tools.setWhereabouts(stack, { at, copy: apart ? to : null });
  await states.write(to, stack, text);
  tools.setWhereabouts(stack, { at: to, copy: apart ? at : null });
  await settle(to, apart ? at : null);
  return { from: at, to, serial, objects: parseState(text, addressOf(at)).resources.length };
}
