/**
 * The sandbox's process: one a LAB_HOME, sole writer of its world. Started by `openSandbox`, ends by itself when idle.
 *
 *   node sandbox/daemon/main.ts --lab-home DIR [--account always-free|pay-as-you-go] [--idle-minutes 15]
 *
 * Says one JSON line on file descriptor 3: `{"ready": true}`, `{"running": true}` when another one has the lab, or
 * `{"error": "…"}`. Its log is .sandbox/daemon.log. SANDBOX_LATENCY_MS delays the answer to every change.
 */
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  existsSync,
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
import { activity } from "./activity.ts";
import { controlActions } from "./actions.ts";
import { serveControl } from "./control.ts";
import { faultActions } from "./faults.ts";
import { codeStamp, type DaemonInfo, sandboxFiles, SYSTEMS } from "./files.ts";
import { takeLock } from "./lock.ts";
import { openDaemonOutside } from "./outside.ts";
import { loadPage } from "./page.ts";
import { providerInterfaces } from "./providers.ts";
import { tunnelPorts } from "./tunnels.ts";
import { callsWithFaults } from "../faults/index.ts";
import { deployProgress } from "../page/progress.ts";
import { openLazily } from "../http/loopback.ts";
import { ownTunnels } from "../proxmox/model/own-hosts.ts";
import { emptyWorld } from "../systems/index.ts";
import { tunnelEnd } from "../systems/endpoints.ts";
import type { Tunnel } from "../../topology/types.ts";
import type { Account } from "../world/oci.ts";
import { temporaryFolder } from "../../config/temporary-folder.ts";
import { rotate } from "./log.ts";
import { openStore, type Store } from "../world/store.ts";

/** Sockets are not in LAB_HOME: their paths may have 108 bytes at most. */
const SOCKET_DIR = "ampere-lab-sockets-";
/** How often the daemon looks whether its LAB_HOME is still there. */
const LOOK_MS = 5000;

