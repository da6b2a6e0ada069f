/** The REST API of the tenancy: HTTP on a loopback port, one server for all services (their paths do not collide). */
import { isObject } from "../model/attributes.ts";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../../faults/calls.ts";
import { wentAway, wholeBody } from "../../http/body.ts";
import { parseJson } from "../../http/json.ts";
import type { Attributes, Json } from "../../plugin/resource.ts";
import type { World } from "../../world/world.ts";
import { regionNamed } from "../model/regions.ts";
import { NOT_PLAYED, ServiceRefusal } from "../model/refusals.ts";
import { type ApiState, type ApiOptions, openApi } from "../http/api-state.ts";
import { answerOf, faultAnswer } from "./errors.ts";
import type { ApiResponse } from "../http/response.ts";
import { type ApiRequest, type RouteMatch, router } from "../http/route.ts";
import { ROUTES } from "./routes.ts";
import { authenticate, checkBody } from "./signature.ts";

/** More than any body of JSON has. */
const MAX_BODY = 2 * 1024 * 1024;

const find = router(ROUTES);

/** Methods whose body is signed. */
const SIGNED = ["POST", "PUT", "PATCH"];

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const body = await wholeBody(request, MAX_BODY);
  if (body !== null) return body;
  throw new ServiceRefusal(413, "PayloadTooLarge", `The body has more than ${MAX_BODY} bytes.`, "");
}

function jsonOf(body: Buffer): Attributes {
  if (body.length === 0) return {};
  let parsed: Json;
  try {
    parsed = parseJson(body.toString());
  } catch {
    throw new ServiceRefusal(400, "CannotParseRequest", "Unable to parse the body as JSON.", "");
  }
  // The provider stops an instance with the body `null`.
  if (parsed === null) return {};
  if (isObject(parsed)) return parsed;
  throw new ServiceRefusal(400, "CannotParseRequest", "The body must be a JSON object.", "");
}

/** A region in the host's name (`iaas.us-ashburn-1.localhost`) is the one that is requested; else the account's. */
function regionAsked(request: IncomingMessage): string | null {
  const labels = (request.headers.host ?? "").split(":")[0]?.split(".") ?? [];
  return labels.find((label) => regionNamed(label)) ?? null;
}

async function run(
  { route }: RouteMatch,
  apiRequest: ApiRequest,
  request: IncomingMessage,
  body: Buffer,
): Promise<ApiResponse> {
  const token = request.headers["opc-retry-token"];
  if (typeof token !== "string" || request.method !== "POST") return route.run(apiRequest);
  const what = `${request.method} ${request.url}\n${body.toString("base64")}`;
  return apiRequest.api.retryTokens.once(token, what, async () => route.run(apiRequest));
}

async function perform(api: ApiState, request: IncomingMessage): Promise<ApiResponse> {
  const method = request.method ?? "GET";
  const [path = "", search = ""] = (request.url ?? "/").split("?", 2);
  const found = find(method, path);
  const { raw, anonymous } = found.route;
  if (!anonymous) authenticate(api.world, request, raw !== true && SIGNED.includes(method));
  const body = raw ? Buffer.alloc(0) : await bodyOf(request);
  if (!raw && SIGNED.includes(method)) checkBody(request, body);
  const apiRequest: ApiRequest = {
    api,
    call: { world: api.world, provider: { region: regionAsked(request) } },
    params: found.params,
    query: new URLSearchParams(search),
    headers: request.headers,
    body: raw ? {} : jsonOf(body),
    content: request,
  };
  return run(found, apiRequest, request, body);
}

async function send(request: IncomingMessage, response: ServerResponse, answer: ApiResponse): Promise<void> {
  const { body, headers = {}, content } = answer;
  const text = body === undefined ? null : JSON.stringify(body);
  const status = answer.status ?? (text === null && content === undefined ? 204 : 200);
  response.writeHead(status, {
    ...(text !== null && {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(text)),
    }),
    ...headers,
  });
  if (content && request.method !== "HEAD") await pipeline(content, response);
  else response.end(request.method === "HEAD" ? undefined : (text ?? undefined));
}

/** As OCI makes them: the client's own part, then the service's. */
function requestId({ world }: ApiState, request: IncomingMessage): string {
  const own = request.headers["opc-request-id"];
  const made = `${world.random(32)}/${world.random(32)}`.toUpperCase();
  return typeof own === "string" && /^[\w/.-]{1,200}$/.test(own) ? `${own}/${made}` : `/${made}`;
}

/** @returns whether the connection is done with */
async function meet(fault: Fault | null, request: IncomingMessage): Promise<boolean> {
  if (fault?.kind === "slow") await sleep(fault.ms);
  if (fault?.kind === "reset") request.socket.resetAndDestroy();
  return fault?.kind === "reset" || fault?.kind === "hang";
}

/** The path, for the log: without the token of a preauthenticated request, which opens objects to whoever reads it. */
function targetOf({ url = "" }: IncomingMessage): string {
  return (url.split("?")[0] ?? "").replace(/^\/p\/[^/]*/, "/p/…");
}

async function serve(api: ApiState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { calls } = api.world;
  const call = { interface: "oci", method: request.method ?? "", target: targetOf(request) } as const;
  const fault = calls.begin(call);
  if (await meet(fault, request)) {
    calls.end(call, fault?.kind ?? "");
    return;
  }
  response.setHeader("opc-request-id", requestId(api, request));
  let answer: ApiResponse;
  try {
    answer = fault?.kind === "status" ? faultAnswer(fault) : await perform(api, request);
  } catch (error) {
    if (wentAway(request)) {
      calls.end(call, "the client went away");
      return;
    }
    answer = answerOf(error, (found) => calls.bug(call, found));
  }
  calls.end(call, Object(answer.body).code === NOT_PLAYED ? "not played" : String(answer.status ?? 200));
  if (fault?.kind === "lost") request.socket.resetAndDestroy();
  // A client that goes away while it is answered is no trouble of ours.
  else await send(request, response, answer).catch(() => response.destroy());
}

/**
 * The REST API over a world.
 *
 * @returns what serves a connection to the API's port
 */
export function ociEndpoint(world: World, options: ApiOptions): (socket: Socket) => void {
  const api = openApi(world, options);
  const server = createServer((request, response) => void serve(api, request, response));
  return (socket) => {
    server.emit("connection", socket);
  };
}
