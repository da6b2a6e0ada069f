/** Two ends of one connection: what sshd opens to the target of a tunnel, and what accepts it there. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

interface SocketPair {
  readonly near: Socket;
  readonly far: Socket;
}

/** Over loopback, so that both are sockets in every respect. Whoever else connects to the port meanwhile is let go. */
export async function socketPair(): Promise<SocketPair> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const near = connect({ host: "127.0.0.1", port: address.port, allowHalfOpen: true });
  try {
    return await new Promise((resolve, reject) => {
      near.once("error", reject);
      server.on("connection", (far) => {
        const isOurs = (): boolean => far.remotePort === near.localPort;
        const decide = (): void => {
          if (!isOurs()) far.destroy();
          else resolve({ near, far });
        };
        if (near.connecting) near.once("connect", decide);
        else decide();
      });
    });
  } finally {
    server.close();
  }
}
