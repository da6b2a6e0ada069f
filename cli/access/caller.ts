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

/** The kernel's tables of TCP sockets: IPv4 clients may have an IPv6 socket. Elsewhere than on Linux there are none. */
function sockets(): readonly string[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => {
    try {
      return readFileSync(table, "utf8").split("\n");
    } catch {
      return [];
    }
  });
}

/**
 * The uid of the client's end of a connection (proc_net_tcp(5), columns local_address, rem_address, uid, inode), or that nobody
 * has that end any more: the kernel shows it as root's for a while then, without an inode.
 *
 * @returns null where the system does not tell, as outside of Linux
 */
export function callerOf({ remoteAddress, remotePort, localAddress, localPort }: Ends): number | "gone" | null {
  if (remoteAddress === undefined || localAddress === undefined) return "gone";
  if (remotePort === undefined || localPort === undefined) return "gone";
  const rows = sockets();
  if (rows.length === 0) return null;
  // Address and port of both: somebody else may have the same ports at another address of loopback.
  const [theirs, ours] = [endOf(remoteAddress, remotePort), endOf(localAddress, localPort)];
  for (const row of rows) {
    const [, local = "", remote = "", , , , , uid, , inode] = row.trim().split(/\s+/);
    if (local.endsWith(theirs) && remote.endsWith(ours)) return inode === "0" ? "gone" : Number(uid);
  }
  return "gone";
}

export type Whose = "ours" | "another's" | "gone" | "unknown";

/** Whether a connection comes from a program of this user, or of root. Only Linux tells; elsewhere it is taken for one. */
export function whose(client: Socket): Whose {
  if (process.platform !== "linux") return "ours";
  const caller = callerOf(client);
  if (caller === null) return "unknown";
  if (caller === "gone") return caller;
  return caller === 0 || caller === process.getuid?.() ? "ours" : "another's";
}
