/** Decides where a kubeconfig or talosconfig goes, and writes it there. It is a secret. */
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { CliError, messageOf } from "../ui/errors.ts";
import { readIfThere, writeAtomically } from "../ui/files.ts";
import { targetOf, writeUserFile } from "../ui/user-files.ts";
import { contextNames, type ContextsKind, mergeContexts } from "./contexts.ts";

/** What the user says of where it goes; at most one of the first three. */
export interface DeliveryOptions {
  readonly out?: string;
  /** True without a file. */
  readonly merge?: string | true;
  readonly stdout?: boolean;
  readonly force?: boolean;
}

/** Where it goes. */
export type Delivery =
  | { readonly to: "stdout" }
  | { readonly to: "file"; readonly file: string }
  /** Without a file: where the programs themselves would write. */
  | { readonly to: "merge"; readonly file: string | null };

/**
 * @param data the lab's own folder of secrets
 * @param terminal whether stdout is one
 * @throws CliError for several at once, and for a terminal that was not meant
 */
export function deliveryOf(
  kind: ContextsKind,
  { out, merge, stdout = false, force = false }: DeliveryOptions,
  data: string,
  terminal: boolean,
): Delivery {
  if ([out !== undefined, merge !== undefined, stdout].filter(Boolean).length > 1)
    throw new CliError("--out, --merge, --stdout: got several, allowed one");
  const target = out === undefined ? null : targetOf(out);
  const printed = target?.kind === "own" && target.descriptor === 1;
  if (stdout || printed) {
    if (terminal && !force)
      throw new CliError(
        `${stdout ? "--stdout" : "--out"}: this is a terminal, and a ${kind} is a secret: write it to a file with --out, or add --force`,
      );
    return { to: "stdout" };
  }
  if (merge !== undefined) return { to: "merge", file: merge === true ? null : resolve(merge) };
  return { to: "file", file: out === undefined ? join(data, kind) : resolve(out) };
}

/** The text of a file; a pipe is not read, as nothing may ever come out of it. */
function textBefore(file: string): string | undefined {
  return targetOf(file).kind === "file" ? readIfThere(file) : undefined;
}

/**
 * Writes the lab's contexts to a file, readable by its owner only.
 *
 * @throws CliError where the file has contexts that are not the lab's
 */
export async function writeContexts(
  kind: ContextsKind,
  file: string,
  text: string,
  force: boolean,
  signal?: AbortSignal,
): Promise<void> {
  const before = textBefore(file);
  if (before !== undefined && !force) {
    const own = contextNames(kind, text, `the lab's ${kind}`);
    const others = contextNames(kind, before, file).filter((name) => !own.includes(name));
    if (others.length > 0)
      throw new CliError(
        `${file} has other contexts: ${others.join(", ")}; keep them with --merge '${file}', or lose them with --force`,
      );
  }
  await writeUserFile(file, text, { secret: true, ...(signal && { signal }) });
}

/** What merging did. */
export interface Merged {
  readonly changed: boolean;
  /** The copy of what the file was; null where there was none, or nothing had to change. */
  readonly backup: string | null;
}

/** Merges the lab's contexts into a file and keeps a copy of what it was. */
export async function mergeContextsInto(kind: ContextsKind, file: string, text: string, now: Date): Promise<Merged> {
  const { kind: target } = targetOf(file);
  if (target !== "file" && target !== "absent")
    throw new CliError(
      `--merge: got ${file}, allowed a file: what is no file has no contexts to keep; --out writes there`,
    );
  const before = textBefore(file);
  const after = mergeContexts(kind, before ?? "", text, file);
  if (after === before) return { changed: false, backup: null };
  const backup = before === undefined ? null : `${file}.${now.toISOString().replaceAll(":", "-")}.backup`;
  try {
    if (backup !== null && before !== undefined) writeAtomically(backup, before);
    await writeUserFile(file, after, { secret: true });
  } catch (error) {
    // The file is as it was: a copy of it is of no use.
    if (backup !== null) rmSync(backup, { force: true });
    throw error instanceof CliError ? error : new CliError(`${backup ?? file}: cannot be written: ${messageOf(error)}`);
  }
  return { changed: true, backup };
}
