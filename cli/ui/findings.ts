/** The results of checks: how they are run within a deadline, and printed. */
import { printDocument } from "./document.ts";
import { messageOf } from "./errors.ts";
import type { Terminal } from "./terminal.ts";
import { visibleLine } from "./visible.ts";
import { table } from "./words.ts";

/** What was found out of one thing. */
export interface Finding {
  readonly name: string;
  /** `warn`: the lab works, or nobody has looked; `fail`: something will not work. */
  readonly status: "ok" | "warn" | "fail";
  /** What there is. Never a secret. */
  readonly found: string;
  /** One sentence; null where there is nothing to do. */
  readonly advice: string | null;
}

/** How long a check may take, in milliseconds. */
export const PATIENCE_MS = 3000;

/** A finding that all is well. */
export const ok = (name: string, found: string): Finding => ({ name, status: "ok", found, advice: null });
/** A finding that something may be wrong, or was not looked at. */
export const warn = (name: string, found: string, advice: string): Finding => ({ name, status: "warn", found, advice });
/** A finding that something will not work. */
export const fail = (name: string, found: string, advice: string): Finding => ({ name, status: "fail", found, advice });

/** The first line of an error, and how many more it has. */
export function firstLine(error: unknown): string {
  const [first = "", ...more] = messageOf(error).trim().split("\n");
  return more.length === 0 ? first : `${first} (and ${more.length} more)`;
}

/** The failure that an error describes: most of ours say what to do behind a semicolon. */
export function failure(name: string, error: unknown, advice: string): Finding {
  const [problem = "", ...more] = firstLine(error).split("; ");
  return fail(name, problem, more.join("; ") || advice);
}

/** Runs a group of checks; one that throws is a failure, and one that does not answer a warning. */
export async function findingsOf(
  name: string,
  check: () => readonly Finding[] | Promise<readonly Finding[]>,
  patienceMs = PATIENCE_MS,
): Promise<readonly Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Finding[]>((resolve) => {
    const silent = warn(name, `no answer in ${patienceMs / 1000} s`, "run it again when the machine has less to do");
    timer = setTimeout(() => resolve([silent]), patienceMs);
  });
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    return [failure(name, error, "set right what it names")];
  } finally {
    clearTimeout(timer);
  }
}

/** Prints them, names in one column. What was found may name what others have named. */
export function showFindings(terminal: Terminal, findings: readonly Finding[]): void {
  const { green, yellow, red } = terminal.colors;
  const rows = findings.map(({ name, status, found, advice }) => {
    const color = { ok: green, warn: yellow, fail: red }[status];
    return [color(status.padEnd(4)), name, visibleLine(`${found}${advice === null ? "" : `; to do: ${advice}`}`)];
  });
  for (const line of table(rows)) terminal.line(line);
}

/** Whether nothing fails; warnings do not count. */
function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ status }) => status !== "fail");
}

/**
 * Prints findings, or with `json` one document with them and `more`.
 *
 * @returns the exit code: 1 where something fails
 */
export function reportFindings(
  findings: readonly Finding[],
  terminal: Terminal,
  json: boolean | undefined,
  more: Readonly<Record<string, unknown>> = {},
): number {
  if (json) printDocument({ ok: isWell(findings), ...more, findings });
  else showFindings(terminal, findings);
  return isWell(findings) ? 0 : 1;
}
