/** Reads and writes states wherever they are kept. A plain file needs no tool; anything else goes through tofu or terraform. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Environment } from "../environment.ts";
import { CliError } from "../errors.ts";
import { readIfThere, writeAtomically } from "../files.ts";
import type { Binary } from "../terraform/binary.ts";
import { eitherWay, isEncrypted } from "./encryption.ts";
import { addressOf, fileOf, type Place, requireAble } from "./place.ts";
import { firstError, lockOf, type RunTool } from "./run-tool.ts";
import { EMPTY, headOf, sameState, withSerial } from "./text.ts";

export interface StoreTool {
  readonly binary: Binary;
  readonly env: Environment;
}

export interface StoreOptions {
  /** Folder of the run's records; the folders from which states are reached are made in it. */
  readonly run: string;
  /** Found only when it is needed: states in plain files are read without a tool. */
  readonly tool: () => Promise<StoreTool>;
  /** The passphrase of encrypted states; null where the lab has none. */
  readonly passphrase: () => Promise<string | null>;
  readonly runTool: RunTool;
}

/** Reads and writes the states of a lab. */
export interface StateStore {
  /** The state as plain text; empty where there is none. `stack` is named in errors. */
  read(place: Place, stack: string): Promise<string>;
  /** Writes exactly this state, with its serial and lineage, over what is there, and sees that it is so. */
  write(place: Place, stack: string, text: string): Promise<void>;
  /** The state as it may lie on disk: encrypted where its place is. Empty where there is none. */
  sealed(place: Place, stack: string): Promise<string>;
  /** Opens what `sealed` gave. */
  open(file: string, stack: string): Promise<string>;
}

/**
 * The text of a file; one that is not there is empty.
 *
 * @throws CliError for an emptied file beside which there is a copy: whoever was killed while writing it has left it so,
 * and the next apply would make everything a second time
 */
export function stateFileText(file: string): string {
  const text = readIfThere(file) ?? "";
  const copy = `${file}.backup`;
  if (text.trim() === "" && existsSync(file) && (readIfThere(copy) ?? "").trim() !== "") {
    throw new CliError(
      `${file} is empty: it was being written when terraform or tofu was killed. Its copy from before that run is beside ` +
        `it; put it back and go on, and what was made since will be named: cp '${copy}' '${file}'`,
    );
  }
  return text;
}

/** A file that somebody's terraform is working on, outside of the lab. */
function refuseLocked(file: string, stack: string): void {
  const lock = join(dirname(file), `.${basename(file)}.lock.info`);
  if (!existsSync(lock)) return;
  throw new CliError(
    `the state of ${stack} is locked by a terraform or tofu: let it end; if none runs, delete ${lock}`,
  );
}

/** Runs the tool in a place's folder, on a state that it is to write. @throws CliError that begins with `failed` */
type Call = (args: readonly string[], failed: string, state?: string) => Promise<string>;

export function openStore({ run, tool, passphrase, runTool }: StoreOptions): StateStore {
  /** One at a time in each folder: init writes it. */
  const turns = new Map<string, Promise<unknown>>();

  async function inFolder<T>(place: Place, stack: string, work: (call: Call) => Promise<T>): Promise<T> {
    const { binary, env } = await tool();
    requireAble(binary, place);
    const { kind, config } = place;
    const document = JSON.stringify({ terraform: { backend: { [kind]: config } } });
    const hash = createHash("sha256").update(`${document} ${binary.path} ${binary.version}`).digest("hex");
    const folder = join(run, "state", `${stack}-${hash.slice(0, 12)}`);
    const phrase = env["TF_ENCRYPTION"] === undefined ? await passphrase() : null;
    const own = phrase === null ? env : { ...env, TF_ENCRYPTION: eitherWay(phrase, place.encrypted) };
    const call: Call = async (args, failed, state) => {
      const command = [binary.path, ...args];
      const { code, output, errors } = await runTool({ stack, command, state: state ?? null, folder, env: own });
      if (code === 0) return output;
      const lock = lockOf(errors);
      if (lock === null) throw new CliError(`${failed}: ${firstError(errors)}`);
      const unlock = `(cd ${folder} && ${binary.path} force-unlock ${lock.id})`;
      throw new CliError(`${failed}: locked by ${lock.who}; when nothing works on it any more: ${unlock}`);
    };
    const prepared = async (): Promise<T> => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const stamp = join(folder, ".terraform", "initialized-by-cdktf");
      if (!existsSync(stamp)) {
        writeFileSync(join(folder, "backend.tf.json"), document, { mode: 0o600 });
        const failed = `the state of ${stack} cannot be reached at ${addressOf(place)}`;
        await call(["init", "-input=false", "-no-color", "-reconfigure"], failed);
        writeFileSync(stamp, "");
      }
      return work(call);
    };
    const turn = (turns.get(folder) ?? Promise.resolve()).then(prepared);
    const ended = turn.catch(() => undefined);
    turns.set(folder, ended);
    return turn;
  }

  const pull = (place: Place, stack: string): Promise<string> =>
    inFolder(place, stack, (call) =>
      call(["state", "pull"], `the state of ${stack} cannot be read from ${addressOf(place)}`),
    );

  async function push(place: Place, stack: string, text: string): Promise<void> {
    const failed = `the state of ${stack} cannot be written to ${addressOf(place)}`;
    await inFolder(place, stack, (call) => call(["state", "push", "-no-color", "-force"], failed, text));
  }

  /**
   * A push over nothing begins a lineage of its own, and one over something counts the serial up by one (OpenTofu 1.12.6,
   * Terraform 1.11.4: tried). So an empty state goes first, and the serial before ours; then we look whether it is right.
   */
  async function pushExactly(place: Place, stack: string, text: string): Promise<void> {
    const { serial } = headOf(text, `the state of ${stack}`);
    const there = await pull(place, stack);
    if (headOf(there, addressOf(place)).lineage === "") await push(place, stack, EMPTY);
    for (const pushed of [serial - 1, serial]) {
      await push(place, stack, withSerial(text, pushed));
      if (sameState(await pull(place, stack), text)) return;
    }
    throw new CliError(`${addressOf(place)} does not give back what was written there of the state of ${stack}`);
  }

  /** Encrypted by way of a file of its own, which nobody reads before it is whole. */
  async function encrypted(stack: string, text: string): Promise<string> {
    const path = join(run, "state", `${stack}.encrypted`);
    const place: Place = { kind: "local", config: { path }, encrypted: true };
    const remove = (): void => {
      for (const file of [path, `${path}.backup`]) rmSync(file, { force: true });
    };
    remove();
    try {
      await pushExactly(place, stack, text);
      return stateFileText(path);
    } finally {
      remove();
    }
  }

  async function open(file: string, stack: string): Promise<string> {
    const text = stateFileText(file);
    return isEncrypted(text) ? pull({ kind: "local", config: { path: file }, encrypted: true }, stack) : text;
  }

  return {
    read(place, stack) {
      const file = fileOf(place);
      return file === null ? pull(place, stack) : open(file, stack);
    },
    async write(place, stack, text) {
      const file = fileOf(place);
      if (file === null) return pushExactly(place, stack, text);
      const kept = place.encrypted ? await encrypted(stack, text) : text;
      refuseLocked(file, stack);
      writeAtomically(file, kept);
    },
    async sealed(place, stack) {
      const file = fileOf(place);
      if (file !== null) return stateFileText(file);
      const text = await pull(place, stack);
      if (headOf(text, addressOf(place)).lineage === "") return "";
      return place.encrypted ? encrypted(stack, text) : text;
    },
    open,
  };
}
