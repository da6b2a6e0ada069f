/** Consoles of virtual machines: a port and a ticket, with which a WebSocket leads to the screen (qemu-server, API2/Qemu.pm). */
import { randomInt } from "node:crypto";
import type { Duplex } from "node:stream";
import type { World } from "../../world/world.ts";
import { again, type Pve } from "../model/context.ts";
import { failure, PveError } from "../model/errors.ts";
import { checkConsoleTicket, consoleTicket } from "../model/login.ts";
import { properties } from "../model/properties.ts";
import { runs } from "../model/vm-power.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, type Route } from "./route.ts";
import { task, vm } from "./vm-calls.ts";
import { serveScreen } from "./vnc.ts";

const VM = "nodes/{node}/qemu/{vmid}";
const [FIRST_PORT, LAST_PORT] = [5900, 5999];
/** So long a proxy waits for its client. */
const WAIT_MS = 10_000;

type Serve = (stream: Duplex) => Promise<void>;

/** By port what waits for a client; no two hosts take the same, as any node of a cluster leads there. */
const waiting = new WeakMap<World, Map<number, Serve>>();

function consolesOf(world: World): Map<number, Serve> {
  const known = waiting.get(world) ?? new Map<number, Serve>();
  waiting.set(world, known);
  return known;
}

/** @throws PveError */
function freePort(world: World): number {
  for (let port = FIRST_PORT; port <= LAST_PORT; port += 1) if (!consolesOf(world).has(port)) return port;
  throw failure("unable to find free port (5900-6000)");
}

/** Of printable characters, as PVE::Ticket makes it. */
function vncPassword(): string {
  return Array.from({ length: 8 }, () => String.fromCharCode(randomInt(0x21, 0x61))).join("");
}

/** What waits on a port; nobody else is served there. @throws PveError where nothing does */
export function takeConsole(world: World, port: number): Serve {
  const serve = consolesOf(world).get(port);
  if (!serve) throw new PveError(599, "connect to 'localhost' failed: Connection refused");
  consolesOf(world).delete(port);
  return serve;
}

/** A proxy that waits for one client, as a task. @returns its UPID */
function startProxy(pve: Pve, vmid: number, port: number, serve: Serve): string {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    consolesOf(pve.world).delete(port);
    reject(failure("connection timed out"));
  }, WAIT_MS).unref();
  consolesOf(pve.world).set(port, async (stream) => {
    clearTimeout(timer);
    await serve(stream).catch(() => stream.destroy());
    resolve();
  });
  // Before the task waits for it, nobody does.
  promise.catch(() => undefined);
  return task(pve, "vncproxy", vmid, () => promise);
}

function vncProxy(pve: Pve, parameters: Parameters): Data {
  const { vmid, config } = vm(pve, parameters);
  const port = freePort(pve.world);
  const isSerial = /^serial\d+$/.test(properties(config.vga ?? "", "type").get("type") ?? "");
  const hasPassword = !isSerial || parameters["websocket"] === "1" || parameters["generate-password"] === "1";
  const password = hasPassword ? vncPassword() : "";
  const ticket = consoleTicket(pve, `/vms/${vmid}`, port);
  const upid = startProxy(pve, vmid, port, async (stream) => {
    const machine = vm(again(pve), parameters);
    // `qm vncproxy` finds no QEMU then.
    if (!runs(pve, machine)) throw failure("Failed to run vncproxy.");
    await serveScreen(stream, machine.config.name ?? `VM ${vmid}`, password);
  });
  return {
    user: pve.user,
    ticket: hasPassword ? `${password}:${ticket}` : ticket,
    port: String(port),
    upid,
    cert: pve.host.certificate.certificate,
    ...(hasPassword && { password }),
  };
}

function vncWebSocket(pve: Pve, { vmid = "", port = "", vncticket = "" }: Parameters): Data {
  checkConsoleTicket(pve, vncticket, `/vms/${vmid}`, Number(port));
  return { port };
}

/** The calls. */
export const routes: readonly Route[] = [post(`${VM}/vncproxy`, vncProxy), get(`${VM}/vncwebsocket`, vncWebSocket)];
