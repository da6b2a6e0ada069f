/** A host's port 8006: TLS with the host's own certificate, HTTP behind it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Call } from "../../faults/calls.ts";
import type { PveHost } from "../../world/proxmox.ts";
import type { World } from "../../world/world.ts";
import { finishJoins } from "../model/cluster.ts";
import { type Pve, pveOn } from "../model/context.ts";
import { PveError } from "../model/errors.ts";
import { hostAt, isRunning } from "../model/hosts.ts";
import { checkCsrfToken, userOfApiToken, userOfTicket } from "../model/login.ts";
import { isIn, pass, shownCertificate } from "../model/settling.ts";
import { remember, reset } from "./connection.ts";
import { takeConsole } from "./console-calls.ts";
import { playFault } from "./fault.ts";
import { answer, type Data, type Page, type Parameters, parametersOf, refuse } from "./http.ts";
import { forgetUpload } from "./multipart.ts";
import { perform } from "./operation.ts";
import { routes } from "./routes.ts";
import { webSocket } from "./websocket.ts";

const PREFIX = /^\/api2\/json(\/|$)/;

/** Who may not log in is told so after three seconds (PVE::APIServer::AnyEvent). */
const REFUSAL_SECONDS = 3;

/** By host the server for each certificate that it shows. */
const servers = new WeakMap<World, Map<string, Map<string, Server>>>();

/**
 * What a connection to port 8006 of an address meets.
 *
 * @returns what serves the connection; null where nothing listens, so that the connection is to be refused.
 */
export function pveEndpoint(world: World, hostAddress: string): ((socket: Socket) => void) | null {
  finishJoins(world);
  const host = hostAt(world, hostAddress);
  if (!host || isIn(world, host, "restarting")) return null;
  return (socket) => {
    remember(socket);
    serverOf(world, host).emit("connection", socket);
  };
}

function serverOf(world: World, host: PveHost): Server {
  const known = servers.get(world) ?? new Map<string, Map<string, Server>>();
  servers.set(world, known);
  const { fingerprint, certificate, key } = shownCertificate(world, host);
  const ofHost = known.get(host.instanceId) ?? new Map<string, Server>();
  const present = ofHost.get(fingerprint);
  if (present) return present;
  for (const old of ofHost.values()) old.closeAllConnections();
  const server = createServer({ cert: certificate, key, minVersion: "TLSv1.2" }, (request, response) => {
    void serve(world, host.instanceId, request, response);
  });
  server.on("upgrade", (request, socket, head) => void open(world, host.instanceId, { request, socket, head }));
  // Hosts that are gone do not come back under the same id.
  for (const id of known.keys()) if (!(id in world.state.proxmox.hosts)) known.delete(id);
  known.set(host.instanceId, ofHost.set(fingerprint, server));
  return server;
}

async function serve(
  world: World,
  instanceId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.on("error", () => request.destroy());
  const { pathname, searchParams } = target(request);
  const call: Call = { interface: "proxmox", method: request.method ?? "GET", target: pathname };
  const fault = world.calls.begin(call);
  const played = fault && (await playFault(fault, request, response));
  if (played) {
    world.calls.end(call, played);
    return;
  }
  const host = world.state.proxmox.hosts[instanceId];
  if (!host || isIn(world, host, "restarting") || !isRunning(world, instanceId)) {
    request.socket.destroy();
    world.calls.end(call, "reset");
    return;
  }
  let status = 200;
  let parameters: Parameters = {};
  try {
    parameters = await parametersOf(request, searchParams);
    if (isIn(world, host, "unsynced")) throw new PveError(401, "authentication failure");
    const result = await answered(pveOn(world, host, ""), request, pathname, parameters);
    if (fault?.kind === "lost") reset(request.socket);
    else answer(response, result);
  } catch (error) {
    const refusal = refusalOf(error, world, call);
    if (refusal.status === 401) await pass(REFUSAL_SECONDS);
    if (fault?.kind === "lost") reset(request.socket);
    else status = refuse(response, refusal);
  } finally {
    forgetUpload(parameters);
  }
  world.calls.end(call, fault?.kind === "lost" ? "lost" : String(status));
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** A console: the call says whether it may be opened, as any call does, and the WebSocket leads to it. */
async function open(world: World, instanceId: string, { request, socket, head }: Upgrade): Promise<void> {
  socket.on("error", () => socket.destroy());
  const { pathname, searchParams } = target(request);
  const call: Call = { interface: "proxmox", method: "GET", target: pathname };
  world.calls.begin(call);
  const host = world.state.proxmox.hosts[instanceId];
  try {
    if (!host || !isRunning(world, instanceId)) throw new PveError(501, "not running");
    await answered(pveOn(world, host, ""), request, pathname, Object.fromEntries(searchParams));
    const serve = takeConsole(world, Number(searchParams.get("port")));
    world.calls.end(call, "101");
    await serve(await webSocket(request, socket, head));
  } catch (error) {
    const { status, message } = refusalOf(error, world, call);
    socket.end(`HTTP/1.1 ${status} ${message}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    world.calls.end(call, String(status));
  }
}

function refusalOf(error: unknown, world: World, call: Call): PveError {
  if (error instanceof PveError) return error;
  world.calls.bug(call, error);
  return new PveError(500, "the sandbox failed; its log says how");
}

function target({ url = "/" }: IncomingMessage): URL {
  return URL.parse(url, "https://pve") ?? new URL("https://pve/");
}

async function answered(
  anonymous: Pve,
  request: IncomingMessage,
  pathname: string,
  given: Parameters,
): Promise<Data | Page> {
  const method = request.method ?? "GET";
  if (!PREFIX.test(pathname)) throw new PveError(404, `no such file '${pathname}'`);
  const called = pathname.replace(PREFIX, "");
  if (called === "" && method === "GET") {
    authenticate(anonymous, request);
    return routes.children("").map((subdir) => ({ subdir }));
  }
  const found = routes.find(method, called);
  const user = found.route.open ? "" : authenticate(anonymous, request);
  return perform({ ...anonymous, user }, found, called, given);
}

/** The user of a request's API token, or of its ticket with the CSRF token that writes need. */
function authenticate(pve: Pve, request: IncomingMessage): string {
  const { authorization, cookie, csrfpreventiontoken } = request.headers;
  const ticket = authValue(cookie, "PVEAuthCookie") ?? authValue(authorization, "PVEAuthCookie");
  if (ticket === null) {
    const apiToken = authValue(authorization, "PVEAPIToken");
    if (apiToken === null) throw new PveError(401, "No ticket");
    return userOfApiToken(pve, apiToken);
  }
  const user = userOfTicket(pve, ticket);
  if (isIn(pve.world, pve.host, "stale tickets")) throw new PveError(401, "permission denied - invalid PVE ticket");
  if (request.method !== "GET") checkCsrfToken(pve, user, String(csrfpreventiontoken ?? ""));
  return user;
}

/** What a header says under a key, as pve-http-server reads it: of the cookies, or of Authorization. */
function authValue(header: string | undefined, key: "PVEAuthCookie" | "PVEAPIToken"): string | null {
  const [, value = ""] = new RegExp(`(?:^|\\s)${key}[= ]([^;]*)`).exec(header ?? "") ?? [];
  if (value === "") return null;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
