/** The SSH files of a lab: its own key, and the host keys it gave to its hosts, pinned before the first connection. */
import { join } from "node:path";
import { writeAtomically } from "../files.ts";
import type { Secrets } from "../secrets/secrets.ts";

export interface SshFiles {
  readonly key: string;
  readonly knownHosts: string;
}

/** Writes them below the lab's data folder. Host keys stand under the hosts' names: addresses come and go. */
export function writeSshFiles(data: string, secrets: Secrets): SshFiles {
  const files = { key: join(data, "ssh", "id_ed25519"), knownHosts: join(data, "ssh", "known_hosts") };
  const lines = Object.entries(secrets.hostKeys).map(([host, key]) => {
    const [type, blob] = key.public.split(" ");
    return `${host} ${type} ${blob}\n`;
  });
  writeAtomically(files.key, secrets.userKey.private);
  writeAtomically(files.knownHosts, lines.join(""));
  return files;
}
