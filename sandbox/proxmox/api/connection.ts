/** The TCP connections under TLS, for a reset has to be of TCP. */
import type { Socket } from "node:net";

const plain = new Map<number, Socket>();

export function remember(socket: Socket): void {
  const { remotePort } = socket;
  if (remotePort === undefined) return;
  plain.set(remotePort, socket);
  socket.once("close", () => plain.delete(remotePort));
}

/** Resets a connection, given with TLS. */
export function reset(secure: Socket): void {
  const socket = plain.get(secure.remotePort ?? 0);
  if (socket) socket.resetAndDestroy();
  secure.destroy();
}
