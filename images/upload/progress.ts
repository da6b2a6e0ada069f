/** How far a long copy is, and how long it will take. Pure, but for the clock that the meter is given. */
import { performance } from "node:perf_hooks";

/** How far an upload is. */
export interface Progress {
  /** `checking`: the archive is read and hashed. `sending`: its parts go out. */
  readonly phase: "checking" | "sending";
  /** Done in this phase; while sending, with what an earlier run had sent. */
  readonly sentBytes: number;
  readonly totalBytes: number;
  /** Over the last ten seconds; null until there are enough samples. */
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** What was done at a moment. */
export interface Sample {
  /** Of a clock that never goes back. */
  readonly atMs: number;
  readonly sentBytes: number;
}

const WINDOW_MS = 10_000;
/** A rate over less says nothing. */
const LEAST_MS = 500;
const REPORT_EVERY_MS = 250;

/** The samples to judge the rate by, with the latest: those of the window, and the one before it. */
export function recent(samples: readonly Sample[], latest: Sample): readonly Sample[] {
  const first = samples.findIndex(({ atMs }) => atMs >= latest.atMs - WINDOW_MS);
  return [...(first === -1 ? samples.slice(-1) : samples.slice(Math.max(first - 1, 0))), latest];
}

/** Bytes per second between the first and the last sample; null where that is too short, or a part is sent anew. */
export function rateOf(samples: readonly Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return null;
  const [bytes, ms] = [last.sentBytes - first.sentBytes, last.atMs - first.atMs];
  return ms < LEAST_MS || bytes <= 0 ? null : (bytes * 1000) / ms;
}

/**
 * A meter that takes how many bytes are done, as often as it likes, and reports a few times a second.
 *
 * @param now milliseconds
 */
export function meter(
  phase: Progress["phase"],
  totalBytes: number,
  onProgress: (progress: Progress) => void,
  now: () => number = () => performance.now(),
): (sentBytes: number) => void {
  let samples: readonly Sample[] = [];
  let reportedMs = Number.NEGATIVE_INFINITY;
  return (sentBytes) => {
    const atMs = now();
    if (atMs - reportedMs < REPORT_EVERY_MS && sentBytes < totalBytes) return;
    reportedMs = atMs;
    samples = recent(samples, { atMs, sentBytes });
    const rate = rateOf(samples);
    const secondsLeft = rate === null ? null : (totalBytes - sentBytes) / rate;
    onProgress({ phase, sentBytes, totalBytes, bytesPerSecond: rate, secondsLeft });
  };
}

/** 1 MB = 1,000,000 bytes; with one decimal where `like` is below ten. */
export function megabytes(bytes: number, like: number = bytes): string {
  return (bytes / 1e6).toFixed(like < 1e7 ? 1 : 0);
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @example progressLine(progress) // "312 of 845 MB, 24 MB/s, 22 s left" */
export function progressLine({ sentBytes, totalBytes, bytesPerSecond, secondsLeft }: Progress): string {
  const done = `${megabytes(sentBytes, totalBytes)} of ${megabytes(totalBytes)} MB`;
  if (bytesPerSecond === null || secondsLeft === null) return done;
  return `${done}, ${megabytes(bytesPerSecond)} MB/s, ${duration(secondsLeft)} left`;
}
