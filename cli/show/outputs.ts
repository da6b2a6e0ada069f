/** Outputs of a stack for people: sensitive ones are named, never shown. */
import type { Terminal } from "./terminal.ts";
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
