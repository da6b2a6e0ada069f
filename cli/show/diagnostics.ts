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

/** Prints the diagnostics of a run, each once. */
export function showDiagnostics(terminal: Terminal, stack: string, diagnostics: readonly Diagnostic[]): void {
  const { colors } = terminal;
  const told = new Set<string>();
  for (const { severity, summary, detail, address } of diagnostics) {
    const key = JSON.stringify([severity, summary, detail, address]);
    if (told.has(key) || NOISE.has(summary)) continue;
    told.add(key);
    const head = severity === "warning" ? colors.yellow("Warning") : colors.red("Error");
    const about = address === undefined ? "" : `\n  ${address}`;
    const more = detail.trim() === "" ? "" : `\n${indented(detail)}`;
    terminal.aside(`${head} in ${stack}: ${summary}${about}${more}`);
  }
}

/** The id in what terraform says about a lock that somebody else holds, or has left behind. */
export function heldLock(diagnostics: readonly Diagnostic[]): string | undefined {
  const diagnostic = diagnostics.find(({ summary }) => summary === "Error acquiring the state lock");
  return /^\s*ID:\s+(\S+)/m.exec(diagnostic?.detail ?? "")?.[1];
}
