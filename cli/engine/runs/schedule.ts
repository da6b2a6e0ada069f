/** Runs stacks in dependency order: those that do not depend on each other together. */
import type { StackInfo } from "../synth/assembly.ts";
import type { Counts } from "../terraform/plan.ts";

type Outcome = "done" | "failed";

/**
 * Calls `work` for each stack once all it waits for are done. When one fails, those that run are let finish, those that
 * wait for it never start, and the others still run.
 *
 * @param waitsFor names of the stacks that come before a stack; others than those in `stacks` are ignored
 * @param parallelism how many at a time
 * @returns the stacks that never started
 */
export async function runInOrder(
  stacks: readonly StackInfo[],
  waitsFor: (stack: StackInfo) => readonly string[],
  parallelism: number,
  work: (stack: StackInfo) => Promise<Outcome>,
  signal: AbortSignal,
): Promise<readonly StackInfo[]> {
  const waiting = new Set(stacks);
  const running = new Map<StackInfo, Promise<void>>();
  const done = new Set<string>();
  const given = new Set(stacks.map(({ name }) => name));
  const ready = (stack: StackInfo): boolean => waitsFor(stack).every((name) => done.has(name) || !given.has(name));
  for (;;) {
    for (const stack of waiting) {
      if (running.size >= parallelism || signal.aborted || !ready(stack)) continue;
      waiting.delete(stack);
      const finished = work(stack).then((outcome) => {
        if (outcome === "done") done.add(stack.name);
        running.delete(stack);
      });
      running.set(stack, finished);
    }
    if (running.size === 0) return [...waiting];
    await Promise.race(running.values());
  }
}

/** What became of a stack. */
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

/** What became of a stack, with numbers of objects: for the last lines, and for `--json`. */
export interface StackResult extends Counts {
  readonly name: string;
  readonly status: Status;
  /** Diff: the stacks that have to make outputs first; it was planned with placeholders for these. */
  readonly after?: readonly string[];
  /** Why it failed, where one line says it. */
  readonly error?: string;
}

const NO_COUNTS: Counts = { add: 0, change: 0, replace: 0, destroy: 0 };

/** A result with its fields in the order of the documentation. */
export function result(name: string, status: Status, counts: Counts = NO_COUNTS, error?: string): StackResult {
  const { add, change, replace, destroy } = counts;
  return { name, add, change, replace, destroy, status, ...(error === undefined ? {} : { error }) };
}
