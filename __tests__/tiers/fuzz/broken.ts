/** Connections that are no conversation: TLS that breaks off, bytes at random, half-open sockets, requests cut short. */
import net from "node:net";
import tls from "node:tls";
import * as fc from "fast-check";

export type Broken =
  | { readonly kind: "bytes"; readonly bytes: Buffer; readonly end: "destroy" | "half-close" | "leave-open" }
  | { readonly kind: "tls"; readonly bytes: Buffer };

/** The start of a TLS ClientHello that never goes on. */
const HELLO = Buffer.from("16030100c8010000c40303", "hex");

const REQUESTS = [
  "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nshort",
  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
  "GET / HTTP/9.9\r\n\r\n",
  "GET\r\n\r\n",
  `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
  "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
  "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
  "SSH-2.0-nobody\r\n",
];

export function broken(): fc.Arbitrary<Broken> {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 100 }).map((some) => Buffer.from(some)),
    fc.nat({ max: HELLO.length }).map((length) => HELLO.subarray(0, length)),
    fc.constantFrom(...REQUESTS).map((text) => Buffer.from(text, "latin1")),
  );
  const end = fc.constantFrom("destroy" as const, "half-close" as const, "leave-open" as const);
  return fc.oneof(
    fc.record({ kind: fc.constant("bytes" as const), bytes, end }),
    fc.record({ kind: fc.constant("tls" as const), bytes }),
  );
}

/** How long an interface that does not answer is waited for: one without TLS never greets. */
const PATIENCE_MS = 300;

function happens(socket: net.Socket, event: string): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    for (const each of [event, "close"])
      socket.once(each, () => {
        clearTimeout(timer);
        resolve();
      });
  });
}

/** Connects, misbehaves, and goes away. @returns the socket where it was left open */
export async function misbehave(port: number, how: Broken): Promise<net.Socket | null> {
  const socket =
    how.kind === "tls"
      ? tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false })
      : net.connect({ host: "127.0.0.1", port });
  socket.on("error", () => socket.destroy());
  socket.resume();
  await happens(socket, how.kind === "tls" ? "secureConnect" : "connect");
  socket.write(how.bytes);
  if (how.kind === "bytes" && how.end === "leave-open") return socket;
  if (how.kind === "bytes" && how.end === "half-close") {
    socket.end();
    await happens(socket, "close");
  }
  socket.destroy();
  return null;
}
