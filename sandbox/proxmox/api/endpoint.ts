/** A host's port 8006: TLS with the host's own certificate, HTTP behind it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { PveHost } from "../../world/proxmox.ts";
import type { World } from "../../world/world.ts";
import { finishJoins, isRestarting } from "../pve/cluster.ts";
import { type Pve, pveOn } from "../pve/context.ts";
import { PveError } from "../pve/errors.ts";
import { locksOutAdmins } from "../pve/firewall.ts";
import { hostAt } from "../pve/hosts.ts";
import { checkCsrfToken, userOfApiToken, userOfTicket } from "../pve/login.ts";
import { answer, type Parameters, parametersOf, refuse } from "./http.ts";
import { type Route, ROUTES } from "./routes.ts";

const PREFIX = "/api2/json/";

/** Per host the server for its present certificate. */
const servers = new WeakMap<World, Map<string, { readonly fingerprint: string; readonly server: Server }>>();

/**
 * What a connection to port 8006 of an address meets.
 *
 * @returns what serves the connection; null where nothing listens, so that the connection is to be refused.
 */
export function pveEndpoint(world: World, hostAddress: string): ((socket: Socket) => void) | null {
  finishJoins(world);
  const host = hostAt(world, hostAddress);
  if (!host || isRestarting(world, host)) return null;
  if (locksOutAdmins(pveOn(world, host, "").datacenter)) return dropSilently;
  return (socket) => {
    serverOf(world, host).emit("connection", socket);
  };
}

/** A firewall that drops does not say so: the caller waits until it gives up. */
function dropSilently(socket: Socket): void {
  socket.on("error", () => socket.destroy()).resume();
}

function serverOf(world: World, host: PveHost): Server {
  const known = servers.get(world) ?? new Map();
  servers.set(world, known);
  const { fingerprint, certificate, key } = host.certificate;
  const present = known.get(host.instanceId);
  if (present?.fingerprint === fingerprint) return present.server;
  present?.server.closeAllConnections();
  const server = createServer({ cert: certificate, key, minVersion: "TLSv1.2" }, (request, response) => {
    void serve(world, host.instanceId, request, response);
  });
  known.set(host.instanceId, { fingerprint, server });
  return server;
}

async function serve(
  world: World,
  instanceId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const host = world.state.proxmox.hosts[instanceId];
    if (!host || isRestarting(world, host)) {
      request.socket.destroy();
      return;
    }
    const { pathname, searchParams } = new URL(request.url ?? "/", "https://pve");
    const { route, variables } = find(request.method ?? "GET", pathname);
    const parameters = { ...(await parametersOf(request, searchParams)), ...variables };
    const anonymous = pveOn(world, host, "");
    const user = route.open ? "" : authenticate(anonymous, request);
    answer(response, route.run({ ...anonymous, user }, parameters));
  } catch (error) {
    refuse(response, error);
  }
}

function find(method: string, pathname: string): { readonly route: Route; readonly variables: Parameters } {
  const called = pathname.startsWith(PREFIX) ? pathname.slice(PREFIX.length) : "";
  for (const route of ROUTES) {
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    const match = new RegExp(`^${route.path.replace(/\{\w+\}/g, "([^/]+)")}$`).exec(called);
    if (!match || route.method !== method) continue;
    const variables = names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? "")]);
    return { route, variables: Object.fromEntries(variables) };
  }
  throw new PveError(501, `Method '${method} /${called}' not implemented`);
}

/** The user of a request's API token, or of its ticket with the CSRF token that writes need. */
function authenticate(pve: Pve, request: IncomingMessage): string {
  const { authorization, cookie, csrfpreventiontoken } = request.headers;
  if (authorization?.startsWith("PVEAPIToken=")) return userOfApiToken(pve, authorization.slice("PVEAPIToken=".length));
  const ticket = /(?:^|;\s*)PVEAuthCookie=([^;]+)/.exec(cookie ?? "")?.[1];
  if (ticket === undefined) throw new PveError(401, "No ticket");
  const user = userOfTicket(pve, decodeURIComponent(ticket));
  if (request.method !== "GET") checkCsrfToken(pve, user, String(csrfpreventiontoken ?? ""));
  return user;
}
