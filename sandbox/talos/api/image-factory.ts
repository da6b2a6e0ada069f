/** The API of the image factory (factory.talos.dev) as far as providers call it: registering a schematic, and lists. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import type { Call } from "../../faults/calls.ts";
import { minorOf, TALOS_RELEASES } from "../../../config/versions.ts";
import { wentAway, wholeBody } from "../../http/body.ts";
import { officialExtensions, talosVersions } from "../model/factory-lists.ts";
import { schematicId } from "../model/image-factory.ts";
import { ConfigError } from "../model/config/value.ts";
import type { World } from "../../world/world.ts";

const PLAYED = TALOS_RELEASES.map(({ talos }) => talos).join(", ");

/** More than any schematic has. */
const MAX_BODY = 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly text: string;
}

const NOT_FOUND: Answer = { status: 404, text: "Not Found\n" };

/** Pulled by tag and digest, which nobody here knows: whoever needs them sees that they are missing. */
function extensionsOf(version: string): Answer {
  const list = officialExtensions(version).map((name) => ({
    name,
    ref: `ghcr.io/${name}`,
    digest: "",
    author: "",
    description: "",
  }));
  return { status: 200, text: JSON.stringify(list) };
}

/** siderolabs/image-factory v1.5.0, internal/frontend/http/meta.go */
function lists(path: string): Answer {
  if (path === "/versions") return { status: 200, text: JSON.stringify(talosVersions()) };
  const [, said = "", what = ""] = /^\/version\/([^/]+)\/(extensions|overlays)\/official$/.exec(path) ?? [];
  if (what === "") return NOT_FOUND;
  const version = `v${said.replace(/^v/, "")}`;
  // The factory wants all three numbers, and has no better word for it.
  if (!/^v\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return { status: 500, text: "internal server error\n" };
  if (what === "overlays")
    return {
      status: 501,
      text: "the list of overlays is not played here: the sandbox has no single-board computers\n",
    };
  if (talosVersions().includes(version)) return extensionsOf(version);
  const known = TALOS_RELEASES.some(({ talos }) => talos === minorOf(version.slice(1)));
  if (known) return { status: 404, text: `version ${version} is not available\n` };
  return { status: 501, text: `the extensions of Talos ${version} are not known here: the sandbox plays ${PLAYED}\n` };
}

/** siderolabs/image-factory v1.1.0, internal/frontend/http: schematics are YAML in, `{"id": …}` out. */
async function perform(request: IncomingMessage): Promise<Answer> {
  const [path = ""] = (request.url ?? "").split("?");
  if (request.method === "GET") return lists(path);
  if (request.method !== "POST" || path !== "/schematics") return NOT_FOUND;
  const body = await wholeBody(request, MAX_BODY);
  if (body === null) return { status: 413, text: "http: request body too large\n" };
  try {
    return { status: 201, text: JSON.stringify({ id: schematicId(body.toString()) }) };
  } catch (error) {
    if (error instanceof ConfigError) return { status: 400, text: `${error.message}\n` };
    throw error;
  }
}

function failed({ calls }: World, call: Call, request: IncomingMessage, error: unknown): Answer {
  if (!wentAway(request)) calls.bug(call, error);
  return { status: 500, text: "Internal Server Error\n" };
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { calls } = world;
  const call = { interface: "talos", method: request.method ?? "", target: `factory${request.url ?? ""}` } as const;
  const fault = calls.begin(call);
  if (fault?.kind === "slow") await sleep(fault.ms);
  if (fault?.kind === "reset" || fault?.kind === "hang") {
    if (fault.kind === "reset") request.socket.destroy();
    calls.end(call, fault.kind);
    return;
  }
  const { status, text } =
    fault?.kind === "status"
      ? { status: fault.status, text: `${fault.message ?? "Internal Server Error"}\n` }
      : await perform(request).catch((error: unknown) => failed(world, call, request, error));
  calls.end(call, String(status));
  if (fault?.kind === "lost") {
    request.socket.destroy();
    return;
  }
  const retryAfter = fault?.kind === "status" ? fault.retryAfterSeconds : undefined;
  response.writeHead(status, {
    "content-type": status < 300 ? "application/json" : "text/plain; charset=utf-8",
    ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
  });
  response.end(text);
}

/** Plays factory.talos.dev. */
export function imageFactory(world: World): (connection: TLSSocket) => void {
  const server = createServer((request, response) => void serve(world, request, response));
  return (connection) => void server.emit("connection", connection);
}
