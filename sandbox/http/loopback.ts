/** Ports of the sandbox's own, on loopback. */
import net from "node:net";

/**
 * Lets a server listen on a port of 127.0.0.1 that the system chooses.
 *
 * @returns its address, without a path: `http://127.0.0.1:40000`
 */
export async function listenOnLoopback(server: net.Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("there is no loopback port");
  return `http://127.0.0.1:${bound.port}`;
}

interface LazyPort {
  /** Loads what serves the connections, once, when the first one comes. */
  readonly load: () => Promise<(connection: net.Socket) => void>;
  /** Told of each connection. */
  readonly connected: (connection: net.Socket) => void;
  readonly log: (line: string) => void;
}

/**
 * Opens a port whose server takes a moment to load.
 *
 * @returns its address, without a path
 */
export function openLazily({ load, connected, log }: LazyPort): Promise<string> {
  let loaded: ReturnType<LazyPort["load"]> | null = null;
  return listenOnLoopback(
    net.createServer(async (connection) => {
      connected(connection);
      loaded ??= load();
      try {
        (await loaded)(connection);
      } catch (error) {
        log(error instanceof Error ? (error.stack ?? error.message) : String(error));
        connection.destroy();
      }
    }),
  );
}
