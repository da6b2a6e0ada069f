/** Which user of this machine a loopback connection comes from. */
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";

/** A port in the kernel's tables: four hexadecimal digits. */
const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, "0");

/**
 * The uid of the client's end of a connection (proc_net_tcp(5), columns local_address, rem_address, uid).
 *
 * @returns null where the client is gone, or where the system does not tell, as outside of Linux
 */
export function callerOf({ remotePort, localPort }: Pick<Socket, "remotePort" | "localPort">): number | null {
  if (remotePort === undefined || localPort === undefined) return null;
  // IPv4 clients may have an IPv6 socket.
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    let rows: readonly string[];
    try {
      rows = readFileSync(table, "utf8").split("\n");
    } catch {
      continue;
    }
    for (const row of rows) {
      const [, local = "", remote = "", , , , , uid] = row.trim().split(/\s+/);
      if (local.endsWith(`:${hex(remotePort)}`) && remote.endsWith(`:${hex(localPort)}`)) return Number(uid);
    }
  }
  return null;
}

/** Whether a connection comes from a program of this user, or of root. Only Linux tells; elsewhere it is taken for one. */
export function isOurs(client: Socket): boolean {
  if (process.platform !== "linux") return true;
  const caller = callerOf(client);
  return caller === 0 || caller === process.getuid?.();
}
