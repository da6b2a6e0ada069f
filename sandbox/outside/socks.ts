/** SOCKS5 (RFC 1928), without authentication and for CONNECT alone: bpg/proxmox takes such a proxy for its SSH. */
import { once } from "node:events";
import type net from "node:net";

/** The first byte of all that a client sends. */
export const SOCKS_VERSION = 5;
const NO_AUTHENTICATION = 0;
const CONNECT = 1;
const [IPV4, NAME] = [1, 3];
/** Replies. */
const [SUCCEEDED, REFUSED, COMMAND_NOT_SUPPORTED] = [0, 5, 7];

async function bytes(socket: net.Socket, count: number): Promise<Buffer> {
  for (;;) {
    const chunk: Buffer | null = socket.read(count);
    if (chunk !== null && chunk.length === count) return chunk;
    if (socket.readableEnded || socket.destroyed) throw new Error("the client has left");
    await once(socket, "readable");
  }
}

async function addressOf(socket: net.Socket, kind: number | undefined): Promise<string> {
  if (kind === IPV4) return (await bytes(socket, 4)).join(".");
  if (kind !== NAME) throw new Error(`address type ${kind}`);
  const [length = 0] = await bytes(socket, 1);
  return (await bytes(socket, length)).toString("latin1");
}

function reply(socket: net.Socket, what: number): void {
  socket.write(Buffer.from([SOCKS_VERSION, what, 0, IPV4, 0, 0, 0, 0, 0, 0]));
}

/** Serves a connection: what listens at the address that the client asks for gets it. @throws where it is no SOCKS5 */
export async function serveSocks(
  socket: net.Socket,
  listenerAt: (address: string, port: number) => ((connection: net.Socket) => void) | null,
  refused: (target: string) => void,
): Promise<void> {
  const [, methods = 0] = await bytes(socket, 2);
  await bytes(socket, methods);
  socket.write(Buffer.from([SOCKS_VERSION, NO_AUTHENTICATION]));
  const [, command, , kind] = await bytes(socket, 4);
  const address = await addressOf(socket, kind);
  const port = (await bytes(socket, 2)).readUInt16BE();
  const listener = command === CONNECT ? listenerAt(address.toLowerCase(), port) : null;
  if (listener === null) {
    refused(`${address}:${port}`);
    reply(socket, command === CONNECT ? REFUSED : COMMAND_NOT_SUPPORTED);
    socket.end();
    return;
  }
  reply(socket, SUCCEEDED);
  listener(socket);
}
