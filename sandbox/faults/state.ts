/** Faults that somebody asked for: they stay until they are cleared, also over the end of the daemon. Owned by sandbox/faults. */
import type { FaultSpec } from "./spec.ts";

/** What of faults the world keeps. */
export interface FaultState {
  /** The highest id that was given. */
  lastId: number;
  active: ActiveFault[];
}

/** A fault, and how often it has hit. */
export interface ActiveFault {
  readonly id: number;
  readonly spec: FaultSpec;
  /** How many calls it was for, of any outcome; only calls count. */
  seen: number;
  /** How many of those it has hit. */
  hits: number;
}
