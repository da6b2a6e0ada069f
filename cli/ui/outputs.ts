/** Prints and writes outputs of stacks: sensitive ones are named, not shown. */
import { maskedJson } from "./document.ts";
import type { Terminal } from "./terminal.ts";
import { writeUserFile } from "./user-files.ts";
import { inline, isInternalOutput } from "./words.ts";

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
