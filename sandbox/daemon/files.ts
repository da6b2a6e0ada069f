/** Where a LAB_HOME keeps its sandbox, and what daemon.json says. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** The systems that are played, each with a provider of its own. */
export const SYSTEMS = ["oci", "proxmox", "talos"] as const;
/** One of them. */
export type SystemName = (typeof SYSTEMS)[number];

const SANDBOX = join(import.meta.dirname, "..");

/** Changes whenever the sandbox's code does: a daemon of other code is replaced once nobody uses it. */
export function codeStamp(): string {
  const files = readdirSync(SANDBOX, { recursive: true, withFileTypes: true });
  const code = files.filter((file) => file.isFile() && !file.parentPath.includes("node_modules"));
  const schemas = SYSTEMS.map((name) => join(SANDBOX, "..", "providers", name, "schema.json"));
  const paths = [...code.map((file) => join(file.parentPath, file.name)), ...schemas];
  const newest = Math.max(...paths.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0));
  return `${paths.length} files, ${newest}`;
}

/** Contents of `.sandbox/daemon.json`, written when the daemon is ready and removed when it ends. */
export interface DaemonInfo {
  readonly code: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly sockets: Readonly<Record<SystemName | "control", string>>;
  readonly tenancyId: string;
  /** Address of the page that draws the world. */
  readonly page: string;
  /** Where OCI's REST API answers: `http://127.0.0.1:4000`. */
  readonly ociApi: string;
}

/** Paths of what the sandbox keeps. */
export interface SandboxFiles {
  readonly dir: string;
  readonly world: string;
  readonly info: string;
  readonly log: string;
  readonly lock: string;
  /** Home of whoever works with the account: what looks for a profile in `~/.oci/config` finds it there. */
  readonly home: string;
  /** The account's `config` and API key, as `~/.oci` has them. */
  readonly oci: string;
  /** Certificate of the authority that vouches for what is outside. */
  readonly authority: string;
  /** Bytes of bucket objects. */
  readonly objects: string;
}

/** The paths in a LAB_HOME. */
export function sandboxFiles(labHome: string): SandboxFiles {
  const dir = join(labHome, ".sandbox");
  return {
    dir,
    world: join(dir, "world.json"),
    info: join(dir, "daemon.json"),
    log: join(dir, "daemon.log"),
    lock: join(dir, "daemon.lock"),
    home: join(dir, "home"),
    oci: join(dir, "home", ".oci"),
    authority: join(dir, "outside.pem"),
    objects: join(dir, "objects"),
  };
}
