/** Faults and the log of calls, over the control interface. */
import type { LoggedCall } from "../faults/index.ts";
import type { CallsWithFaults } from "../faults/index.ts";

/** Requests about faults and the log of calls. */
export interface FaultActions {
  /** @param asked checked here: whatever came over the wire */
  addFault(asked: unknown): unknown;
  faults(): unknown;
  clearFaults(id: number | null): unknown;
  calls(count: number): unknown;
  callsUnderWay(): unknown;
  /** Returns what stops it. */
  watchCalls(each: (call: LoggedCall) => void): () => void;
}

/** Does them; what changes is saved before it is answered. */
export function faultActions(faults: CallsWithFaults, save: () => void): FaultActions {
  return {
    addFault(asked) {
      const fault = faults.add(asked);
      save();
      return fault;
    },
    faults: () => faults.list(),
    clearFaults(id) {
      const cleared = faults.clear(id ?? undefined);
      save();
      return cleared;
    },
    calls: (count) => faults.log.last(count),
    callsUnderWay: () => faults.log.underWay(),
    watchCalls: (each) => faults.log.subscribe(each),
  };
}
