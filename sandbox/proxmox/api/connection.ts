/** The TCP connections under TLS, for a reset has to be of TCP. */
import type { Socket } from "node:net";

const plain = new Map<string, Socket>();

/** By both ends: one client port can be connected to two hosts. */
function ends({ localPort, remotePort }: Socket): string {
  return `${localPort} ${remotePort}`;
}

/** Notes the TCP connection that a TLS one will come over. */
export function remember(socket: Socket): void {
  const key = ends(socket);
  plain.set(key, socket);
  socket.once("close", () => plain.delete(key));
}

/** Resets a connection, given with TLS. */
export function reset(secure: Socket): void {
  plain.get(ends(secure))?.resetAndDestroy();
  secure.destroy();
}
