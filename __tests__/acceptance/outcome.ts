/** What the run of a test function says about the sandbox. */
import type { GoRun } from "./go-tests.ts";

/** Why a function does not pass: the closed list of expected.json. */
export const REASONS = {
  "not-played": "the sandbox answers that it does not play what is asked for",
  "needs-account": "asks for what only a real account, machine or the internet has",
  skipped: "skips itself: a variable that names something of the author's is not set",
  deviates: "the sandbox answers otherwise than the service",
  deadline: "did not end in time",
} as const;

export type Reason = keyof typeof REASONS;

export interface Outcome {
  readonly verdict: "pass" | Reason;
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
