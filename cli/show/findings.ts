/** What `lab doctor` and `lab validate` found, a line each. */
import type { Finding } from "../doctor/finding.ts";
import { visibleLine } from "../masking/visible.ts";
import type { Terminal } from "./terminal.ts";

/** Prints them, names in one column. What was found may name what others have named. */
export function showFindings(terminal: Terminal, findings: readonly Finding[]): void {
  const { green, yellow, red } = terminal.colors;
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, status, found, advice } of findings) {
    const color = { ok: green, warn: yellow, fail: red }[status];
    const text = visibleLine(`${found}${advice === null ? "" : `; to do: ${advice}`}`);
    terminal.line(`${color(status.padEnd(4))}  ${name.padEnd(width)}  ${text}`);
  }
}

export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ status }) => status !== "fail");
}
