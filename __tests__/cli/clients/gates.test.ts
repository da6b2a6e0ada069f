/** The near end of a guarded tunnel: who of this machine may go through it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { callerOf, type Gates, openGates } from "../../../cli/clients/tunnel-ends.ts";
import type { Tunnel } from "../../../topology/types.ts";
import { listening } from "../../listening.ts";

const NOBODY = 65_534;
const isLinux = process.platform === "linux";
const isRoot = isLinux && process.getuid?.() === 0;
const onLinux = isLinux ? it : (name: string) => it.skip(`${name} (skipped: no Linux)`, () => undefined);
const asRoot = isRoot ? it : (name: string) => it.skip(`${name} (skipped: not root on Linux)`, () => undefined);

let gates: Gates;
let behind: Server;
let port: number;
let said: string[];
let reached: number;

/** A port that nobody listens at any more. */
async function freePort(): Promise<number> {
  const server = createServer();
  const free = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return free;
}

beforeEach(async () => {
  said = [];
  port = await freePort();
  const tunnel: Tunnel = {
    name: "talos cp-1",
    localPort: port,
    via: "pve-1",
    target: { address: "10.20.0.11", port: 50_000 },
    guarded: true,
  };
  gates = await openGates([tunnel], { say: (line) => said.push(line) });
  reached = 0;
  behind = createServer((socket) => {
    reached++;
    socket.end("maintenance");
  });
  behind.listen(gates.nearEnd(tunnel));
  await once(behind, "listening");
});
afterEach(async () => {
  gates.close();
  await new Promise((resolve) => behind.close(resolve));
});

/** What another user of this machine hears there. */
function heardBy(uid: number): Promise<string> {
  const script = `require("node:net").connect(${port}, "127.0.0.1").on("error", () => undefined).pipe(process.stdout)`;
  return text(
    spawn(process.execPath, ["--eval", script], { uid, cwd: "/", stdio: ["ignore", "pipe", "inherit"] }).stdout,
  );
}

it("lets this user's programs through", async () => {
  expect(await text(connect(port, "127.0.0.1"))).toBe("maintenance");
  expect(said).toEqual([]);
});

asRoot("refuses another user, and says so", async () => {
  expect(await heardBy(NOBODY)).toBe("");
  expect(said).toEqual([`refused another user of this machine at 127.0.0.1:${port}, the tunnel talos cp-1`]);
});

/** One that hangs up before the gate gets to look at it: this process waits for its end. */
function hangsUp(how: "destroy" | "resetAndDestroy", uid?: number): void {
  const script = `const client = require("node:net").connect(${port}, "127.0.0.1", () => client.${how}())`;
  spawnSync(process.execPath, ["--eval", script], {
    cwd: "/",
    stdio: "inherit",
    ...(uid === undefined ? {} : { uid }),
  });
}

// The kernel shows what nobody owns any more as root's.
onLinux("says nothing of a client that has hung up, and passes nothing of it on", async () => {
  for (const how of ["destroy", "resetAndDestroy"] as const) {
    hangsUp(how);
    if (isRoot) hangsUp(how, NOBODY);
  }
  expect(await text(connect(port, "127.0.0.1"))).toBe("maintenance");
  expect([said, reached]).toEqual([[], 1]);
});

onLinux("knows the user of a client, and none of one that is gone", async () => {
  const server = createServer({ pauseOnConnect: true });
  const at = await listening(server);
  const client = connect(at, "127.0.0.1");
  const [met] = await once(server, "connection");
  try {
    expect(callerOf(met)).toBe(process.getuid?.());
    const { remoteAddress, remotePort, localAddress, localPort } = met;
    expect(callerOf({ remoteAddress, remotePort: 1, localAddress, localPort })).toBe("gone");
    // The same ports at another address are another connection.
    expect(callerOf({ remoteAddress: "127.0.0.2", remotePort, localAddress, localPort })).toBe("gone");
    client.destroy();
    await once(client, "close");
    expect(callerOf(met)).toBe("gone");
  } finally {
    client.destroy();
    met.destroy();
    server.close();
  }
});
