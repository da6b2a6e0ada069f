/** Goes on with a deploy when Oracle has no room for a host: asks now and then whether there is some, and launches again. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Capacity, capacityIn, hostsOf, isRoom, type Wanted } from "../../clients/oci-limits.ts";
import { plural } from "../../ui/words.ts";
import { stateOf } from "../state/state.ts";
import { readTopology } from "../synth/config.ts";
import { availabilityDomainsOf, openAccount } from "../synth/oci-account.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { isShortage } from "../terraform/diagnostics.ts";
import type { Diagnostic } from "../terraform/messages.ts";
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
const ANSWER_MS = 30_000;

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

/** What Oracle says of room for the hosts that are missing, by availability domain: the config's first. */
async function askForRoom(session: Session, info: StackInfo): Promise<readonly (readonly Capacity[])[]> {
  const topology = await readTopology(session.project);
  if ("status" in topology || topology.placement === "existing") return [];
  const { resources } = await stateOf(session, session.stack(info));
  const there = new Set(resources.map(({ attributes }) => attributes["display_name"]));
  const missing = hostsOf(topology).filter(({ host }: Wanted) => !there.has(host));
  const signal = AbortSignal.any([session.interruption.signal, AbortSignal.timeout(ANSWER_MS)]);
  const account = await openAccount(topology.config, session.sandbox, signal);
  const domains = await availabilityDomainsOf(account);
  const own = domains[topology.config.oci.availabilityDomain - 1] ?? "";
  // A host that is there keeps the others in its domain: of another one nothing is said then.
  const others = missing.length === hostsOf(topology).length ? domains.filter((domain) => domain !== own) : [];
  return Promise.all([own, ...others].map((domain) => capacityIn(account, domain, missing)));
}

/** Waits as long as the options say; at once over without them. */
export function capacityWait(
  session: Session,
  info: StackInfo,
  label: string,
  { waitForCapacity = 0 }: CapacityOptions,
): CapacityWait {
  const { terminal, interruption, sandbox } = session;
  const until = Date.now() + waitForCapacity * 1000;
  let [tries, asked] = [0, 0];
  let elsewhere = "";

  /** Whether there is room; null where Oracle does not say, as where a policy forbids the question. */
  async function isThere(): Promise<boolean | null> {
    try {
      const [own = [], ...others] = await askForRoom(session, info);
      const better = others.find((capacity) => capacity.length > 0 && capacity.every(isRoom));
      elsewhere =
        better?.[0] === undefined ? "" : `; ${better[0].availabilityDomain} has room: see oci.availabilityDomain`;
      return own.length === 0 ? null : own.some(isRoom);
    } catch {
      interruption.signal.throwIfAborted();
      return null;
    }
  }

  return {
    awaits: (diagnostics) => Date.now() < until && isShortage(diagnostics),
    async untilWorthATry() {
      tries += 1;
      for (let reports = 0; reports < REPORTS_BELIEVED; reports += 1) {
        const pause = pauseMs(asked, Math.random(), sandbox === null ? FIRST_PAUSE_MS : SANDBOX_PAUSE_MS);
        asked += 1;
        const wait = Math.max(0, Math.min(pause, until - Date.now()));
        const minutes = Math.ceil(wait / MINUTE_MS);
        const end = new Date(until).toISOString().slice(0, 16).replace("T", " ");
        terminal.line(
          `${label} out of host capacity after ${plural(tries, "attempt")}: asks again in ${plural(minutes, "minute")}, until ${end} UTC${elsewhere}`,
        );
        await sleep(wait, undefined, { signal: interruption.signal }).catch(() => interruption.signal.throwIfAborted());
        if (Date.now() >= until || (await isThere()) !== false) return;
      }
    },
  };
}
