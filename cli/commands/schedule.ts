/** Runs stacks in dependency order: those that do not depend on each other together. */
import type { StackInfo } from "../synth/assembly.ts";

export type Outcome = "done" | "failed";

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
