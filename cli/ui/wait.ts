/** Waits for a condition that has to be polled. */
import { setTimeout as sleep } from "node:timers/promises";

/** How long, and how often to look; in milliseconds. */
interface WaitOptions {
  readonly pollMs: number;
  /** @default - for ever */
  readonly patienceMs?: number;
  /** Ends the wait. @default - nothing does */
  readonly signal?: AbortSignal;
}

/**
 * Looks at least once, then every `pollMs`, until `isDone`.
 *
 * @returns whether it came to be in time
 * @throws AbortError where the signal ends it
 */
export async function waitUntil(
  isDone: () => boolean | Promise<boolean>,
  { pollMs, patienceMs = Infinity, signal }: WaitOptions,
): Promise<boolean> {
  const end = performance.now() + patienceMs;
  while (!(await isDone())) {
    if (performance.now() >= end) return false;
    await sleep(pollMs, undefined, { ...(signal && { signal }) });
  }
  return true;
}
