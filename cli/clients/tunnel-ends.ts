/**
 * Near ends of tunnels. Gates, of guarded ones: any user of this machine can open a loopback port, so ssh listens on a
 * socket in a folder that only this user can enter, and the port here passes on to it who may.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Duplex, pipeline } from "node:stream";
import type { Tunnel } from "../../topology/types.ts";

/** Guarded near ends that are open, until closed. */
export interface Gates {
  /** Where ssh listens for a tunnel: the path of a socket, or a port of 127.0.0.1. */
  nearEnd(tunnel: Tunnel): string | number;
  close(): void;
}

/** Who may pass, and who hears of those that may not. */
export interface GateOptions {
  readonly say: (line: string) => void;
  /** Whose a client is. @default - ours for programs of this user, and of root */
  readonly whose?: (client: Socket) => Whose;
}

/** Why a client does not pass. Of one that has hung up there is nothing to say. */
const REFUSED: Readonly<Record<Exclude<Whose, "ours">, string | null>> = {
  "another's": "refused another user of this machine",
  unknown: "refused a program whose user is not in /proc/net/tcp",
  gone: null,
};

function openGate({ name, localPort }: Tunnel, socket: string, { say, whose = ownerOf }: GateOptions) {
  const clients = new Set<Socket>();
  const server: Server = createServer((client) => {
    client.on("error", () => client.destroy());
    const owner = whose(client);
    if (owner !== "ours") {
      const why = REFUSED[owner];
      if (why !== null) say(`${why} at 127.0.0.1:${localPort}, the tunnel ${name}`);
      return void client.destroy();
    }
    clients.add(client);
    client.once("close", () => clients.delete(client));
    const way = connect(socket);
    pipeline(client, way, () => undefined);
    pipeline(way, client, () => undefined);
  });
  const close = (): void => {
    server.close();
    for (const client of clients) client.destroy();
  };
  return new Promise<() => void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(localPort, "127.0.0.1", () => resolve(close));
    server.unref();
  });
}

/** Opens the ports of the tunnels that are guarded; those of others are ssh's own. */
export async function openGates(tunnels: readonly Tunnel[], options: GateOptions): Promise<Gates> {
  const guarded = tunnels.filter((tunnel) => tunnel.guarded);
  // Short: a socket's path has at most 107 characters (unix(7)), and the lab's folder may be anywhere.
  const folder = guarded.length === 0 ? null : mkdtempSync(join(tmpdir(), "lab-"));
  const nearEnd = ({ localPort, guarded: isGuarded }: Tunnel): string | number =>
    isGuarded && folder !== null ? join(folder, String(localPort)) : localPort;
  const closers: (() => void)[] = [];
  const close = (): void => {
    for (const each of closers) each();
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const tunnel of guarded) closers.push(await openGate(tunnel, String(nearEnd(tunnel)), options));
  } catch (error) {
    close();
    throw error;
  }
  return { nearEnd, close };
}

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
 * @returns null where the system does not say, as outside of Linux
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

type Whose = "ours" | "another's" | "gone" | "unknown";

/** Whether a connection comes from a program of this user, or of root. Only Linux knows; elsewhere it is taken for one. */
function ownerOf(client: Socket): Whose {
  if (process.platform !== "linux") return "ours";
  const caller = callerOf(client);
  if (caller === null) return "unknown";
  if (caller === "gone") return caller;
  return caller === 0 || caller === process.getuid?.() ? "ours" : "another's";
}

/** Whoever has not answered by then may be slow (an emulated machine) or gone: the next one is asked as well. */
const NEXT_MS = 3000;

/**
 * Carries a connection whose client speaks first, as with TLS, and is answered by all in the same way.
 *
 * @param ports in the order in which they are tried
 * @param won is called with the port it goes by
 */
function carry(client: Socket, ports: readonly number[], won: (port: number) => void, nextMs: number): void {
  const left = [...ports];
  const ways = new Set<Socket>();
  const said: Buffer[] = [];
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    left.length = 0;
    for (const way of ways) way.destroy();
    client.destroy();
  };
  const next = (): void => {
    clearTimeout(timer);
    const port = left.shift();
    if (port === undefined) {
      if (ways.size === 0) end();
      return;
    }
    timer = setTimeout(next, nextMs);
    const way = connect(port, "127.0.0.1");
    ways.add(way);
    for (const chunk of said) way.write(chunk);
    way.on("error", () => way.destroy());
    way.once("close", () => {
      if (ways.delete(way)) next();
    });
    way.once("data", (first: Buffer) => {
      clearTimeout(timer);
      if (client.destroyed) return;
      client.off("data", listen);
      ways.delete(way);
      for (const other of ways) {
        ways.delete(other);
        other.destroy();
      }
      won(port);
      client.off("close", end).write(first);
      pipeline(client, way, () => undefined);
      pipeline(way, client, () => undefined);
    });
  };
  const listen = (chunk: Buffer): void => {
    said.push(chunk);
    for (const way of ways) way.write(chunk);
    if (said.length === 1) next();
  };
  client.on("error", () => client.destroy());
  client.once("close", end);
  client.on("data", listen);
}

/** Opens a loopback port; each connection to it goes by a way of its own. */
export function openPort(localPort: number, way: () => Duplex): Promise<Relay> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.once("close", () => clients.delete(client));
    const other = way();
    pipeline(client, other, () => undefined);
    pipeline(other, client, () => undefined);
  });
  const close = (): void => {
    server.close();
    for (const client of clients) client.destroy();
  };
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(localPort, "127.0.0.1", () => resolve({ close }));
    server.unref();
  });
}

/** A relay that is open, until closed. */
export interface Relay {
  /** Cuts what goes through it, too, as the end of an ssh does. */
  close(): void;
}

/**
 * Opens a loopback port for what several tunnels lead to: each connection goes by the first of them that answers. The one
 * that answered last is asked first the next time.
 */
export function openRelay(localPort: number, through: readonly number[], nextMs = NEXT_MS): Promise<Relay> {
  let [best] = through;
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.once("close", () => clients.delete(client));
    const ports = through.toSorted((a, b) => Number(b === best) - Number(a === best));
    carry(client, ports, (port) => (best = port), nextMs);
  });
  const close = (): void => {
    server.close();
    for (const client of clients) client.destroy();
  };
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(localPort, "127.0.0.1", () => resolve({ close }));
    server.unref();
  });
}
