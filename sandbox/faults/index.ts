/**
 * Faults on demand, and the log of calls.
 *
 * @example
 * const faults = callsWithFaults(() => store);
 * const store = openStore(file, emptyWorld, faults);
 * faults.add({ what: "call", interface: "oci", method: "POST", fault: { kind: "status", status: 429, retryAfterSeconds: 2 } });
 */
import type { Call, Calls, Fault } from "./calls.ts";
import type { ActiveFault, FaultState } from "./state.ts";
import { type CallLog, callLog } from "./call-log.ts";
import { chance } from "./chance.ts";
import { matches } from "./pattern.ts";
import { type CallFault, parseFault } from "./spec.ts";

export type { LoggedCall } from "./call-log.ts";
export type { FaultRequest, FaultSpec } from "./spec.ts";
export type { ActiveFault } from "./state.ts";

/** What every interface calls, with the means to inject faults. */
export interface CallsWithFaults extends Calls {
  readonly log: Pick<CallLog, "last" | "underWay" | "subscribe">;
  /**
   * @param asked a `FaultRequest`
   * @returns the fault with its id
   * @throws Error in one line for one that cannot be
   */
  add(asked: unknown): ActiveFault;
  list(): readonly ActiveFault[];
  /**
   * Ends faults; without an id, all.
   *
   * @returns how many
   * @throws Error when there is none of that id
   */
  clear(id?: number): number;
}

/** The part of a store that faults need. */
interface Faulty {
  readonly state: { faults?: FaultState };
  changed(): void;
}

/**
 * @param world asked for at each call: the store is made with these calls, and so after them.
 * @param say told of bugs, with their stack
 */
export function callsWithFaults(world: () => Faulty, say: (line: string) => void = () => undefined): CallsWithFaults {
  const log = callLog();
  const state = (): FaultState => (world().state.faults ??= { lastId: 0, active: [] });

  return {
    log,
    begin(call) {
      const hit = hitBy(world().state.faults?.active ?? [], call, () => world().changed());
      log.begin(call, hit === null ? null : { id: hit.id, kind: hit.fault.kind });
      return hit?.fault ?? null;
    },
    end: (call, answer) => log.end(call, answer),
    bug({ interface: via, method, target }, error) {
      const words = error instanceof Error ? error.stack : String(error);
      say(`a bug of the sandbox, at ${method} ${target} (${via}): ${words}`);
    },
    add(asked) {
      const spec = parseFault(asked);
      const faults = state();
      faults.lastId += 1;
      const fault: ActiveFault = { id: faults.lastId, spec, seen: 0, hits: 0 };
      faults.active.push(fault);
      world().changed();
      return fault;
    },
    list: () => world().state.faults?.active ?? [],
    clear(id) {
      const faults = state();
      const left = id === undefined ? [] : faults.active.filter((fault) => fault.id !== id);
      const gone = faults.active.length - left.length;
      if (id !== undefined && gone === 0) throw new Error(`there is no fault ${id}`);
      faults.active = left;
      world().changed();
      return gone;
    },
  };
}

/** Every rule counts the call; the first that is due is played. */
function hitBy(
  active: readonly ActiveFault[],
  call: Call,
  changed: () => void,
): { readonly id: number; readonly fault: Fault } | null {
  let hit: { readonly id: number; readonly fault: Fault } | null = null;
  for (const rule of active) {
    const { spec } = rule;
    if (spec.what !== "call" || isSpent(rule, spec) || !concerns(spec, call)) continue;
    rule.seen += 1;
    changed();
    if (hit !== null || rule.seen < spec.nth || chance(spec.seed, rule.seen) >= spec.share) continue;
    rule.hits += 1;
    hit = { id: rule.id, fault: spec.fault };
  }
  return hit;
}

/** Whether it has hit as many calls as it was to. */
function isSpent({ hits }: ActiveFault, { times }: CallFault): boolean {
  return times > 0 && hits >= times;
}

function concerns({ interface: via, method = "*", target = "*" }: CallFault, call: Call): boolean {
  return (via === undefined || via === call.interface) && matches(method, call.method) && matches(target, call.target);
}
