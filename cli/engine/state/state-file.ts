/** Reads a state file, and refuses one that was cut off by a kill or a full disk. */
import { existsSync } from "node:fs";
import { CliError } from "../../ui/errors.ts";
import { readIfThere } from "../../ui/files.ts";
import { headOf, wholeHead } from "./text.ts";

/** A state file that cannot be read, and what of it can. */
export class DamagedState extends CliError {}

/** What can be done, naming only what has been looked at: the whole copy with the highest serial. */
function wayBack(stack: string, copies: readonly string[]): string {
  const whole = copies
    .flatMap((file) => {
      const head = wholeHead(readIfThere(file) ?? "");
      return head === null ? [] : [{ file, serial: head.serial }];
    })
    .toSorted((one, other) => other.serial - one.serial);
  const [best] = whole;
  if (best === undefined)
    return "there is no whole copy of it here: bring one back from wherever you keep copies of this folder";
  return `what was made since will be named, once its copy of serial ${best.serial} is back: npx lab state restore ${stack} --backup '${best.file}'`;
}

/**
 * The text of a state file; one that is not there, or is empty and has no copies, is empty.
 *
 * @param copies files that may hold an earlier state of the same
 * @throws DamagedState for one that is not whole: the next apply would make everything a second time
 */
export function stateFileText(file: string, stack: string, copies: readonly string[] = []): string {
  const text = readIfThere(file) ?? "";
  const known = [`${file}.backup`, ...copies];
  if (text.trim() === "") {
    if (!existsSync(file) || known.every((copy) => wholeHead(readIfThere(copy) ?? "") === null)) return text;
    throw new DamagedState(
      `${file} is empty: it was being written when terraform or tofu was ended, or found no room; ${wayBack(stack, known)}`,
    );
  }
  try {
    headOf(text, file);
    return text;
  } catch {
    throw new DamagedState(
      `${file}: cannot be read as a state: it was being written when terraform or tofu was ended, or found no room; ${wayBack(stack, known)}`,
    );
  }
}
