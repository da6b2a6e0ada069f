/**
 * Opens loopback ports that lead to a service behind TLS, which has to show one certificate: its fingerprint is known, and no authority
 * is asked. Providers can pin none, so the way ends TLS here, with a certificate that is made for it and forgotten, and begins it anew.
 */
import { connect, createServer, type TLSSocket } from "node:tls";
import { pipeline } from "node:stream";
import { CliError } from "../ui/errors.ts";
import { type Destination, dial } from "./dial.ts";
import type { Relay } from "./tunnel-ends.ts";

/** A service, and what it has to show. */
export interface Pinned extends Destination {
  /** SHA-256 over DER, as `AB:CD:…`. */
  readonly pin: string;
}

/** Somebody else answers there. */
export class WrongCertificate extends CliError {}

const TRY_MS = 5000;
/** With the time that ssh takes to sign in. */
const JUMP_MS = 20_000;

/**
 * Connects, and hands out nothing before the certificate is known to be the one.
 *
 * @throws WrongCertificate, in one line; Error where nobody answers
 */
export function connectPinned(target: Pinned): Promise<TLSSocket> {
  const { host, port, pin, jump } = target;
  return new Promise((resolve, reject) => {
    const way = dial(target).once("error", reject);
    // No authority vouches for it: the fingerprint does, which is compared before a byte is sent.
    const socket = connect({ socket: way, rejectUnauthorized: false });
    socket.setTimeout(jump === undefined ? TRY_MS : JUMP_MS, () =>
      socket.destroy(new Error(`port ${port} does not answer`)),
    );
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      const { fingerprint256: shown } = socket.getPeerCertificate();
      if (shown === pin) {
        socket.setTimeout(0);
        return resolve(socket);
      }
      socket.destroy();
      reject(
        new WrongCertificate(
          `${host}:${port} shows a certificate with the fingerprint ${shown}, and proxmox.api.fingerprint is ${pin}: somebody else ` +
            "answers there, or the certificate was renewed (`pvenode cert info` on the node prints it). Nothing was sent to it",
        ),
      );
    });
  });
}

const WEEK_HOURS = 7 * 24;

/** Of this process's own: whoever connects to the port knows it, and checks nothing. */
async function ownCertificate(): Promise<{ readonly key: string; readonly cert: string }> {
  const { newAuthority } = await import("../../sandbox/pki/certificate.ts");
  const { validity } = await import("../../sandbox/pki/validity.ts");
  const made = newAuthority({ curve: "p256", commonName: "127.0.0.1", ...validity(new Date(), WEEK_HOURS) });
  return { key: made.key, cert: made.certificate };
}

/** Opens the port at once; each connection through it is checked before anything passes. */
export async function openPinnedRelay(localPort: number, target: Pinned, say: (line: string) => void): Promise<Relay> {
  const server = createServer(await ownCertificate(), (client) => {
    client.on("error", () => client.destroy());
    client.pause();
    connectPinned(target).then(
      (way) => {
        pipeline(client, way, () => undefined);
        pipeline(way, client, () => undefined);
      },
      (error: unknown) => {
        if (error instanceof WrongCertificate) say(error.message);
        client.destroy();
      },
    );
  });
  server.on("tlsClientError", () => undefined);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(localPort, "127.0.0.1", () => resolve({ close: () => void server.close() }));
    server.unref();
  });
}
