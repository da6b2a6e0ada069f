/** Asks the API of Proxmox VE hosts that are there already, and changes nothing. */
import { request } from "node:http";
import { connect, type TLSSocket } from "node:tls";
import { z } from "zod";
import { CliError } from "../ui/errors.ts";
import { connectPinned } from "./pinned-relays.ts";

/** Where their API is. */
export interface PveWay {
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the certificate that it has to show; null on loopback, where the sandbox is. */
  readonly pin: string | null;
  /** SSH destination to go through. @default - none */
  readonly jump?: string | undefined;
}

/** What to sign in with. */
export type PveSignIn = { readonly token: string } | { readonly password: string };

/** The API, signed in. */
export interface Pve {
  /** The answer to a GET, by a path below `/api2/json/`. @throws PveRefused; Error in one line */
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
}

/** An answer other than 200. */
export class PveRefused extends CliError {
  readonly status: number;

  constructor(path: string, status: number, reason: string) {
    super(`${path}: Proxmox VE answers ${status} ${reason.trim()}`);
    this.status = status;
  }
}

const REQUEST_MS = 10_000;

function socketTo({ host, port, pin, jump }: PveWay): Promise<TLSSocket> {
  if (pin !== null) return connectPinned({ host, port, pin, jump });
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false });
    socket.once("error", reject).once("secureConnect", () => resolve(socket));
  });
}

async function ask(way: PveWay, path: string, headers: Readonly<Record<string, string>>, form?: string) {
  const socket = await socketTo(way);
  const options = { path: `/api2/json/${path}`, method: form === undefined ? "GET" : "POST", headers };
  return new Promise<unknown>((resolve, reject) => {
    const signal = AbortSignal.timeout(REQUEST_MS);
    const sent = request({ ...options, signal, createConnection: () => socket }, async (response) => {
      try {
        const { statusCode = 0, statusMessage = "" } = response;
        const text = Buffer.concat(await response.toArray()).toString();
        if (statusCode !== 200) throw new PveRefused(path, statusCode, statusMessage);
        resolve(JSON.parse(text).data);
      } catch (error) {
        reject(error);
      }
    });
    sent.once("error", reject).end(form);
  }).finally(() => socket.destroy());
}

const ticket = z.object({ ticket: z.string() });

/** @throws PveRefused with 401 where they take neither */
export async function openPve(way: PveWay, signIn: PveSignIn): Promise<Pve> {
  let headers: Readonly<Record<string, string>>;
  if ("token" in signIn) headers = { authorization: `PVEAPIToken=${signIn.token}` };
  else {
    const form = String(new URLSearchParams({ username: "root@pam", password: signIn.password }));
    const type = { "content-type": "application/x-www-form-urlencoded" };
    headers = { cookie: `PVEAuthCookie=${ticket.parse(await ask(way, "access/ticket", type, form)).ticket}` };
  }
  return { get: async (path, schema) => schema.parse(await ask(way, path, headers)) };
}
