/** Retries for failures that may be temporary: a lost connection, 429 Too Many Requests, and 5xx. */
import { setTimeout as sleep } from "node:timers/promises";
import { type RequestError, ServiceError, UnreachableError } from "./errors.ts";

/** How often and how soon a request is tried again. */
export interface RetryPolicy {
  readonly attempts: number;
  /** Doubled with each attempt, up to `longestDelayMs`; the wait is a random part of it, at least half. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

/** Attempts and longest delay are the SDK's own (oci-common 2.142.1, OciSdkDefaultRetryConfiguration): about a minute. */
export const PATIENT: RetryPolicy = { attempts: 8, firstDelayMs: 500, longestDelayMs: 30_000 };

/** Any other request would fail the same way again. */
function mayPass(error: unknown): error is RequestError {
  if (error instanceof ServiceError) return error.status === 429 || error.status >= 500;
  return error instanceof UnreachableError;
}

/** Milliseconds to wait after this attempt, the first being 1. `random` is in [0, 1). */
export function delayMs(attempt: number, error: RequestError, policy: RetryPolicy, random: number): number {
  const full = Math.min(policy.firstDelayMs * 2 ** (attempt - 1), policy.longestDelayMs);
  const asked = error instanceof ServiceError ? error.retryAfterMs : 0;
  return Math.max(full * (0.5 + random / 2), Math.min(asked, policy.longestDelayMs));
}

/**
 * The result of the first attempt that succeeds.
 *
 * @param onRetry gets a failure that another attempt follows
 * @throws what the last attempt threw, or the signal's reason
 */
export async function withRetries<T>(
  act: () => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal,
  onRetry: (error: RequestError, nextAttempt: number) => void,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      signal.throwIfAborted();
      if (attempt >= policy.attempts || !mayPass(error)) throw error;
      onRetry(error, attempt + 1);
      await sleep(delayMs(attempt, error, policy, Math.random()), undefined, { signal });
    }
  }
}
