/** Ends the build that a killed `lab` has left running: it writes where the next one wants to. */
import { setTimeout as sleep } from "node:timers/promises";
import { BASE, PROXMOX } from "../../images/definitions.ts";
import { unfinishedFolder } from "../../images/build.ts";
import { processesWith } from "../run/process.ts";

const POLL_MS = 100;
/** How long Packer may take to stop QEMU before both are killed. */
const PATIENCE_MS = 20_000;

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended, or leads no group.
  }
}

/** Every process of a build has the folder on its command line; build.sh leads their group. */
export async function endLeftovers(artifacts: string, say: (line: string) => void): Promise<void> {
  for (const folder of [BASE, PROXMOX].map((image) => unfinishedFolder(artifacts, image))) {
    const left = (): readonly number[] => processesWith(folder).map(({ pid }) => pid);
    if (left().length === 0) continue;
    say("ending a build that an earlier run has left");
    for (const pid of left()) signalGroup(pid, "SIGTERM");
    for (const end = performance.now() + PATIENCE_MS; left().length > 0 && performance.now() < end;)
      await sleep(POLL_MS);
    for (const pid of left()) signalGroup(pid, "SIGKILL");
  }
}
