/** The last calls on all interfaces, and who follows them. */
import type { Call, Fault } from "./calls.ts";

/** How many calls are remembered. */
const KEPT = 1000;

/** A call as the log has it. */
export interface LoggedCall extends Call {
  /** Counts up from 1 with the daemon. */
  readonly number: number;
  /** When it came in, by the real clock; RFC 3339. */
  readonly time: string;
  /** HTTP status, gRPC code, or a word; null while it is under way, and for good where nothing was said. */
  readonly answer: string | null;
  /** Until its answer; null without one. */
  readonly ms: number | null;
  /** The fault that it met, by id; null without one. */
  readonly fault: number | null;
  /** That fault kept its answer back, and no more. */
  readonly slow?: true;
}

/** The last calls, and those that have not ended. */
export interface CallLog {
  /** @param fault what it is to meet, and by which id; a call that hangs is never to be done, nor answered */
  begin(call: Call, fault: { readonly id: number; readonly kind: Fault["kind"] } | null): void;
  end(call: Call, answer: string): void;
  /** The last `count` calls, the oldest first. */
  last(count?: number): readonly LoggedCall[];
  /** Calls that have begun and will still be done, whoever waits for them; the oldest first. */
  underWay(): readonly LoggedCall[];
  /** Calls `each` with every call that ends from now on. Returns what stops it. */
  subscribe(each: (call: LoggedCall) => void): () => void;
}

/** An empty log. @param kept how many calls are remembered */
export function callLog(kept: number = KEPT): CallLog {
  const entries: LoggedCall[] = [];
  const open = new Map<Call, { readonly entry: LoggedCall; readonly started: number; readonly willBeDone: boolean }>();
  const listeners = new Set<(call: LoggedCall) => void>();
  let number = 0;

  return {
    begin(call, met) {
      number += 1;
      const { interface: via, method, target } = call;
      const time = new Date().toISOString();
      const fault = met?.id ?? null;
      const logged = { number, time, interface: via, method, target, answer: null, ms: null, fault };
      const entry: LoggedCall = met?.kind === "slow" ? { ...logged, slow: true } : logged;
      entries.push(entry);
      open.set(call, { entry, started: performance.now(), willBeDone: met?.kind !== "hang" });
      if (entries.length > kept) entries.shift();
      // Calls that hang are never ended.
      const [oldest] = open.keys();
      if (open.size > kept && oldest) open.delete(oldest);
    },
    end(call, answer) {
      const found = open.get(call);
      if (!found) return;
      open.delete(call);
      const ms = Math.round((performance.now() - found.started) * 10) / 10;
      const done = { ...found.entry, answer, ms };
      const index = entries.lastIndexOf(found.entry);
      if (index >= 0) entries[index] = done;
      for (const each of listeners) each(done);
    },
    last: (count = kept) => entries.slice(-count),
    underWay: () => [...open.values()].filter(({ willBeDone }) => willBeDone).map(({ entry }) => entry),
    subscribe(each) {
      listeners.add(each);
      return () => void listeners.delete(each);
    },
  };
}
