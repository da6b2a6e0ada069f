/** Timing of whole processes. Ratios of one run are what counts: machines differ and drift. */
import { spawn, type SpawnOptions, spawnSync, type SpawnSyncOptions } from "node:child_process";

/** How often each thing is measured: odd, so that one run is the median. */
export const RUNS = 11;

/** One figure, and the goal it is held against. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** At most so much; null where the figure is only reported. */
  readonly goal: number | null;
  readonly ok: boolean;
}

/** A figure, rounded to three decimals. @param goal at most so much; null for none */
export function measure(name: string, value: number, unit: string, goal: number | null = null): Measure {
  return { name, value: Math.round(value * 1000) / 1000, unit, goal, ok: goal === null || value <= goal };
}

/** As people read it. */
export function line({ name, value, unit, goal, ok }: Measure): string {
  const figure = `${value.toFixed(unit === "x" ? 2 : 0)} ${unit}`.padStart(10);
  return `${name.padEnd(40)}${figure}${goal === null ? "" : `   at most ${goal}: ${ok ? "ok" : "MISSED"}`}`;
}

/** The middle one, the upper of two. @throws Error without values */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("no runs, no median");
  return middle;
}

/** Milliseconds that a command takes. @throws Error when it fails, with what it said */
export function time(command: string, args: readonly string[], options: SpawnSyncOptions = {}): number {
  const started = performance.now();
  const { status, stderr, error } = spawnSync(command, args, { stdio: ["ignore", "ignore", "pipe"], ...options });
  const took = performance.now() - started;
  if (error || status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr?.toString()}`);
  return took;
}

/** As `time`, while others run. */
export async function timeAsync(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  const started = performance.now();
  const child = spawn(command, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}: ${said}`);
  return performance.now() - started;
}

/** Runs two things in turn, so that a machine getting slower hits both alike; the first pair warms up and is not counted. */
export function inTurn(first: () => number, second: () => number): { first: number[]; second: number[] } {
  const runs = Array.from({ length: RUNS + 1 }, () => ({ first: first(), second: second() })).slice(1);
  return { first: runs.map((run) => run.first), second: runs.map((run) => run.second) };
}
