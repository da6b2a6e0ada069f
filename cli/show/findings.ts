/** What `lab doctor` and `lab validate` found, a line each. */
import type { Finding } from "../doctor/finding.ts";
import type { Terminal } from "./terminal.ts";

/** Prints them, names in one column. */
export function showFindings(terminal: Terminal, findings: readonly Finding[]): void {
  const { green, yellow, red } = terminal.colors;
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, status, found, advice } of findings) {
    const color = { ok: green, warn: yellow, fail: red }[status];
    terminal.line(
      `${color(status.padEnd(4))}  ${name.padEnd(width)}  ${found}${advice === null ? "" : `; to do: ${advice}`}`,
    );
  }
}

export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ status }) => status !== "fail");
}
