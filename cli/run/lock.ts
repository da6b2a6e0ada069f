/** One cdktf at a time in a LAB_HOME: both would write the same stacks and the same state. */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../errors.ts";
import { createAtomically, readIfThere } from "../files.ts";
import { startOf } from "./process.ts";

export interface Lock {
  release(): void;
}

const POLL_MS = 200;

/**
 * Takes the lock, waiting for another cdktf to end. A holder that has died is passed over.
 *
 * @param command what to call us to those who wait
 * @param waiting told once, with who holds it
 */
export async function takeLock(
  file: string,
  command: string,
  waiting: (line: string) => void,
  signal: AbortSignal,
): Promise<Lock> {
  const start = startOf(process.pid);
  if (start === null) throw new CliError("cannot tell when this process started: is /proc or ps missing?");
  const own = JSON.stringify({ pid: process.pid, start, command, since: new Date().toISOString() });
  for (let told = false; !createAtomically(file, own);) {
    // Loaded only when it is needed: it brings zod, and this is on the way of every synth.
    const { holderOf, removeStale } = await import("./lock-holder.ts");
    const holder = holderOf(file);
    if (holder === "nobody") continue;
    if (holder === "dead") {
      removeStale(file);
      await sleep(1, undefined, { signal });
      continue;
    }
    if (!told) {
      told = true;
      waiting(
        `another cdktf works in this LAB_HOME (${holder.command}, process ${holder.pid}, since ${holder.since}): waiting for it to end`,
      );
    }
    await sleep(POLL_MS, undefined, { signal });
  }
  return {
    release: () => {
      if (readIfThere(file) === own) rmSync(file);
    },
  };
}
