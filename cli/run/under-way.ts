/**
 * Calls that an interrupted run did not wait for. A service does what it was asked to do, whoever waits for the answer: what
 * such a call makes is there only once it is done, and until then nobody may take it for absent.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { LoggedCall, Sandbox } from "../../sandbox/client.ts";
import type { Terminal } from "../show/terminal.ts";

const POLL_MS = 200;

/** Whether a call may make, change or remove something. */
function changes({ door, method }: LoggedCall): boolean {
  if (door === "provider") return method === "ApplyResourceChange";
  return (door === "oci" || door === "proxmox") && method !== "GET" && method !== "HEAD";
}

/** The calls that may still change the sandbox's world. */
export async function changesUnderWay(sandbox: Sandbox): Promise<readonly LoggedCall[]> {
  return (await sandbox.callsUnderWay()).filter(changes);
}

/** Waits until the sandbox has done all that it was asked for before. */
export async function awaitChanges(sandbox: Sandbox, terminal: Terminal, signal: AbortSignal): Promise<void> {
  let open = await changesUnderWay(sandbox);
  const [first] = open;
  if (first === undefined) return;
  const more = open.length === 1 ? "" : ` and ${open.length - 1} more`;
  terminal.aside(`still under way from an earlier run, and waited for: ${first.method} ${first.target}${more}`);
  while (open.length > 0) {
    await sleep(POLL_MS, undefined, { signal });
    open = await changesUnderWay(sandbox);
  }
}
