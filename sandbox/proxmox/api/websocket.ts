/** A WebSocket as a stream of bytes, which is what pve-http-server makes of one. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { createWebSocketStream, WebSocketServer } from "ws";
import { PveError } from "../model/errors.ts";

/** Far more than a console is sent at once. */
const MAX_FRAME = 1024 ** 2;
const server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME, handleProtocols: () => "binary" });

/** Answers a request that asks for a WebSocket. @param head what came behind the request @throws PveError where it asks wrongly */
export function webSocket(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    socket.once("close", () => reject(new PveError(400, "No WebSocket is asked for")));
    server.handleUpgrade(request, socket, head, (opened) => {
      const stream = createWebSocketStream(opened);
      stream.on("error", () => stream.destroy());
      resolve(stream);
    });
  });
}
