/** What bpg's provider does between Terraform and PVE: it finds the API, logs in, and hands PVE's refusals on. */
import { type Attributes, type ProviderContext, Refusal } from "../../plugin/resource.ts";
import { callApi } from "../api/operation.ts";
import { finishJoins } from "../model/cluster.ts";
import { type Pve, pveOn } from "../model/context.ts";
import { PveError } from "../model/errors.ts";
import { hostAt, isRunning, proxmoxOf } from "../model/hosts.ts";
import { passwordFits, userOfApiToken } from "../model/login.ts";
import { carries } from "../../reach/index.ts";
import { ownTunnels } from "../model/own-hosts.ts";
import { isIn } from "../model/settling.ts";
import { text } from "./values.ts";

const API_PORT = 8006;

/** Who is logged in where, by provider block: a provider process keeps its connection through what it changes. */
const sessions = new WeakMap<Attributes, { readonly instanceId: string; readonly user: string }>();

/**
 * Does `work` at the provider's endpoint, all or nothing. What PVE refuses becomes a diagnostic.
 *
 * @param summary what could not be done, for the diagnostic: `Unable to Create SDN Zone`.
 */
export function atPve<T>(call: ProviderContext, summary: string, work: (pve: Pve) => T): T {
  const { state } = call.world;
  const pve = open(call);
  const before = structuredClone(state.proxmox);
  try {
    return work(pve);
  } catch (error) {
    state.proxmox = before;
    if (error instanceof PveError) throw new Refusal(summary, inProviderWords(error));
    throw error;
  }
}

/**
 * What a GET of the provider's shows: the API is asked whether the user may see it.
 *
 * @returns `found` again
 * @throws PveError
 */
export function shown<T>(pve: Pve, path: string, found: T | null): T | null {
  if (found !== null) callApi(pve, "GET", path);
  return found;
}

/** The endpoint as the user of the provider block: logged in now, or since an earlier operation. */
function open(call: ProviderContext): Pve {
  const { world, provider } = call;
  finishJoins(world);
  const session = sessions.get(provider);
  const known = session && isRunning(world, session.instanceId) && proxmoxOf(world).hosts[session.instanceId];
  if (session && known) return pveOn(world, known, session.user);
  const pve = logIn(call);
  sessions.set(provider, { instanceId: pve.host.instanceId, user: pve.user });
  return pve;
}

function logIn({ world, provider }: ProviderContext): Pve {
  const endpoint = text(provider, "endpoint");
  if (endpoint === undefined) {
    throw new Refusal("Missing Proxmox VE API Endpoint", "The provider block has no known value for endpoint.");
  }
  const { port } = URL.parse(endpoint) ?? { port: "" };
  const tunnel = [...world.state.tunnels, ...ownTunnels(world)].find(({ localPort }) => String(localPort) === port);
  if (tunnel && !carries(world, tunnel)) throw unreachable(endpoint, "connect: connection refused");
  const target = tunnel?.target;
  const host = target?.port === API_PORT ? hostAt(world, target.address) : undefined;
  if (!host || isIn(world, host, "restarting")) throw unreachable(endpoint, "connect: connection refused");
  const anonymous = pveOn(world, host, "");
  return { ...anonymous, user: authenticate(anonymous, provider) };
}

function authenticate(pve: Pve, provider: Attributes): string {
  const apiToken = text(provider, "api_token");
  const username = text(provider, "username") ?? "";
  try {
    if (isIn(pve.world, pve.host, "unsynced")) throw new PveError(401, "authentication failure");
    if (apiToken !== undefined) return userOfApiToken(pve, apiToken);
    if (passwordFits(pve, username, text(provider, "password") ?? "")) return username;
    throw new PveError(401, "authentication failure");
  } catch (error) {
    if (!(error instanceof PveError)) throw error;
    const who = apiToken === undefined ? `username "${username}"` : "the API token";
    throw new Refusal("authentication failed", `failed to authenticate with ${who}: ${inProviderWords(error)}`);
  }
}

function unreachable(endpoint: string, why: string): Refusal {
  const url = new URL("/api2/json/access/ticket", endpoint);
  return new Refusal(
    why.replace(/^connect: /, ""),
    `failed to retrieve authentication response: Post "${url}": dial tcp ${url.host}: ${why}`,
  );
}

function inProviderWords({ status, message, parameters }: PveError): string {
  const details = Object.entries(parameters ?? {}).map(([name, why]) => `${name}: ${why}`);
  const reason = details.length > 0 ? `${message} (${details.join(" - ")})` : message;
  return `received an HTTP ${status} response - Reason: ${reason}`;
}
