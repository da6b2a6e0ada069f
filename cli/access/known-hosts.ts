/**
 * The SSH files of a lab: its own key, the host keys it gave to its hosts, pinned before the first connection, and the
 * configuration that makes ssh use these and nothing else.
 */
import { join } from "node:path";
import { writeAtomically } from "../files.ts";
import type { Secrets } from "../secrets/secrets.ts";

export interface SshFiles {
  /** Where ssh is started: the configuration names files in it by their names alone. */
  readonly folder: string;
  /** Absolute. */
  readonly config: string;
}

const KEY = "id_ed25519";
const KNOWN_HOSTS = "known_hosts";

/**
 * All that ssh is told (ssh_config(5)). With `-F` it reads neither the user's configuration nor the system's: a
 * `ClearAllForwardings` or `RemoteForward` meant for others would cut or spoil the tunnels. Without paths of ours, as ssh
 * takes `%`, `${` and quotation marks in them for its own.
 */
const CONFIG = {
  BatchMode: "yes",
  ClearAllForwardings: "no",
  ConnectTimeout: "10",
  ControlMaster: "no",
  ControlPath: "none",
  ExitOnForwardFailure: "yes",
  GlobalKnownHostsFile: "/dev/null",
  IdentitiesOnly: "yes",
  IdentityAgent: "none",
  IdentityFile: KEY,
  ServerAliveCountMax: "4",
  ServerAliveInterval: "15",
  StreamLocalBindUnlink: "yes",
  StrictHostKeyChecking: "yes",
  UserKnownHostsFile: KNOWN_HOSTS,
} as const;

/** Writes them below the lab's data folder. Host keys stand under the hosts' names: addresses come and go. */
export function writeSshFiles(data: string, secrets: Secrets): SshFiles {
  const folder = join(data, "ssh");
  const files = { folder, config: join(folder, "config") };
  const hostKeys = Object.entries(secrets.hostKeys).map(([host, key]) => {
    const [type, blob] = key.public.split(" ");
    return `${host} ${type} ${blob}\n`;
  });
  writeAtomically(join(folder, KEY), secrets.userKey.private);
  writeAtomically(join(folder, KNOWN_HOSTS), hostKeys.join(""));
  const settings = Object.entries(CONFIG).map(([name, value]) => `${name} ${value}\n`);
  writeAtomically(files.config, `# Written by cdktf at each run.\n${settings.join("")}`);
  return files;
}
