import { createServer, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { connect } from "node:net";
import { awaitMachine, openPlainRelays } from "../../../cli/clients/plain-relays.ts";
import type { Relay } from "../../../cli/clients/tunnel-ends.ts";
import type { Tunnel } from "../../../topology/types.ts";
import { freePort, listening } from "../../listening.ts";

const servers: Server[] = [];
let relay: Relay | undefined;
afterEach(() => {
  relay?.close();
  for (const server of servers.splice(0)) server.close();
});

async function serve(said: string): Promise<number> {
  const server = createServer((socket) => socket.end(said));
  servers.push(server);
  return listening(server);
}

const tunnel = (localPort: number, port: number): Tunnel => ({
  name: "talos cp-1",
  localPort,
  via: "cp-1",
  target: { address: "10.0.0.11", port },
  plain: true,
});

const patience = (patienceMs: number, explain?: () => Promise<string>) => ({
  signal: new AbortController().signal,
  say: () => undefined,
  patienceMs,
  retryMs: 1,
  ...(explain && { explain }),
});

describe("a plain relay", () => {
  it("leads to the public address, at the port of its target", async () => {
    const near = await freePort();
    relay = await openPlainRelays([tunnel(near, await serve("apid"))], { "cp-1": "127.0.0.1" });
    expect(await text(connect(near, "127.0.0.1"))).toBe("apid");
  });

  it("hangs up where nobody answers at its other end, and takes the next connection", async () => {
    const [near, far] = [await freePort(), await freePort()];
    relay = await openPlainRelays([tunnel(near, far)], { "cp-1": "127.0.0.1" });
    expect(await text(connect(near, "127.0.0.1"))).toBe("");
    const server = createServer((socket) => socket.end("there"));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(far, "127.0.0.1", resolve));
    expect(await text(connect(near, "127.0.0.1"))).toBe("there");
  });

  it("needs an address from the deployed stack", async () => {
    await expect(openPlainRelays([tunnel(1, 2)], {})).rejects.toThrow(
      "no public address is known for cp-1: deploy oci again",
    );
  });
});

describe("a machine at the other end", () => {
  it("is waited for until it answers", async () => {
    await expect(
      awaitMachine(tunnel(1, await serve("")), { "cp-1": "127.0.0.1" }, patience(0)),
    ).resolves.toBeUndefined();
  });

  it("is given up on in one line, with what its console shows", async () => {
    const way = awaitMachine(
      tunnel(1, await freePort()),
      { "cp-1": "127.0.0.1" },
      patience(-1, async () => "its serial console shows: the UEFI shell"),
    );
    await expect(way).rejects.toThrow(
      /^cp-1 \(127\.0\.0\.1\) does not answer after 0 minutes: .*; its serial console shows: the UEFI shell$/,
    );
  });
});