interface DaemonOptions {
  readonly labHome: string;
  readonly account: Account | undefined;
  readonly idleMinutes: number;
  readonly latencyMs: number;
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

/** The world as the wire APIs see it: what they change is on disk at once, for they answer by themselves. */
function savingWorld(store: Store): Store {
  return {
    ...store,
    changed() {
      store.changed();
      store.save();
    },
  };
}

/** Runs until idle, stopped or signalled; false when another daemon has the lab. */
async function runDaemon({ labHome, account, idleMinutes, latencyMs }: DaemonOptions): Promise<boolean> {
  const files = sandboxFiles(labHome);
  mkdirSync(files.dir, { recursive: true, mode: 0o700 });
  if (!takeLock(files.lock)) return false;
  clearLeftovers(files.info);
  const log = (line: string): void => {
    if (!existsSync(files.dir)) return;
    rotate(files.log);
    appendFileSync(files.log, `${new Date().toISOString()} ${line}\n`);
  };
  const faults = callsWithFaults(() => store, log);
  const store: Store = openStore(files.world, () => emptyWorld(account), faults);
  if (account) store.state.oci.account = account;
  store.changed();
  store.save();

  const dir = mkdtempSync(join(temporaryFolder(`${SOCKET_DIR}XXXXXX/control.sock`), SOCKET_DIR));
  const stop = (reason: string): never => {
    log(`ends: ${reason}`);
    try {
      if (existsSync(files.dir)) store.save();
    } catch (error) {
      log(String(error));
    }
    rmSync(files.info, { force: true });
    rmSync(dir, { recursive: true, force: true });
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop(signal));

  const { track } = activity(idleMinutes, () => stop(`idle for ${idleMinutes} minutes`));
  /** Connections of clients, Terraform's providers among them; the page and the command line are none. */
  const clients = new Set<net.Socket>();
  const connected = (connection: net.Socket): void => {
    track(connection);
    clients.add(connection);
    connection.once("close", () => clients.delete(connection));
  };
  const world = savingWorld(store);
  const meet = (connection: net.Socket, tunnel: Tunnel): void => {
    connected(connection);
    const handler = tunnelEnd(world, tunnel);
    if (handler) handler(connection);
    else connection.resetAndDestroy();
  };
  const tunnels = tunnelPorts(labHome, meet);
  const ownPorts = tunnelPorts(labHome, meet);
  const providers = providerInterfaces(store, latencyMs, log);
  const progress = deployProgress();
  const pageToken = randomBytes(16).toString("base64url");
  const socket = (name: string): string => join(dir, `${name}.sock`);
  const info: DaemonInfo = {
    code: codeStamp(),
    pid: process.pid,
    startedAt: store.now(),
    sockets: { control: socket("control"), oci: socket("oci"), proxmox: socket("proxmox"), talos: socket("talos") },
    tenancyId: store.state.oci.tenancyId,
    page: `${await openLazily({ load: () => loadPage(store, faults, progress, pageToken), connected: track, log })}/${pageToken}/`,
    ociApi: await openLazily({
      load: async () => {
        const { talosConsole } = await import("../talos/model/console.ts");
        const { ociEndpoint } = await import("../oci/api/server.ts");
        return ociEndpoint(world, { objects: files.objects, otherConsole: talosConsole });
      },
      connected,
      log,
    }),
  };
  for (const name of SYSTEMS) {
    await listen(info.sockets[name], (connection) => {
      connected(connection);
      void providers.accept(name, connection);
    });
  }
  const leave = (reason: string): void => void setImmediate(() => stop(reason));
  let outside: Promise<string> | undefined;
  const actions = controlActions(store, info, files, {
    setTunnels: tunnels.set,
    setOwnPorts: ownPorts.set,
    outside() {
      outside ??= openDaemonOutside(world, {
        ociApi: info.ociApi,
        authorityFile: files.authority,
        connected,
        log: (line) => log(`outside: ${line}`),
      }).then(({ address }) => address);
      return outside;
    },
  });
  await listen(info.sockets.control, (connection) => {
    track(connection);
    serveControl(connection, {
      ...actions,
      ...faultActions(faults, store.save),
      progress,
      stop: () => leave("asked to"),
      retire() {
        if (clients.size === 0) leave("makes way for other code");
        return clients.size === 0;
      },
    });
  });
  await tunnels.set(store.state.tunnels).catch((error: unknown) => log(`tunnels stay closed: ${String(error)}`));
  await ownPorts.set(ownTunnels(store)).catch((error: unknown) => log(`own hosts stay unreachable: ${String(error)}`));
  writeFileSync(files.info, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
  setInterval(() => {
    if (!existsSync(files.info)) stop("its LAB_HOME is gone");
  }, LOOK_MS).unref();
  log(`ready: process ${process.pid}, Node ${process.version}, sockets in ${dir}`);
  setImmediate(() => void providers.warmUp());
  return true;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0) return value;
  throw new Error(`${name} is ${JSON.stringify(text)}; it must be a number from 0`);
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      "lab-home": { type: "string" },
      account: { type: "string" },
      "idle-minutes": { type: "string", default: "15" },
    },
  });
  const { account, "lab-home": labHome } = values;
  if (labHome === undefined) throw new Error("--lab-home DIR is missing");
  if (account !== undefined && account !== "always-free" && account !== "pay-as-you-go")
    throw new Error(`--account is ${account}; it can be always-free or pay-as-you-go`);
  const idleMinutes = positive("--idle-minutes", values["idle-minutes"]);
  const latencyMs = positive("SANDBOX_LATENCY_MS", process.env.SANDBOX_LATENCY_MS ?? "0");
  return runDaemon({ labHome, account, idleMinutes, latencyMs });
}

/** Tells whoever started this; started by hand, there is nobody. */
function tell(message: object): void {
  try {
    writeSync(3, `${JSON.stringify(message)}\n`);
    closeSync(3);
  } catch {
    console.log(JSON.stringify(message));
  }
}

try {
  tell((await main()) ? { ready: true } : { running: true });
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) });
  console.error(error);
  process.exit(1);
}
