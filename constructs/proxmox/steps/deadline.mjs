// @ts-check
/** Errors of the steps, which of them pass by themselves, and the time there is to wait for that. */

/** Between attempts: short at first, for what is over soon, and never longer than the second figure. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 3000;
/** How often a wait is reported. */
const REPORT_MS = 30_000;
/** PVE's own words for "the daemon behind the proxy is not there", and the usual ones of proxies. */
const RESTARTING = new Set([502, 503, 504, 595, 596, 599]);

/** `/etc/pve` takes no writes: without quorum, and while the members synchronize. */
const UNWRITABLE = /no quorum|Permission denied|Device or resource busy/;

/** A failure for the user, in one line. */
export class StepError extends Error {
  /**
   * @param {string} message
   * @param {1 | 2} [exitCode] 2 for a wrong input, 1 for everything else
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = "StepError";
    this.exitCode = exitCode;
  }
}

/** What the API answered instead of doing it. */
export class PveError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.name = "PveError";
    this.status = status;
  }
}

/** The call was sent and no answer came back: it may have happened. */
export class NoAnswer extends Error {}

/** The call was refused before anything was done, for something that passes. */
export class NotYet extends Error {}

/** Time that is left for the whole step. */
export class Deadline {
  /** @param {number} seconds */
  constructor(seconds) {
    this.seconds = seconds;
    this.end = performance.now() + seconds * 1000;
  }

  left() {
    // Whole milliseconds: some of Node takes no others.
    return Math.max(0, Math.ceil(this.end - performance.now()));
  }

  /**
   * Runs `attempt` until it gives something other than undefined.
   *
   * @template T
   * @param {string} waitingFor for the error when time is up
   * @param {() => Promise<T | undefined>} attempt
   * @returns {Promise<T>}
   */
  async until(waitingFor, attempt) {
    /** @type {unknown} */
    let last;
    let reported = performance.now();
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      try {
        const result = await attempt();
        if (result !== undefined) return result;
        last = undefined;
      } catch (error) {
        if (!passes(error)) throw error;
        last = error;
      }
      const why = last instanceof Error ? `: ${last.message}` : "";
      if (this.left() === 0) throw new StepError(`gave up after ${this.seconds} s waiting for ${waitingFor}${why}`);
      if (performance.now() - reported >= REPORT_MS) {
        reported = performance.now();
        console.log(`still waiting for ${waitingFor}${why}`);
      }
      // Jitter, so that hosts that came up together are not asked together.
      await sleep(Math.min(this.left(), pause * (0.5 + Math.random())));
    }
  }
}

/**
 * Whether an error goes away by itself while a host boots or its API restarts.
 *
 * @param {unknown} error
 */
function passes(error) {
  if (error instanceof PveError) {
    return RESTARTING.has(error.status) || (error.status === 500 && UNWRITABLE.test(error.message));
  }
  return error instanceof NoAnswer || error instanceof NotYet || isConnectionError(error);
}

/**
 * Whether there was no connection, so that nothing was sent.
 *
 * @param {unknown} error
 */
export function isConnectionError(error) {
  // A wrong argument has a code of Node's, too, and would be tried until time is up.
  if (error instanceof TypeError || error instanceof RangeError) return false;
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

/** @param {number} milliseconds */
function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
