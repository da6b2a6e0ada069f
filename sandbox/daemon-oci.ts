/** The daemon's port of OCI's REST API. */
import net from "node:net";
import type { DoorOptions } from "./oci/api/door.ts";
import type { World } from "./world/world.ts";

/**
 * Opens a loopback port of the system's choice. The API itself is loaded when somebody calls it.
 *
 * @param connected is told of each connection
 * @returns its address, as the provider takes it: `http://127.0.0.1:40000`, no path and no slash
 */
export async function openOciApi(
  world: World,
  options: DoorOptions,
  connected: (connection: net.Socket) => void,
): Promise<string> {
  let loaded: Promise<(connection: net.Socket) => void> | null = null;
  const server = net.createServer((connection) => {
    connected(connection);
    loaded ??= import("./oci/api/server.ts").then(({ ociEndpoint }) => ociEndpoint(world, options));
    void loaded.then((serve) => serve(connection));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("there is no loopback port for OCI's API");
  return `http://127.0.0.1:${address.port}`;
}
