/** Who calls: passwords, tickets, CSRF tokens and API tokens. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { verify } from "unixcrypt";
import { type Pve, ROOT } from "./context.ts";
import { PveError } from "./errors.ts";

/** Tickets are good for two hours (pve-access-control). */
const TICKET_SECONDS = 2 * 60 * 60;

export interface Login {
  readonly username: string;
  readonly ticket: string;
  readonly csrfToken: string;
}

export function passwordFits(pve: Pve, username: string, password: string): boolean {
  const user = pve.datacenter.users[username];
  const hash =
    username === ROOT ? pve.host.rootPasswordHash : isEnabled(pve, username) ? (user?.password ?? null) : null;
  return hash !== null && /^\$[56]\$/.test(hash) && verify(password, hash);
}

/** Logs in. The answer to a wrong name and to a wrong password is the same. */
export function logIn(pve: Pve, username: string, password: string): Login {
  if (!passwordFits(pve, username, password)) throw new PveError(401, "authentication failure");
  const stamp = now(pve).toString(16).toUpperCase().padStart(8, "0");
  const ticket = `PVE:${username}:${stamp}`;
  return {
    username,
    ticket: `${ticket}::${signature(pve, ticket)}`,
    csrfToken: `${stamp}:${signature(pve, `csrf:${username}:${stamp}`)}`,
  };
}

/** The user of a ticket. */
export function userOfTicket(pve: Pve, ticket: string): string {
  const [body = "", sign = ""] = ticket.split("::");
  const [, username, stamp] = /^PVE:([^:]+):([0-9A-F]{8})$/.exec(body) ?? [];
  const age = now(pve) - Number.parseInt(stamp ?? "", 16);
  if (!username || !same(sign, signature(pve, body)) || !(age < TICKET_SECONDS)) {
    throw new PveError(401, "permission denied - invalid PVE ticket");
  }
  if (!isEnabled(pve, username)) throw new PveError(401, "permission denied - invalid PVE ticket");
  return username;
}

function isEnabled(pve: Pve, username: string): boolean {
  const user = pve.datacenter.users[username];
  return username === ROOT || (user?.enable === true && (user.expire === 0 || user.expire > now(pve)));
}

export function checkCsrfToken(pve: Pve, username: string, token: string | undefined): void {
  const [stamp = "", sign = ""] = token?.split(":") ?? [];
  if (!same(sign, signature(pve, `csrf:${username}:${stamp}`))) {
    throw new PveError(401, "Permission denied - invalid csrf token");
  }
}

/** The user of `PVEAPIToken=user@realm!name=secret`, given without the prefix. */
export function userOfApiToken(pve: Pve, apiToken: string): string {
  const { datacenter } = pve;
  const at = apiToken.lastIndexOf("=");
  const id = apiToken.slice(0, at);
  const token = datacenter.tokens[id];
  if (!token || !same(apiToken.slice(at + 1), token.value)) throw new PveError(401, "invalid token value!");
  const expired = token.expire !== 0 && token.expire <= now(pve);
  if (expired || !isEnabled(pve, id.split("!")[0] ?? "")) throw new PveError(401, "token expired");
  return id;
}

function now({ world }: Pve): number {
  return Math.floor(Date.parse(world.now()) / 1000);
}

function signature({ datacenter }: Pve, text: string): string {
  return createHmac("sha256", datacenter.authKey).update(text).digest("base64");
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  // Of bytes: what a client sends can have other letters than ASCII.
  return a.length === b.length && timingSafeEqual(a, b);
}
