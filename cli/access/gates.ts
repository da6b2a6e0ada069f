/**
 * Near ends of guarded tunnels: any user of this machine can open a loopback port, so ssh listens on a socket in a folder that
 * only this user can enter, and the port here passes on to it who may.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream";
import type { Tunnel } from "../../topology/types.ts";
import { type Whose, whose as whoseNow } from "./caller.ts";

export interface Gates {
  /** Where ssh listens for a tunnel: the path of a socket, or a port of 127.0.0.1. */
  nearEnd(tunnel: Tunnel): string | number;
  close(): void;
}

export interface GateOptions {
  readonly say: (line: string) => void;
  /** Whose a client is. @default - ours for programs of this user, and of root */
  readonly whose?: (client: Socket) => Whose;
}

/** Why a client does not pass. Of one that has hung up there is nothing to say. */
const REFUSED: Readonly<Record<Exclude<Whose, "ours">, string | null>> = {
  "another's": "refused another user of this machine",
  unknown: "refused a program of whom /proc/net/tcp does not tell the user",
  gone: null,
};

function openGate({ name, localPort }: Tunnel, socket: string, { say, whose = whoseNow }: GateOptions) {
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
