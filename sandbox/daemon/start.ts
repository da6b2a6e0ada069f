/** Starts the daemon of a lab, as a process of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sandboxFiles } from "./files.ts";
import type { Account } from "../world/oci.ts";

/** A daemon is ready after a second; on a machine that builds images beside it, after half a minute. */
export const START_TIMEOUT_MS = 60_000;

/** How a daemon is to be. */
export interface DaemonOptions {
  /** Service limits that the tenancy has. @default - as it is; `always-free` in a new world */
  readonly account?: Account;
  /** The daemon ends after so many minutes without any connection. @default 15 */
  readonly idleMinutes?: number;
}

/** Whether a process runs. One that has ended, and that PID 1 of a container does not reap, does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^\d+ \(.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return process.platform !== "linux"; // where there is no /proc; else it has just ended
  }
}

/** Starts a daemon and waits until it is ready; false when another one has the lab. */
export async function startDaemon(labHome: string, options: DaemonOptions): Promise<boolean> {
  const { spawn } = await import("node:child_process");
  const { closeSync, mkdirSync, openSync } = await import("node:fs");
  const files = sandboxFiles(labHome);
  mkdirSync(files.dir, { recursive: true, mode: 0o700 });
  const log = openSync(files.log, "a");
  const args = [
    "--disable-warning=ExperimentalWarning",
    join(import.meta.dirname, "main.ts"),
    "--lab-home",
    labHome,
    ...(options.account ? ["--account", options.account] : []),
    ...(options.idleMinutes === undefined ? [] : ["--idle-minutes", String(options.idleMinutes)]),
  ];
  // Nothing of the caller's environment but this: the sandbox never sees a credential.
  const { PATH, HOME, TMPDIR, SANDBOX_LATENCY_MS, NODE_COMPILE_CACHE } = process.env;
  const cache = NODE_COMPILE_CACHE ?? join(import.meta.dirname, "..", "..", "node_modules", ".cache", "compile");
  const env = { PATH, HOME, TMPDIR, SANDBOX_LATENCY_MS, NODE_COMPILE_CACHE: cache };
  const child = spawn(process.execPath, args, { cwd: "/", detached: true, env, stdio: ["ignore", log, log, "pipe"] });
  closeSync(log);
  const pipe = child.stdio[3];
  const said = await new Promise<string>((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => resolve(text), START_TIMEOUT_MS);
    child.once("error", reject);
    pipe?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    pipe?.on("close", () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
  pipe?.destroy();
  child.unref();
  const message: unknown = said === "" ? null : JSON.parse(said);
  if (typeof message !== "object" || message === null)
    throw new Error(`the sandbox of ${labHome} did not start; its log is ${files.log}`);
  if ("error" in message) throw new Error(`the sandbox of ${labHome} did not start: ${String(message.error)}`);
  return "ready" in message;
}
