/**
 * The sandbox's process: one a LAB_HOME, sole writer of its world. Started by `openSandbox`, ends by itself when idle.
 *
 *   node sandbox/daemon.ts --lab-home DIR [--account always-free|pay-as-you-go] [--idle-minutes 15]
 *
 * Says one JSON line on file descriptor 3: `{"ready": true}`, `{"running": true}` when another one has the lab, or
 * `{"error": "…"}`. Its log is .sandbox/daemon.log. SANDBOX_LATENCY_MS delays the answer to every change.
 */
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { serveControl } from "./daemon-control.ts";
import { DAEMON_VERSION, type DaemonInfo, sandboxFiles, SYSTEMS, type SystemName } from "./daemon-files.ts";
import { takeLock } from "./daemon-lock.ts";
import { tunnelPorts } from "./daemon-tunnels.ts";
import type { ProviderServer } from "./plugin/server.ts";
import { emptyWorld, endpoint, inventory, overview, providers, schemaFile } from "./systems.ts";
import type { Account } from "./world/oci.ts";
import { openStore } from "./world/store.ts";

const SOCKET_DIR = "ampere-lab-";

function tell(message: object): void {
  try {
    writeSync(3, `${JSON.stringify(message)}\n`);
    closeSync(3);
  } catch {
    // Started by hand: there is nobody to tell.
  }
}

/** Removes the socket folder that a killed daemon of this lab left behind. */
function clearLeftovers(infoFile: string): void {
  try {
    const info: DaemonInfo = JSON.parse(readFileSync(infoFile, "utf8"));
    const dir = dirname(info.sockets.control);
    if (dirname(dir) === tmpdir() && basename(dir).startsWith(SOCKET_DIR))
      rmSync(dir, { recursive: true, force: true });
  } catch {
    // None, or unreadable: nothing to clear.
  }
}

function listen(path: string, connected: (socket: net.Socket) => void): Promise<net.Server> {
  const server = net.createServer(connected);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve(server));
  });
}

interface DaemonOptions {
  readonly labHome: string;
  readonly account: Account | undefined;
  readonly idleMinutes: number;
  readonly latencyMs: number;
}

/** Runs until idle, stopped or signalled; false when another daemon has the lab. */
async function runDaemon({ labHome, account, idleMinutes, latencyMs }: DaemonOptions): Promise<boolean> {
  const files = sandboxFiles(labHome);
  mkdirSync(files.dir, { recursive: true, mode: 0o700 });
  if (!takeLock(files.lock)) return false;
  clearLeftovers(files.info);
  const log = (line: string): void => appendFileSync(files.log, `${new Date().toISOString()} ${line}\n`);
  const store = openStore(files.world, () => emptyWorld(account));
  if (account) store.state.oci.account = account;
  store.changed();
  store.save();

  const dir = mkdtempSync(join(tmpdir(), SOCKET_DIR));
  const socket = (name: string): string => join(dir, `${name}.sock`);
  const connections = new Set<net.Socket>();
  let idle: NodeJS.Timeout | undefined;

  function stop(reason: string): never {
    log(`ends: ${reason}`);
    store.save();
    rmSync(files.info, { force: true });
    rmSync(dir, { recursive: true, force: true });
    process.exit(0);
  }

  /** Counts a connection as work for as long as it is open. */
  function track(connection: net.Socket): void {
    connections.add(connection);
    clearTimeout(idle);
    connection.on("error", () => connection.destroy());
    connection.once("close", () => {
      connections.delete(connection);
      if (connections.size === 0) waitIdle();
    });
  }
  function waitIdle(): void {
    clearTimeout(idle);
    idle = setTimeout(() => stop(`idle for ${idleMinutes} minutes`), idleMinutes * 60_000);
  }

  const tunnels = tunnelPorts(labHome, (connection, target) => {
    track(connection);
    const handler = endpoint(store, target);
    if (handler) handler(connection);
    else connection.resetAndDestroy();
  });

  const loading = new Map<SystemName, Promise<ProviderServer>>();
  /** gRPC and the schema take a moment to load: at the first connection, or right after the daemon is ready. */
  async function load(name: SystemName): Promise<ProviderServer> {
    const [{ providerServer }, { served }, { readProviderSchema }] = await Promise.all([
      import("./plugin/server.ts"),
      import("./plugin/session.ts"),
      import("./plugin/schema.ts"),
    ]);
    const host = { store, latencyMs, log: (line: string) => log(`${name}: ${line}`) };
    return providerServer(served(providers[name], readProviderSchema(schemaFile(name))), host);
  }
  function server(name: SystemName): Promise<ProviderServer> {
    const running = loading.get(name) ?? load(name);
    loading.set(name, running);
    return running;
  }

  const info: DaemonInfo = {
    version: DAEMON_VERSION,
    pid: process.pid,
    startedAt: store.now(),
    sockets: { control: socket("control"), oci: socket("oci"), proxmox: socket("proxmox"), talos: socket("talos") },
    tenancyId: store.state.oci.tenancyId,
  };
  const actions = {
    info: () => info,
    inventory: () => inventory(store.state),
    overview: () => overview(store),
    async setTunnels(wanted: typeof store.state.tunnels) {
      await tunnels.set(wanted);
      store.state.tunnels = wanted;
      store.changed();
      store.save();
    },
    setAccount(wanted: Account) {
      store.state.oci.account = wanted;
      store.changed();
      store.save();
    },
    reset() {
      const { tunnels: kept, oci } = store.state;
      store.reset();
      store.state.tunnels = kept;
      store.state.oci.account = oci.account;
      store.changed();
      store.save();
    },
    stop: () => void setImmediate(() => stop("asked to")),
  };

  for (const name of SYSTEMS) {
    await listen(info.sockets[name], async (connection) => {
      track(connection);
      try {
        (await server(name)).accept(connection);
      } catch (error) {
        log(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
        connection.destroy();
      }
    });
  }
  await listen(info.sockets.control, (connection) => {
    track(connection);
    serveControl(connection, actions);
  });
  await tunnels.set(store.state.tunnels).catch((error: unknown) => log(`tunnels stay closed: ${String(error)}`));
  writeFileSync(files.info, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop(signal));
  waitIdle();
  log(`ready: process ${process.pid}, Node ${process.version}, sockets in ${dir}`);
  setImmediate(() => void Promise.allSettled(SYSTEMS.map(server)));
  return true;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      "lab-home": { type: "string" },
      account: { type: "string" },
      "idle-minutes": { type: "string", default: "15" },
    },
  });
  const labHome = values["lab-home"];
  if (labHome === undefined) throw new Error("--lab-home DIR is missing");
  const { account } = values;
  if (account !== undefined && account !== "always-free" && account !== "pay-as-you-go")
    throw new Error(`--account is ${account}; it can be always-free or pay-as-you-go`);
  const started = await runDaemon({
    labHome,
    account,
    idleMinutes: Number(values["idle-minutes"]),
    latencyMs: Number(process.env.SANDBOX_LATENCY_MS ?? 0),
  });
  tell(started ? { ready: true } : { running: true });
}

try {
  await main();
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) });
  console.error(error);
  process.exit(1);
}
