/** Locks of guests: while a backup, a snapshot or a migration holds one, nothing else is done (`check_lock` in PVE). */
import type { Vm } from "../../world/proxmox.ts";
import { type Pve, ROOT } from "./context.ts";
import { badParameter, failure } from "./errors.ts";

/** Whether a call says to pass over a lock. @throws PveError for others than root@pam */
export function skipsLock({ user }: Pve, parameters: Readonly<Record<string, string | undefined>>): boolean {
  if (parameters["skiplock"] !== "1") return false;
  if (user !== ROOT) throw badParameter({ skiplock: "Only root may use this option." });
  return true;
}

/** @throws PveError in PVE's words */
export function assertUnlocked({ config }: Vm): void {
  // Only a container has a root file system.
  const what = "rootfs" in config ? "CT" : "VM";
  if (config.lock !== undefined) throw failure(`${what} is locked (${config.lock})`);
}
