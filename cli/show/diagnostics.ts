/** Errors and warnings of terraform as people need them: what, about which object, and no position in generated JSON. */
import type { Diagnostic } from "../terraform/ui.ts";
import type { Terminal } from "./terminal.ts";

/** Said twice by terraform itself when it is interrupted: we say it once, in our own summary. */
const NOISE = new Set(["execution halted"]);

function indented(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => `  ${line}`.trimEnd())
    .join("\n");
}

/** Each once, and without noise. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const told = new Map(
    diagnostics.map((each) => [JSON.stringify([each.severity, each.summary, each.detail, each.address]), each]),
  );
  return [...told.values()].filter(({ summary }) => !NOISE.has(summary));
}

function words({ summary, detail, address }: Diagnostic): string {
  const about = address === undefined ? "" : `\n  ${address}`;
  return `${summary}${about}${detail.trim() === "" ? "" : `\n${indented(detail)}`}`;
}

/** Prints the diagnostics of a run. */
export function showDiagnostics(terminal: Terminal, stack: string, diagnostics: readonly Diagnostic[]): void {
  const { colors } = terminal;
  for (const diagnostic of distinct(diagnostics)) {
    const head = diagnostic.severity === "warning" ? colors.yellow("Warning") : colors.red("Error");
    terminal.aside(`${head} in ${stack}: ${words(diagnostic)}`);
  }
}

/** Prints what a tool wrote beside its diagnostics: further right than anything of ours, under a line of ours. */
export function showRaw(terminal: Terminal, heading: string, text: string): void {
  if (text.trim() !== "") terminal.aside(`${heading}\n${indented(text)}`);
}

/** The errors of a run, as text. */
export function inWords(diagnostics: readonly Diagnostic[]): readonly string[] {
  return distinct(diagnostics)
    .filter(({ severity }) => severity === "error")
    .map((diagnostic) => `Error: ${words(diagnostic)}`);
}

/** The id in what terraform says about a lock that somebody else holds, or has left behind. */
export function heldLock(diagnostics: readonly Diagnostic[]): string | undefined {
  const diagnostic = diagnostics.find(({ summary }) => summary === "Error acquiring the state lock");
  return /^\s*ID:\s+(\S+)/m.exec(diagnostic?.detail ?? "")?.[1];
}
