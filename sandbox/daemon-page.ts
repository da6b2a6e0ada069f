/** The daemon's port of the page. */
import net from "node:net";
import type { FaultDoor } from "./faults/index.ts";
import type { Store } from "./world/store.ts";

/**
 * Opens a loopback port of the system's choice for the page. The page itself is loaded when somebody looks at it.
 *
 * @param connected is told of each connection
 * @returns its address: `http://127.0.0.1:40000/`
 */
export async function openPage(
  store: Store,
  { log }: FaultDoor,
  connected: (connection: net.Socket) => void,
): Promise<string> {
  let loaded: Promise<(connection: net.Socket) => void> | null = null;
  const load = async (): Promise<(connection: net.Socket) => void> => {
    const [{ pageEndpoint }, { viewOf }] = await Promise.all([import("./page/server.ts"), import("./page/view.ts")]);
    return pageEndpoint({ view: () => viewOf(store), lastCalls: log.last, subscribe: log.subscribe });
  };
  const server = net.createServer((connection) => {
    connected(connection);
    loaded ??= load();
    void loaded.then((serve) => serve(connection));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("there is no loopback port for the page");
  return `http://127.0.0.1:${address.port}/`;
}
