/** SSH of one host on a loopback port of its own, for clients that cannot reach the host's address. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { World } from "../world/world.ts";
import { type Listening, sshEndpoint } from "./server.ts";

/** A port that is open. */
export interface SshPort {
  readonly port: number;
  /** Cuts the connections that are open, as a network that fails does. */
  cut(): void;
  close(): void;
}

/**
 * Opens a free port on 127.0.0.1 that leads to the host at an address. While no host runs there, or
 * firewalls let the admin not in, connections are refused as soon as they are made.
 *
 * @example
 * const { port, close } = await listenSsh(world, "10.0.0.11", endpointFrom);
 * // ssh -p ${port} root@127.0.0.1 -N -L 127.0.0.1:8006:10.0.0.11:8006
 */
export async function listenSsh(world: World, address: string, listening: Listening): Promise<SshPort> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const handler = sshEndpoint(world, address, listening);
    if (!handler) {
      socket.resetAndDestroy();
      return;
    }
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    handler(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  const cut = (): void => open.forEach((socket) => socket.resetAndDestroy());
  return {
    port: bound.port,
    cut,
    close() {
      server.close();
      cut();
    },
  };
}
