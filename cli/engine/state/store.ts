/** Reads and writes states wherever they are kept. A plain file needs no tool; anything else goes through tofu or terraform. */
import { existsSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CliError } from "../../ui/errors.ts";
import { readIfThere, writeAtomically } from "../../ui/files.ts";
import { isEncrypted, requireEncrypted } from "./encryption.ts";
import { type FolderOptions, type InFolder, openFolders } from "./folder.ts";
import { addressOf, fileOf, type StateLocation } from "./location.ts";
import { EMPTY, headOf, sameState, wholeHead, withSerial } from "./text.ts";

/** Reads and writes the states of a lab. */
export interface StateStore {
  /** The state as plain text; empty where there is none. `stack` is named in errors. */
  read(place: StateLocation, stack: string): Promise<string>;
  /** Writes exactly this state, with its serial and lineage, over what is there, and sees that it is so. */
  write(place: StateLocation, stack: string, text: string): Promise<void>;
  /** The state as it may lie on disk: encrypted where its place is. Empty where there is none. */
  sealed(place: StateLocation, stack: string): Promise<string>;
  /** Opens what `sealed` gave. */
  open(file: string, stack: string): Promise<string>;
}

/** A file that somebody's terraform is working on, outside of the lab. */
function refuseLocked(file: string, stack: string): void {
  const lock = join(dirname(file), `.${basename(file)}.lock.info`);
  if (!existsSync(lock)) return;
  throw new CliError(
    `the state of ${stack} is locked by a terraform or tofu: let it end; if none runs, delete ${lock}`,
  );
}

interface StoreOptions extends FolderOptions {
  /** Files of earlier states of a stack. @default - none is known */
  readonly backups?: (stack: string) => readonly string[];
}

/** States that only the tool reaches. */
interface Remote {
  pull(place: StateLocation, stack: string): Promise<string>;
  /** Has exactly this state there, with its serial and lineage. */
  push(place: StateLocation, stack: string, text: string): Promise<void>;
}

function remoteStates(inFolder: InFolder): Remote {
  const pull = (place: StateLocation, stack: string): Promise<string> =>
    inFolder(place, stack, (call) =>
      call(["state", "pull"], `the state of ${stack} cannot be read from ${addressOf(place)}`),
    );
  async function pushAsIs(place: StateLocation, stack: string, text: string): Promise<void> {
    const failed = `the state of ${stack} cannot be written to ${addressOf(place)}`;
    await inFolder(place, stack, (call) => call(["state", "push", "-no-color", "-force"], failed, text));
  }
  /**
   * A push over nothing begins a lineage of its own, and one over something counts the serial up by one (OpenTofu 1.12.6,
   * Terraform 1.11.4: tried). So an empty state goes first, and the serial before ours; then we look whether it is right.
   */
  async function push(place: StateLocation, stack: string, text: string): Promise<void> {
    const { serial } = headOf(text, `the state of ${stack}`);
    const there = await pull(place, stack);
    if (headOf(there, addressOf(place)).lineage === "") await pushAsIs(place, stack, EMPTY);
    for (const pushed of [serial - 1, serial]) {
      await pushAsIs(place, stack, withSerial(text, pushed));
      if (sameState(await pull(place, stack), text)) return;
    }
    throw new CliError(`${addressOf(place)} does not give back what was written there of the state of ${stack}`);
  }
  return { pull, push };
}

/** Encrypts by way of a file of its own in the folder of runs, which nobody reads before it is whole. */
async function encrypted(run: string, remote: Remote, stack: string, text: string): Promise<string> {
  const path = join(run, "state", `${stack}.encrypted`);
  const place: StateLocation = { kind: "local", config: { path }, encrypted: true };
  const remove = (): void => {
    for (const file of [path, `${path}.backup`]) rmSync(file, { force: true });
  };
  remove();
  try {
    await remote.push(place, stack, text);
    const kept = stateFileText(path, stack);
    requireEncrypted(kept, `the state of ${stack}`);
    return kept;
  } finally {
    remove();
  }
}

/** Opens the states of a lab. Nothing is read or started yet. */
export function openStore(options: StoreOptions): StateStore {
  const { run, backups = () => [] } = options;
  const remote = remoteStates(openFolders(options));
  async function open(file: string, stack: string): Promise<string> {
    const text = stateFileText(file, stack, backups(stack));
    return isEncrypted(text) ? remote.pull({ kind: "local", config: { path: file }, encrypted: true }, stack) : text;
  }
  return {
    read(place, stack) {
      const file = fileOf(place);
      return file === null ? remote.pull(place, stack) : open(file, stack);
    },
    async write(place, stack, text) {
      const file = fileOf(place);
      if (file === null) return remote.push(place, stack, text);
      const kept = place.encrypted ? await encrypted(run, remote, stack, text) : text;
      refuseLocked(file, stack);
      writeAtomically(file, kept);
    },
    async sealed(place, stack) {
      const file = fileOf(place);
      if (file !== null) return stateFileText(file, stack, backups(stack));
      const text = await remote.pull(place, stack);
      if (headOf(text, addressOf(place)).lineage === "") return "";
      return place.encrypted ? encrypted(run, remote, stack, text) : text;
    },
    open,
  };
}

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
