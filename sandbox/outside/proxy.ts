/**
 * The network beyond this machine, for real providers and clients: a proxy, by HTTP and SOCKS5 on one port, that plays the few names they would call
 * there, leads to the addresses of the world's machines, and refuses all others, so that nothing leaves loopback. The names
 * are needed because some calls of providers can be sent nowhere else:
 * oracle/oci's client for work requests takes no override, siderolabs/talos reads the image factory from its arguments.
 */
import { writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import { listenOnLoopback } from "../http/loopback.ts";
import { newAuthority, newLeaf } from "../pki/certificate.ts";
import { serveSocks, SOCKS_VERSION } from "./socks.ts";

/** Serves a connection that was made to a host outside; TLS is off it already. */
export type Outside = (connection: tls.TLSSocket) => void;

/** A proxy that is open. */
export interface OutsideProxy {
  /** `http://127.0.0.1:40001` */
  readonly address: string;
  close(): void;
}

interface OutsideOptions {
  /** What plays a host; null: nothing does. */
  readonly hostNamed: (host: string) => Outside | null;
  /** What listens at an address of the world; null: nothing does. */
  readonly machineAt: (address: string, port: number) => ((connection: net.Socket) => void) | null;
  /** Where the certificate of the authority is written that vouches for these hosts. */
  readonly authorityFile: string;
  readonly connected: (connection: net.Socket) => void;
  readonly log: (line: string) => void;
}

const DAY = 24 * 60 * 60 * 1000;

/** One certificate a host, by an authority that nobody trusts who was not told to, and whose key is on no disk. */
function certificates(authorityFile: string): (host: string) => tls.SecureContext {
  const validity = { from: new Date(Date.now() - DAY), until: new Date(Date.now() + 365 * DAY) };
  const authority = newAuthority({ ...validity, curve: "p256", commonName: "ampere-lab sandbox" });
  writeFileSync(authorityFile, authority.certificate, { mode: 0o600 });
  const made = new Map<string, tls.SecureContext>();
  return (host) => {
    const found = made.get(host);
    if (found) return found;
    const { certificate, key } = newLeaf(authority, { ...validity, usage: "server", commonName: host, names: [host] });
    const context = tls.createSecureContext({ cert: certificate, key });
    made.set(host, context);
    return context;
  };
}

function refuse(socket: Duplex, host: string): void {
  const text = `the sandbox reaches nothing beyond loopback: ${host}\n`;
  socket.end(`HTTP/1.1 403 ${text.trim()}\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`);
}

/** Opens it on a loopback port of the system's choice. */
export async function openOutside(options: OutsideOptions): Promise<OutsideProxy> {
  const { hostNamed, machineAt, authorityFile, connected, log } = options;
  const contextOf = certificates(authorityFile);

  /** A machine's bytes are passed on as they are; a name that is played stands behind TLS of ours. */
  function listenerAt(host: string, port: number): ((socket: net.Socket) => void) | null {
    if (net.isIPv4(host)) return machineAt(host, port);
    const serve = port === 443 ? hostNamed(host) : null;
    return (
      serve &&
      ((socket) => {
        const secure = new tls.TLSSocket(socket, { isServer: true, secureContext: contextOf(host) });
        secure.on("error", () => socket.destroy());
        serve(secure);
      })
    );
  }

  const server = http.createServer((request, response) => {
    // No more of the address: it may have a password or a token in it.
    const host = URL.parse(request.url ?? "")?.host ?? "";
    log(`refused ${request.method} to ${host}`);
    response.writeHead(403, { "content-type": "text/plain; charset=utf-8", connection: "close" });
    response.end(`the sandbox reaches nothing beyond loopback: ${host}\n`);
  });
  server.on("clientError", (_error, socket) => socket.destroy());
  server.on("connect", (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const [, host = "", port] = /^([a-z0-9.-]+):(\d+)$/i.exec(request.url ?? "") ?? [];
    const listener = listenerAt(host.toLowerCase(), Number(port));
    if (listener === null) {
      log(`refused a connection to ${request.url}`);
      refuse(socket, request.url ?? "");
      return;
    }
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    listener(socket);
  });
  const either = net.createServer((socket) => {
    connected(socket);
    socket.on("error", () => socket.destroy());
    socket.once("readable", () => {
      const first: Buffer | null = socket.read();
      if (first === null) return;
      socket.unshift(first);
      if (first[0] !== SOCKS_VERSION) server.emit("connection", socket);
      else
        serveSocks(socket, listenerAt, (target) => log(`refused a connection to ${target}`)).catch(() =>
          socket.destroy(),
        );
    });
  });
  return { address: await listenOnLoopback(either), close: () => void either.close() };
}
