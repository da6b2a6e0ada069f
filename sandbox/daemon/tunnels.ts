/** The tunnels' loopback ends: a connection to `localPort` meets what the world has at the tunnel's target. */
import net from "node:net";
import type { Tunnel } from "../../topology/types.ts";

interface TunnelPorts {
  /** Opens and closes ports until exactly these are open. @throws when a port is taken; then nothing changed. */
  set(tunnels: readonly Tunnel[]): Promise<void>;
  close(): void;
}

function listen(server: net.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** A lab has a tunnel a machine, and each is a file to the kernel. */
export function wayOut(code: string): string {
  if (code === "EMFILE" || code === "ENFILE")
    return "this process may not open so many files: raise `ulimit -n` (EMFILE) or the machine's fs.file-max (ENFILE), stop the sandbox, and run this again";
  return "stop what uses it, or give this lab other ports with access.basePort in its config";
}

/** A port that nobody has now. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  await listen(server, 0);
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/**
 * @param connect gets each connection with the tunnel it came by.
 * @param labHome names the lab in errors.
 */
export function tunnelPorts(labHome: string, connect: (socket: net.Socket, tunnel: Tunnel) => void): TunnelPorts {
  const open = new Map<number, { server: net.Server; tunnel: Tunnel }>();

  async function openPort(tunnel: Tunnel): Promise<void> {
    const { localPort, name } = tunnel;
    const server = net.createServer((socket) => {
      const end = open.get(localPort);
      if (end) connect(socket, end.tunnel);
      else socket.destroy();
    });
    try {
      await listen(server, localPort);
    } catch (error) {
      const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
      throw new Error(
        `port ${localPort} on 127.0.0.1 cannot be opened (${reason}) for the tunnel ${name} of the lab in ${labHome}: ${wayOut(reason)}`,
        { cause: error },
      );
    }
    open.set(localPort, { server, tunnel });
  }

  function closePort(port: number): void {
    open.get(port)?.server.close();
    open.delete(port);
  }

  return {
    async set(tunnels) {
      const opened: number[] = [];
      try {
        for (const tunnel of tunnels.filter(({ localPort }) => !open.has(localPort))) {
          await openPort(tunnel);
          opened.push(tunnel.localPort);
        }
      } catch (error) {
        opened.forEach(closePort);
        throw error;
      }
      const wanted = new Map(tunnels.map((tunnel) => [tunnel.localPort, tunnel]));
      for (const [port, end] of open) {
        const tunnel = wanted.get(port);
        if (tunnel) end.tunnel = tunnel;
        else closePort(port);
      }
    },
    close() {
      for (const port of open.keys()) closePort(port);
    },
  };
}
