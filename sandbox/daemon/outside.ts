/** The hosts outside that the daemon plays for real providers, and the way to the machines of its world. */
import net from "node:net";
import type { Outside, OutsideProxy } from "../outside/proxy.ts";
import { endpointFrom, endpointFromAdmin } from "../systems/endpoints.ts";
import type { World } from "../world/world.ts";

const SSH_PORT = 22;

/** Passes a connection on to a port of ours. */
function passedOn(address: string): Outside {
  const port = Number(new URL(address).port);
  return (connection) => {
    const inner = net.connect(port, "127.0.0.1");
    inner.on("error", () => connection.destroy());
    // However it ends: an inner one that stays would keep the daemon from idling.
    connection.once("close", () => inner.destroy());
    connection.pipe(inner).pipe(connection);
  };
}

interface DaemonOutside {
  readonly ociApi: string;
  readonly authorityFile: string;
  readonly connected: (connection: net.Socket) => void;
  readonly log: (line: string) => void;
}

/**
 * Oracle Cloud's services meet OCI's REST API, factory.talos.dev an image factory, an address what listens there. Loaded only where a real provider comes.
 *
 * @returns the proxy
 */
export async function openDaemonOutside(
  world: World,
  { ociApi, authorityFile, connected, log }: DaemonOutside,
): Promise<OutsideProxy> {
  const [{ imageFactory }, { openOutside }, { sshEndpoint }] = await Promise.all([
    import("../talos/api/image-factory.ts"),
    import("../outside/proxy.ts"),
    import("../ssh/index.ts"),
  ]);
  const oci = passedOn(ociApi);
  const factory = imageFactory(world);
  return openOutside({
    hostNamed: (host) => (host.endsWith(".oraclecloud.com") ? oci : host === "factory.talos.dev" ? factory : null),
    machineAt: (address, port) =>
      port === SSH_PORT ? sshEndpoint(world, address, endpointFrom) : endpointFromAdmin(world, { address, port }),
    authorityFile,
    connected,
    log,
  });
}
