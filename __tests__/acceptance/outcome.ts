/** What the run of a test function says about the sandbox. */
import type { GoRun } from "./go-tests.ts";

/**
 * What a function ends with: `not-played`, the sandbox refuses it by its name; `needs-account`, it asks for what only a real
 * account, machine or the internet has; `as-there`, it ends so with the real service too; `skipped`, by itself; `deviates`,
 * the sandbox answers otherwise than the service; `deadline`, it did not end in time.
 */
export const VERDICTS = ["pass", "not-played", "needs-account", "as-there", "skipped", "deviates", "deadline"] as const;

export type Verdict = (typeof VERDICTS)[number];

export interface Outcome {
  readonly verdict: Verdict;
  /** The line that says most; empty for one that passes. */
  readonly line: string;
}

const NOT_PLAYED = /.*(?:not played here|received an HTTP 501|Not ?Implemented|not implemented\b).*/i;
const OUTSIDE = /.*(?:must be set|no such host|network is unreachable|server misbehaving|getaddrinfo).*/;
const SAID = /^\s*(?:Error:|Error running|\S+_test\.go:\d+:|panic:).*/m;

/** The verdict of a function that was run with `-test.v`. */
export function outcomeOf({ code, output }: GoRun): Outcome {
  const line = (pattern: RegExp): string => pattern.exec(output)?.[0].trim() ?? "";
  if (code === null) return { verdict: "deadline", line: line(SAID) };
  const skips = /^--- SKIP: /m.test(output);
  if (code === 0) return skips ? { verdict: "skipped", line: line(SAID) } : { verdict: "pass", line: "" };
  if (NOT_PLAYED.test(output)) return { verdict: "not-played", line: line(NOT_PLAYED) };
  if (OUTSIDE.test(output)) return { verdict: "needs-account", line: line(OUTSIDE) };
  return { verdict: "deviates", line: line(SAID) };
}

/** The same, with those that fail with the real service too. @param asThere patterns of names, by the reason */
export function weighed(name: string, outcome: Outcome, asThere: Readonly<Record<string, RegExp>> = {}): Outcome {
  const [reason] = Object.entries(asThere).find(([, pattern]) => pattern.test(name)) ?? [];
  return reason === undefined || outcome.verdict === "pass" ? outcome : { verdict: "as-there", line: reason };
}
