/** Where a LAB_HOME keeps its sandbox, and what daemon.json says. */
import { join } from "node:path";

export const SYSTEMS = ["oci", "proxmox", "talos"] as const;
export type SystemName = (typeof SYSTEMS)[number];

/** Changes whenever a client and a daemon of different checkouts would not understand each other. */
export const DAEMON_VERSION = 1;

/** Contents of `.sandbox/daemon.json`, written when the daemon is ready and removed when it ends. */
export interface DaemonInfo {
  readonly version: number;
  readonly pid: number;
  readonly startedAt: string;
  readonly sockets: Readonly<Record<SystemName | "control", string>>;
  readonly tenancyId: string;
}

export interface SandboxFiles {
  readonly dir: string;
  readonly world: string;
  readonly info: string;
  readonly log: string;
  readonly lock: string;
}

export function sandboxFiles(labHome: string): SandboxFiles {
  const dir = join(labHome, ".sandbox");
  return {
    dir,
    world: join(dir, "world.json"),
    info: join(dir, "daemon.json"),
    log: join(dir, "daemon.log"),
    lock: join(dir, "daemon.lock"),
  };
}
