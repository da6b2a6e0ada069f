/** The REST API of a tenancy in memory, and a client that signs as Oracle's SDK signs. */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DefaultRequestSigner, type HttpRequest, type Method } from "oci-common";
import type { Call } from "../../../sandbox/faults/calls.ts";
import { accountFiles } from "../../../sandbox/oci/model/account.ts";
import { ociEndpoint } from "../../../sandbox/oci/api/server.ts";
import type { ApiKey } from "../../../sandbox/world/oci.ts";
import type { Store } from "../../../sandbox/world/store.ts";
import { emptyStore } from "./tenancy.ts";

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** Whatever came: what a test expects of it, it says. */
  readonly body: ReturnType<typeof JSON.parse>;
}

export interface SignedAs {
  readonly keyId: string;
  /** PEM. */
  readonly privateKey: string;
}

export interface Api {
  readonly store: Store;
  readonly url: string;
  readonly home: string;
  /** Bugs that the API reported. */
  readonly said: string[];
  /** Calls of what the sandbox does not play. */
  readonly notPlayed: string[];
  readonly key: SignedAs;
  /** The world's clock, in milliseconds: tests turn it on. */
  turnClock(ms: number): void;
  call(method: Method, path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<Answered>;
  /** The same, signed with another key. */
  callAs(
    key: SignedAs,
    method: Method,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
    /** Instead of the body that is signed. */
    sent?: string,
  ): Promise<Answered>;
  /** Puts content, which is not signed. */
  put(
    path: string,
    content: string | Uint8Array<ArrayBuffer>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answered>;
  download(path: string): Promise<Buffer>;
  end(): Promise<void>;
}

/** What was made. @throws Error where it was refused */
export async function accepted(answering: Promise<Answered>): Promise<Answered["body"]> {
  const { status, body } = await answering;
  if (status > 204) throw new Error(`${status} ${body.code}: ${body.message}`);
  return body;
}

async function signed(key: SignedAs, request: HttpRequest, withoutBody = false): Promise<Headers> {
  const provider = { getKeyId: async () => key.keyId, getPrivateKey: () => key.privateKey, getPassphrase: () => null };
  await new DefaultRequestSigner(provider).signHttpRequest(request, withoutBody);
  request.headers.delete("host");
  request.headers.delete("content-length");
  return request.headers;
}

/** The account's key, made once for all tests of a file: RSA keys take their time. */
let known: { readonly key: Buffer; readonly apiKey: ApiKey } | null = null;

/** @param store whose clock stands still until it is turned */
export async function ociApi(store: Store = emptyStore()): Promise<Api> {
  const home = mkdtempSync(join(tmpdir(), "ampere-oci-api-"));
  const said: string[] = [];
  const notPlayed: string[] = [];
  let now = Date.now();
  const calls = {
    ...store.calls,
    end(call: Call, answer: string): void {
      if (answer === "not played") notPlayed.push(`${call.method} ${call.target}`);
      store.calls.end(call, answer);
    },
    bug: (_call: Call, error: unknown) => void said.push(String(error)),
  };
  const world = { ...store, calls, now: () => new Date(now).toISOString() };
  mkdirSync(join(home, "oci"));
  if (known !== null) {
    writeFileSync(join(home, "oci", "key.pem"), known.key, { mode: 0o600 });
    world.state.oci.apiKey = known.apiKey;
  }
  const { tenancyId, userId, fingerprint, keyFile } = accountFiles(world, join(home, "oci"));
  if (world.state.oci.apiKey) known = { key: readFileSync(keyFile), apiKey: world.state.oci.apiKey };
  const key = { keyId: `${tenancyId}/${userId}/${fingerprint}`, privateKey: readFileSync(keyFile, "utf8") };
  const accept = ociEndpoint(world, { objects: join(home, "objects"), settleMs: 1000 });
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    accept(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}`;

  async function callAs(
    as: SignedAs,
    method: Method,
    path: string,
    body?: object,
    more: Readonly<Record<string, string>> = {},
    sent?: string,
  ): Promise<Answered> {
    const uri = `${url}${path}`;
    const text = body === undefined ? "" : JSON.stringify(body);
    const headers = await signed(as, { method, uri, headers: new Headers(more), body: text });
    const answer = await fetch(uri, {
      method,
      headers,
      ...(["POST", "PUT", "PATCH"].includes(method) && { body: sent ?? text }),
    });
    const said = await answer.text();
    return { status: answer.status, headers: answer.headers, body: said === "" ? null : JSON.parse(said) };
  }

  return {
    store,
    url,
    home,
    said,
    notPlayed,
    key,
    turnClock(ms) {
      now += ms;
    },
    call: (method, path, body, headers) => callAs(key, method, path, body, headers),
    callAs,
    async put(path, content, more = {}) {
      const uri = `${url}${path}`;
      const headers = await signed(key, { method: "PUT", uri, headers: new Headers(more) }, true);
      const answer = await fetch(uri, { method: "PUT", headers, body: content });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, body: text === "" ? null : JSON.parse(text) };
    },
    async download(path) {
      const uri = `${url}${path}`;
      const answer = await fetch(uri, { headers: await signed(key, { method: "GET", uri, headers: new Headers() }) });
      return Buffer.from(await answer.arrayBuffer());
    },
    async end() {
      server.close();
      for (const socket of connections) socket.destroy();
      rmSync(home, { recursive: true });
    },
  };
}
