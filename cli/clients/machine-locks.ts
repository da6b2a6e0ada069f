/** Waits for locks of virtual machines: while a backup or a snapshot holds one, Proxmox VE refuses changes. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { NoAnswer, NotYet, PveError } from "../../constructs/proxmox/steps/deadline.mjs";
import type { PveApi } from "../../constructs/proxmox/steps/pve-client.mjs";
import { CliError, codeOf } from "../ui/errors.ts";
import type { Terminal } from "../ui/terminal.ts";
import { duration, list } from "../ui/words.ts";

/** How long a lock is waited for that is not said otherwise: a snapshot takes seconds, a small machine's backup minutes. */
export const LOCK_PATIENCE_S = 300;
const POLL_MS = 3000;
/** What is waited for is printed again after each such time. */
const REPEAT_MS = 60_000;

/** Of all locks the one that no work holds: a machine whose memory is on disk, until it is resumed. */
const SUSPENDED = "suspended";

const resources = z.array(
  z.object({ vmid: z.number(), node: z.string(), name: z.string().optional(), lock: z.string().optional() }),
);

interface Locked {
  readonly vmid: number;
  readonly lock: string;
  /** For people: `cp-1 (VM 101 on pve-1) is locked for a backup`. */
  readonly words: string;
  readonly node: string;
}

interface LockWait {
  readonly api: Pick<PveApi, "once">;
  /** What is to become of which machine, by its id. */
  readonly machines: ReadonlyMap<number, "change" | "remove">;
  /** What was not done yet, for people: `nothing of stack proxmox was destroyed`. */
  readonly undone: string;
  readonly label: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly patienceMs: number;
  /** @default - three seconds */
  readonly pollMs?: number;
}

/** Locks that are in the way; null where PVE does not answer. */
async function locksOf({ api, machines }: LockWait): Promise<readonly Locked[] | null> {
  let answer: unknown;
  try {
    answer = await api.once("GET", "cluster/resources?type=vm");
  } catch (error) {
    const unanswered = [PveError, NoAnswer, NotYet].some((kind) => error instanceof kind);
    if (unanswered || codeOf(error) !== undefined) return null;
    throw error;
  }
  return resources.parse(answer).flatMap(({ vmid, node, name = `VM ${vmid}`, lock }) => {
    const what = machines.get(vmid);
    // PVE removes a suspended machine as it is (destroy_vm of qemu-server).
    if (what === undefined || lock === undefined || (lock === SUSPENDED && what === "remove")) return [];
    const held = lock === SUSPENDED ? "suspended to disk" : `locked by Proxmox VE (${lock})`;
    return [{ vmid, node, lock, words: `${name} (VM ${vmid} on ${node}) is ${held}` }];
  });
}

function toDo({ vmid, node, lock }: Locked): string {
  if (lock === SUSPENDED) return `\`qm resume ${vmid}\` on ${node} starts it again`;
  return `or, if no such work runs any more, \`qm unlock ${vmid}\` on ${node} takes the lock away`;
}

function refusal(locks: readonly Locked[], { undone }: LockWait, waitedMs: number): CliError {
  const still = waitedMs === 0 ? "" : `, after ${duration(waitedMs)} of waiting`;
  const passes = locks.some(({ lock }) => lock !== SUSPENDED);
  const advice = [...(passes ? ["wait until that has ended"] : []), ...locks.map(toDo)].join(", ");
  return new CliError(
    `${list(locks.map(({ words }) => words))}${still}; ${undone}. To do: ${advice}; then run this again`,
  );
}

/**
 * Waits, for a bounded time, until no lock is in the way of what is to be done. Says nothing where none is; where PVE does not
 * answer, it goes on, as the provider says that in its own words.
 *
 * @throws CliError, one line, when a lock stays, or is none that goes away by itself
 */
export async function waitForLocks(wait: LockWait): Promise<void> {
  const { terminal, label, signal, patienceMs, pollMs = POLL_MS } = wait;
  let locks = (await locksOf(wait)) ?? [];
  const started = performance.now();
  let printed = "";
  let printedAt = 0;
  for (; locks.length > 0; locks = (await locksOf(wait)) ?? locks) {
    const waited = performance.now() - started;
    const left = patienceMs - waited;
    if (left <= 0 || locks.some(({ lock }) => lock === SUSPENDED))
      throw refusal(locks, wait, printed === "" ? 0 : waited);
    const words = list(locks.map((each) => each.words));
    if (words !== printed || waited - printedAt >= REPEAT_MS) {
      terminal.line(`${label} ${terminal.colors.dim(`… ${words}: waiting, for ${duration(left)} at most`)}`);
      [printed, printedAt] = [words, waited];
    }
    terminal.status(terminal.colors.dim(`${label} waiting for locks, ${duration(waited)} so far`));
    await sleep(Math.min(pollMs, left), undefined, { signal }).finally(() => terminal.status(""));
  }
  if (printed !== "") terminal.line(`${label} ${terminal.colors.dim("… nothing is locked any more")}`);
}
