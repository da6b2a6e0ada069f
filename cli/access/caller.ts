/** Which user of this machine a loopback connection comes from. */
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, "0");

/** An end in the kernel's tables, an IPv4 address in an IPv6 socket's too: the address's bytes backwards, then the port. */
function endOf(address: string, port: number): string {
  const bytes = address
    .replace(/^::ffff:/, "")
    .split(".")
    .toReversed();
  return `${bytes.map((byte) => hex(Number(byte), 2)).join("")}:${hex(port, 4)}`;
}

type Ends = Pick<Socket, "remoteAddress" | "remotePort" | "localAddress" | "localPort">;

/**
 * The uid of the client's end of a connection (proc_net_tcp(5), columns local_address, rem_address, uid).
 *
 * @returns null where the client is gone, or where the system does not tell, as outside of Linux
 */
export function callerOf({ remoteAddress, remotePort, localAddress, localPort }: Ends): number | null {
  if (remoteAddress === undefined || localAddress === undefined) return null;
  if (remotePort === undefined || localPort === undefined) return null;
  // Address and port of both: somebody else may have the same ports at another address of loopback.
  const [theirs, ours] = [endOf(remoteAddress, remotePort), endOf(localAddress, localPort)];
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
      if (local.endsWith(theirs) && remote.endsWith(ours)) return Number(uid);
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
