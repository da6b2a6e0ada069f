/** What became of each stack: for the last lines, and for `--json`. */
import type { Counts } from "../terraform/plan.ts";

export type Status =
  | "unchanged"
  | "changed"
  | "deployed"
  | "destroyed"
  /** There was nothing to destroy. */
  | "absent"
  | "failed"
  | "declined"
  | "interrupted"
  /** Never started. */
  | "skipped";

export interface StackResult extends Counts {
  readonly name: string;
  readonly status: Status;
  /** Diff: the stacks that have to make outputs first; it was planned with placeholders for these. */
  readonly after?: readonly string[];
  /** Why it failed, where one line says it. */
  readonly error?: string;
}

export const NO_COUNTS: Counts = { add: 0, change: 0, replace: 0, destroy: 0 };

/** A result with its fields in the order of the documentation. */
export function result(name: string, status: Status, counts: Counts = NO_COUNTS, error?: string): StackResult {
  const { add, change, replace, destroy } = counts;
  return { name, add, change, replace, destroy, status, ...(error === undefined ? {} : { error }) };
}
