/** Prints the one JSON document of `--json`, and outputs of stacks: sensitive ones are named, not shown. */
import { printInClear } from "./mask-output.ts";
import { masked } from "./masker.ts";
import type { Terminal } from "./terminal.ts";
import { writeUserFile } from "./user-files.ts";
import { inline, isInternalOutput } from "./words.ts";

let printed = false;

/** Prints it, without secrets. */
export function printDocument(document: unknown): void {
  printed = true;
  process.stdout.write(`${maskedJson(document)}\n`);
}

/** Prints it as it is, for `lab sandbox start --env` alone: it sets what other programs log in with. */
export function printDocumentInClear(document: unknown): void {
  printed = true;
  printInClear(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** Whether one was printed. */
export function printedDocument(): boolean {
  return printed;
}

/** As indented JSON, its texts masked one by one: so it stays JSON whatever is in them. */
export function maskedJson(document: unknown): string {
  const mask = (_: string, value: unknown): unknown => (typeof value === "string" ? masked(value) : value);
  return JSON.stringify(document, mask, 2);
}

interface Shown {
  readonly sensitive: boolean;
  readonly value?: unknown;
}

/** Prints the outputs that are meant for people. */
export function showOutputs(terminal: Terminal, label: string, outputs: Readonly<Record<string, Shown>>): void {
  for (const [name, { sensitive, value }] of Object.entries(outputs)) {
    if (isInternalOutput(name)) continue;
    terminal.line(`${label} ${name} = ${sensitive ? terminal.colors.dim("(sensitive)") : inline(value)}`);
  }
}

/** The outputs by name, without those that cdktf made for itself; sensitive ones only where asked for. */
export function plainOutputs(
  outputs: Readonly<Record<string, Shown>>,
  includeSensitive: boolean,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(outputs)
      .filter(([name, { sensitive }]) => !isInternalOutput(name) && (includeSensitive || !sensitive))
      .map(([name, { value }]) => [name, value]),
  );
}

/** Options of commands that write outputs. */
export interface OutputOptions {
  /** Written as JSON: outputs by stack and name. */
  readonly outputsFile?: string;
  readonly outputsFileIncludeSensitiveOutputs?: boolean;
}

/**
 * Writes outputs for other programs; readable by its owner only, as it may hold secrets.
 *
 * @param inClear whether secrets were asked for
 */
export async function writeOutputsFile(
  file: string,
  outputs: Readonly<Record<string, unknown>>,
  inClear: boolean,
  signal: AbortSignal,
): Promise<void> {
  const text = `${inClear ? JSON.stringify(outputs, undefined, 2) : maskedJson(outputs)}\n`;
  await writeUserFile(file, text, { secret: inClear, signal });
}
