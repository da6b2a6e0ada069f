/**
 * What the tool could not save of a state, as on a full disk. It leaves it in `errored.tfstate` beside the stack and, where
 * there is no room for that either, in what it says: "Emergency state dump" (Terraform 1.11.4, OpenTofu 1.12.6: tried).
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CliError, messageOf } from "../../ui/errors.ts";
import { readIfThere } from "../../ui/files.ts";
import { near, plural } from "../../ui/words.ts";
import type { Stack } from "../terraform/stack.ts";
import { describeLocation, locationOf } from "./location.ts";
import { parseState, type StateReader } from "./state.ts";
import { DamagedState } from "./store.ts";
import { sameState, wholeHead } from "./text.ts";

interface Unsaved {
  readonly text: string;
  /** The file that holds it. */
  readonly file: string;
}

/** The state in a line of the log, as it stands there: printed anew a number might be rounded. */
function dumpIn(log: string): string | null {
  const line = log.split("\n").findLast((each) => each.includes('"Emergency state dump"'));
  if (line === undefined) return null;
  const [begin, end] = [line.indexOf('"state":'), line.lastIndexOf(',"type":"')];
  const text = line.slice(begin + '"state":'.length, end);
  return begin >= 0 && wholeHead(text) !== null ? text : null;
}

function erroredIn(folder: string): string {
  return join(folder, "errored.tfstate");
}

function unsavedOf(folder: string, log: string | null): Unsaved | null {
  const file = erroredIn(folder);
  const text = readIfThere(file) ?? "";
  if (wholeHead(text) !== null) return { text, file };
  const dump = log === null ? null : dumpIn(readIfThere(log) ?? "");
  return dump === null || log === null ? null : { text: dump, file: log };
}

/** The present state; null where it is damaged. */
async function presentOf({ states, encryptedState }: StateReader, stack: Stack): Promise<string | null> {
  try {
    return await states.read(locationOf(stack, encryptedState), stack.name);
  } catch (error) {
    if (error instanceof DamagedState) return null;
    throw error;
  }
}

/**
 * Puts back what a run could not save of its state, where there is such a thing.
 *
 * @param log of the apply that is still to be taken into account; null where there is none
 * @throws CliError where two states do not belong together, or there is no room yet; nothing is lost then
 */
export async function recoverUnsavedState(
  lab: StateReader,
  stack: Stack,
  log: string | null,
  say: (line: string) => void,
): Promise<void> {
  const errored = erroredIn(stack.folder);
  if (!existsSync(errored) && log === null) return;
  const unsaved = unsavedOf(stack.folder, log);
  if (unsaved === null) {
    // Not whole: there was no room for it either.
    rmSync(errored, { force: true });
    return;
  }
  const { text, file } = unsaved;
  const place = locationOf(stack, lab.encryptedState);
  const present = await presentOf(lab, stack);
  const [now, then] = [present === null ? null : wholeHead(present), wholeHead(text)];
  if (then === null) return;
  if (present !== null && now !== null) {
    if (sameState(present, text) || (now.lineage === then.lineage && file !== errored && now.serial >= then.serial)) {
      rmSync(errored, { force: true });
      return;
    }
    if (now.lineage !== then.lineage || now.serial >= then.serial)
      throw new CliError(
        `${stack.name}: ${near(file)} holds a state that an earlier run could not save (serial ${then.serial}, lineage ` +
          `${then.lineage}), and ${describeLocation(place)} has gone on (serial ${now.serial}, lineage ${now.lineage}): see which is right, and delete the other`,
      );
  }
  try {
    await lab.states.write(place, stack.name, text);
  } catch (error) {
    throw new CliError(
      `${stack.name}: its state could not be saved (${messageOf(error)}), and ${near(file)} holds it: make room, then run this again`,
    );
  }
  rmSync(errored, { force: true });
  const { resources } = parseState(text, file);
  say(
    `${stack.name}: its state could not be saved by the run that changed it, and is back from ${near(file)}: ` +
      `serial ${then.serial}, ${plural(resources.length, "object")}`,
  );
}
