/**
 * The page that draws the world live: three files, and a stream of server-sent events. Loopback only, GET only.
 * Everything is below a token that only this user's files name, as loopback ports are open to all users of a machine. A page
 * of somebody else cannot read it: no CORS, and a Host that is not loopback (DNS rebinding) is refused.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { LoggedCall } from "../faults/index.ts";

/** How often a watched world is looked at. */
const LOOK_MS = 400;
/** How many calls a page gets to begin with, and shows. */
const CALLS = 40;
const MAX_WATCHERS = 32;

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html"],
  "/page.css": ["page.css", "text/css"],
  "/page.js": ["page.js", "text/javascript"],
};

const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cache-Control": "no-store",
};

interface PageSource {
  /** The world now, as `page.js` draws it. */
  view(): unknown;
  lastCalls(count: number): readonly LoggedCall[];
  subscribe(each: (call: LoggedCall) => void): () => void;
}

/** Whether a Host header names this machine's loopback, at the port of the connection. */
function isLoopback(host: string | undefined, port: number | undefined): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].some((name) => host === `${name}:${port}`);
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** The path behind `/TOKEN`; null where the address has another one, or none. */
function pathBehind(token: string, url: string): string | null {
  const [, said = "", path] = /^\/([^/?]*)(\/[^?]*)?/.exec(url) ?? [];
  return timingSafeEqual(digest(said), digest(token)) ? (path ?? "") : null;
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, "Content-Type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

/** Sends what is new to whoever watches; looks at the world only while somebody does. */
function broadcaster(source: PageSource) {
  /** Who watches, with the world that each was told last. */
  const watchers = new Map<ServerResponse, string>();
  let calls: LoggedCall[] = [];
  let stop = (): void => undefined;

  const event = (name: string, data: string): string => `event: ${name}\ndata: ${data}\n\n`;
  const world = (): string => event("world", JSON.stringify(source.view()));

  function look(): void {
    const now = world();
    const ended = calls.length > 0 ? event("calls", JSON.stringify(calls)) : "";
    calls = [];
    for (const [watcher, seen] of watchers) {
      // One that does not read is told how the world is when it reads again; it misses calls.
      if (watcher.writableNeedDrain) continue;
      const text = `${now === seen ? "" : now}${ended}`;
      if (text !== "") watcher.write(text);
      watchers.set(watcher, now);
    }
  }

  function begin(): void {
    const timer = setInterval(look, LOOK_MS);
    const unsubscribe = source.subscribe((call) => {
      calls = [...calls.slice(1 - CALLS), call];
    });
    stop = () => {
      clearInterval(timer);
      unsubscribe();
    };
  }

  return {
    isFull: () => watchers.size >= MAX_WATCHERS,
    add(watcher: ServerResponse): void {
      if (watchers.size === 0) begin();
      const now = world();
      watchers.set(watcher, now);
      watcher.on("close", () => {
        watchers.delete(watcher);
        if (watchers.size === 0) stop();
      });
      watcher.write(`retry: 2000\n\n${now}${event("calls", JSON.stringify(source.lastCalls(CALLS)))}`);
    },
  };
}

/**
 * @param token the first part of every path
 * @returns what serves a connection to the page's port
 */
export function pageEndpoint(source: PageSource, token: string): (connection: Socket) => void {
  const watchers = broadcaster(source);

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const { headers, method, socket, url = "/" } = request;
    // It could not read the stream, but take all places of those who may.
    if (headers["sec-fetch-site"] === "cross-site" && headers["sec-fetch-mode"] !== "navigate")
      return refuse(response, 403, "This page is for no other page to load.");
    if (!isLoopback(headers.host, socket.localPort))
      return refuse(response, 403, `This page is for http://127.0.0.1:${socket.localPort}/ only.`);
    if (method !== "GET") {
      response.setHeader("Allow", "GET");
      return refuse(response, 405, "There is nothing to do here but to look: GET.");
    }
    const path = pathBehind(token, url);
    if (path === null) return refuse(response, 404, "The page's whole address: npx lab sandbox open.");
    if (path === "/events") {
      if (watchers.isFull()) return refuse(response, 503, `${MAX_WATCHERS} pages watch already: close one.`);
      response.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream; charset=utf-8" });
      return watchers.add(response);
    }
    const [file, type] = FILES[path] ?? [];
    if (file === undefined) return refuse(response, 404, `There is ${Object.keys(FILES).join(", ")} and /events.`);
    response.writeHead(200, { ...HEADERS, "Content-Type": `${type}; charset=utf-8` });
    return void response.end(readFileSync(join(import.meta.dirname, file)));
  }

  const server = createServer(serve);
  return (connection) => void server.emit("connection", connection);
}
