/** A loopback port for what several tunnels lead to: each connection goes by the first of them that answers. */
import { connect, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream";

/** Whoever has not answered by then may be slow (an emulated machine) or gone: the next one is asked as well. */
const NEXT_MS = 3000;

/**
 * Carries a connection whose client speaks first, as with TLS, and is answered by all in the same way.
 *
 * @param ports in the order in which they are tried
 * @param won is told which port it goes by
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

export interface Relay {
  /** Cuts what goes through it, too, as the end of an ssh does. */
  close(): void;
}

/** Opens the port. The tunnel that answered last is asked first the next time. */
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
