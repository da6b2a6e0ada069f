/** Who calls: passwords, tickets, CSRF tokens and API tokens. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { type Pve, ROOT } from "./context.ts";
import { PveError } from "./errors.ts";
import { fits, fitsAside } from "./password.ts";

/** Tickets are good for two hours (pve-access-control). */
const TICKET_SECONDS = 2 * 60 * 60;
/** Made by a node whose clock is ahead (the same, of tickets and CSRF tokens). */
const EARLY_SECONDS = 5 * 60;
/** Tickets of consoles (the same). */
const CONSOLE_SECONDS = 40;
const CONSOLE_EARLY_SECONDS = 20;

interface Login {
  readonly username: string;
  readonly ticket: string;
  readonly csrfToken: string;
}

function hashOf(pve: Pve, username: string): string | null {
  if (username === ROOT) return pve.host.rootPasswordHash;
  return isEnabled(pve, username) ? (userNamed(pve, username)?.password ?? null) : null;
}

/** Whether somebody has this password. */
export function passwordFits(pve: Pve, username: string, password: string): boolean {
  return fits(password, hashOf(pve, username));
}

/** Logs in. The answer to a wrong name and to a wrong password is the same. */
export async function logIn(pve: Pve, username: string, password: string): Promise<Login> {
  if (!(await fitsAside(password, hashOf(pve, username)))) throw new PveError(401, "authentication failure");
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
  const [, body = "", username, stamp = "", sign = ""] =
    /^(PVE:([^:]+):([0-9A-F]{8}))::([A-Za-z0-9+/=]+)$/.exec(ticket) ?? [];
  if (!username || !same(sign, signature(pve, body)) || !isOfNow(pve, stamp)) {
    throw new PveError(401, "permission denied - invalid PVE ticket");
  }
  if (!isEnabled(pve, username)) throw new PveError(401, "permission denied - invalid PVE ticket");
  return username;
}

function isEnabled(pve: Pve, username: string): boolean {
  const user = userNamed(pve, username);
  return username === ROOT || (user?.enable === true && (user.expire === 0 || user.expire > now(pve)));
}

/** @throws PveError for a token that is not the user's, or too old */
export function checkCsrfToken(pve: Pve, username: string, token: string | undefined): void {
  const [, stamp = "", sign = ""] = /^([0-9A-F]{8}):([A-Za-z0-9+/=]+)$/.exec(token ?? "") ?? [];
  if (!same(sign, signature(pve, `csrf:${username}:${stamp}`)) || !isOfNow(pve, stamp)) {
    throw new PveError(401, "Permission denied - invalid csrf token");
  }
}

/** The user of `PVEAPIToken=user@realm!name=secret`, given without the prefix. */
export function userOfApiToken(pve: Pve, apiToken: string): string {
  const { datacenter } = pve;
  const at = apiToken.lastIndexOf("=");
  const id = apiToken.slice(0, at);
  // A name is anybody's: `__proto__` is no token.
  const token = Object.hasOwn(datacenter.tokens, id) ? datacenter.tokens[id] : undefined;
  if (!token || !same(apiToken.slice(at + 1), token.value)) throw new PveError(401, "invalid token value!");
  const expired = token.expire !== 0 && token.expire <= now(pve);
  if (expired || !isEnabled(pve, id.split("!")[0] ?? "")) throw new PveError(401, "token expired");
  return id;
}

/** What a console of `path` on a port is opened with, by the same user and soon. */
export function consoleTicket(pve: Pve, path: string, port: number): string {
  const stamp = now(pve).toString(16).toUpperCase().padStart(8, "0");
  return `PVEVNC:${stamp}::${signature(pve, `PVEVNC:${stamp}:${pve.user}:${path}:${port}`)}`;
}

/** @param ticket with the password of VNC before it, or without @throws PveError */
export function checkConsoleTicket(pve: Pve, ticket: string, path: string, port: number): void {
  const [, stamp = "", sign = ""] = /^(?:.{8}:)?PVEVNC:([0-9A-F]{8})::([A-Za-z0-9+/=]+)$/.exec(ticket) ?? [];
  const age = now(pve) - Number.parseInt(stamp, 16);
  const isOwn = same(sign, signature(pve, `PVEVNC:${stamp}:${pve.user}:${path}:${port}`));
  if (!isOwn || age < -CONSOLE_EARLY_SECONDS || age > CONSOLE_SECONDS)
    throw new PveError(401, "permission denied - invalid PVEVNC ticket");
}

function userNamed({ datacenter }: Pve, name: string): Pve["datacenter"]["users"][string] | undefined {
  return Object.hasOwn(datacenter.users, name) ? datacenter.users[name] : undefined;
}

function isOfNow(pve: Pve, stamp: string): boolean {
  const age = now(pve) - Number.parseInt(stamp, 16);
  return age > -EARLY_SECONDS && age < TICKET_SECONDS;
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
