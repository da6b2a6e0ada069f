/** The API of the image factory (factory.talos.dev) as far as the provider calls it: registering a schematic. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Call } from "../calls.ts";
import { schematicId } from "../talos/image-factory.ts";
import { ConfigError } from "../talos/config/value.ts";
import type { World } from "../world/world.ts";
import type { Outside } from "./proxy.ts";

/** More than any schematic has. */
const MAX_BODY = 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** siderolabs/image-factory v1.1.0, internal/frontend/http: schematics are YAML in, `{"id": …}` out. */
async function perform(request: IncomingMessage): Promise<Answer> {
  if (request.method !== "POST" || request.url !== "/schematics") return { status: 404, text: "Not Found\n" };
  const chunks: Buffer[] = [];
  let size = 0;
  // The refusal wants to be answered, so the request has to survive it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(Buffer.from(chunk));
    size += chunks.at(-1)?.length ?? 0;
    if (size > MAX_BODY) {
      request.resume();
      return { status: 413, text: "http: request body too large\n" };
    }
  }
  try {
    return { status: 201, text: JSON.stringify({ id: schematicId(Buffer.concat(chunks).toString()) }) };
  } catch (error) {
    if (error instanceof ConfigError) return { status: 400, text: `${error.message}\n` };
    throw error;
  }
}

function failed({ calls }: World, call: Call, request: IncomingMessage, error: unknown): Answer {
  const wentAway = request.destroyed && !request.complete;
  if (!wentAway) calls.bug(call, error);
  return { status: 500, text: "Internal Server Error\n" };
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { calls } = world;
  const call = { door: "talos", method: request.method ?? "", target: `factory${request.url ?? ""}` } as const;
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
    "content-type": status === 201 ? "application/json" : "text/plain; charset=utf-8",
    ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
  });
  response.end(text);
}

/** Plays factory.talos.dev. */
export function imageFactory(world: World): Outside {
  const server = createServer((request, response) => void serve(world, request, response));
  return (connection) => void server.emit("connection", connection);
}
