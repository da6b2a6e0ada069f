/** Goes on with a deploy when Oracle has no room for a host: asks now and then where there is some, and launches again. */
import { setTimeout as sleep } from "node:timers/promises";
import { plural } from "../../ui/words.ts";
import type { Begun } from "./begin.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { isShortage } from "../terraform/diagnostics.ts";
import type { Diagnostic } from "../terraform/messages.ts";
import { openRooms } from "./rooms.ts";
import type { Session } from "./session.ts";

/** How long a shortage is waited out. */
export interface CapacityOptions {
  /** Seconds. @default 0 */
  readonly waitForCapacity?: number;
}

/** Waits for one stack. */
export interface CapacityWait {
  /** Whether a shortage is all that these errors are about, and there is time left to wait. */
  awaits(diagnostics: readonly Diagnostic[]): boolean;
  /** Resolves when a launch is worth another try, or the time is up. @throws Interrupted */
  untilWorthATry(): Promise<void>;
}

const MINUTE_MS = 60_000;
const FIRST_PAUSE_MS = MINUTE_MS / 2;
const LONGEST_PAUSE_MS = 10 * MINUTE_MS;
/** Its shortage ends when somebody says so. */
const SANDBOX_PAUSE_MS = 1000;
/** Reports of no room have been seen to be wrong (oracle/oci-cli#748): after so many the launch itself is tried. */
const REPORTS_BELIEVED = 3;

/**
 * Milliseconds until the next question: twice as many each time, up to ten minutes, give or take a fifth, so that not all who
 * wait ask at once.
 *
 * @param asked how many questions there were
 * @param random from 0 to 1
 */
export function pauseMs(asked: number, random: number, firstMs = FIRST_PAUSE_MS): number {
  return Math.min(firstMs * 2 ** asked, LONGEST_PAUSE_MS) * (0.8 + 0.4 * random);
}

/** Such as `2026-12-01 04:30`, in UTC. */
const minuteOf = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace("T", " ");

/**
 * Waits as long as the options say; at once over without them.
 *
 * @param options with whether hosts that are missing may be moved meanwhile
 */
export function capacityWait(
  session: Session,
  info: StackInfo,
  label: string,
  options: CapacityOptions & { readonly mayMove: boolean },
): CapacityWait {
  const { waitForCapacity = 0, mayMove } = options;
  const { terminal, interruption, sandbox } = session;
  const until = Date.now() + waitForCapacity * 1000;
  const rooms = openRooms(session, info, label, mayMove);
  let [tries, asked] = [0, 0];

  return {
    awaits: (diagnostics) => Date.now() < until && isShortage(diagnostics),
    async untilWorthATry() {
      tries += 1;
      const refusal = `out of host capacity after ${plural(tries, "attempt")}`;
      if ((await rooms.afterRefusal(refusal)) === "moved") return;
      for (let reports = 0; reports < REPORTS_BELIEVED; reports += 1) {
        const pause = pauseMs(asked, Math.random(), sandbox === null ? FIRST_PAUSE_MS : SANDBOX_PAUSE_MS);
        asked += 1;
        const wait = Math.max(0, Math.min(pause, until - Date.now()));
        terminal.line(
          `${label} ${refusal}: asks again at ${minuteOf(Date.now() + wait)}, until ${minuteOf(until)} UTC`,
        );
        await sleep(wait, undefined, { signal: interruption.signal }).catch(() => interruption.signal.throwIfAborted());
        if (Date.now() >= until || (await rooms.ask()) !== "none") return;
      }
    },
  };
}

/** Moves hosts that are missing to where there is room, before anything is planned. @throws Interrupted */
export async function findRoom(
  { session, stacks, label }: Begun,
  { waitForCapacity = 0 }: CapacityOptions,
): Promise<void> {
  if (waitForCapacity === 0) return;
  const launching = stacks.filter((info) => session.stack(info).variables.includes("host_domains"));
  for (const info of launching) await openRooms(session, info, label(info), true).ask();
}
