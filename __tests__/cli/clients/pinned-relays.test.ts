import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer, type Server, type TLSSocket } from "node:tls";
import { connectPinned, openPinnedRelay, WrongCertificate } from "../../../cli/clients/pinned-relays.ts";
import { newAuthority } from "../../../sandbox/pki/certificate.ts";
import { validity } from "../../../sandbox/pki/validity.ts";
import { freePort, listening } from "../../listening.ts";
import { SSH } from "./ssh-program.ts";

/** A service that answers in capitals. */
let service: Server;
let pin: string;
let port: number;
const sockets = new Set<TLSSocket>();
/** What came to it behind TLS. */
let received: string;

beforeEach(async () => {
  const { certificate, key } = newAuthority({ curve: "p256", commonName: "pve", ...validity(new Date(), 1) });
  pin = new X509Certificate(certificate).fingerprint256;
  received = "";
  service = createServer({ cert: certificate, key }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      received += String(chunk);
      socket.write(String(chunk).toUpperCase());
    });
  });
  port = await listening(service);
});
afterEach(() => {
  service.close();
  for (const socket of sockets) socket.destroy();
});

const OTHERS = Array.from({ length: 32 }, () => "AB").join(":");

/** Goes by a relay of this pin. @returns what came back before the end, and what the relay said */
async function byRelay(wanted: string): Promise<{ readonly answer: string; readonly said: readonly string[] }> {
  const said: string[] = [];
  const localPort = await freePort();
  const relay = await openPinnedRelay(localPort, { host: "127.0.0.1", port, pin: wanted }, (line) => said.push(line));
  const client: TLSSocket = connect({ host: "127.0.0.1", port: localPort, rejectUnauthorized: false });
  client.on("error", () => undefined);
  const answered = new Promise<string>((resolve) => {
    client.once("data", (chunk) => resolve(String(chunk)));
    client.once("close", () => resolve(""));
  });
  await once(client, "secureConnect");
  client.write("secret");
  const answer = await answered;
  client.destroy();
  relay.close();
  return { answer, said };
}

describe("a relay to a service whose certificate is pinned", () => {
  it("leads there and back", async () => {
    expect(await byRelay(pin)).toEqual({ answer: "SECRET", said: [] });
  });

  it("sends nothing to who shows another certificate, and says which it showed", async () => {
    const { answer, said } = await byRelay(OTHERS);
    expect([answer, received]).toEqual(["", ""]);
    expect(said).toEqual([expect.stringContaining(`shows a certificate with the fingerprint ${pin}`)]);
  });
});

it("a connection to a pinned service is refused where another certificate is shown", async () => {
  await expect(connectPinned({ host: "127.0.0.1", port, pin: OTHERS })).rejects.toThrow(WrongCertificate);
});

it("a connection to a pinned service by a jump host is held to the same certificate", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ampere-lab-jump-"));
  const path = process.env["PATH"];
  writeFileSync(join(folder, "ssh"), SSH, { mode: 0o755 });
  process.env["PATH"] = folder;
  try {
    const target = { host: "127.0.0.1", port, jump: "me@bastion" };
    await expect(connectPinned({ ...target, pin: OTHERS })).rejects.toThrow(WrongCertificate);
    const way = await connectPinned({ ...target, pin });
    way.write("secret");
    expect(String((await once(way, "data"))[0])).toBe("SECRET");
    way.destroy();
  } finally {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  }
});
