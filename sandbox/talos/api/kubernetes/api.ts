/** The Kubernetes API server of a cluster: who may ask, faults, and each request handed to the handler of its verb. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import type { Call, Fault } from "../../../faults/calls.ts";
import { wentAway, wholeBody } from "../../../http/body.ts";
import { discovery } from "./discovery.ts";
import { ApiError } from "./objects/errors.ts";
import { keeping, type Server } from "./server.ts";
import { attemptOf, refuse, userOf } from "./verbs/access.ts";
import { answered } from "./verbs/index.ts";
import { isWithoutContainers } from "./verbs/parts.ts";
import { selection } from "./verbs/read.ts";
import { type Answer, targetOf, type Asked } from "./verbs/request.ts";
import { bodyOf } from "./verbs/body.ts";
import type { Cluster } from "./store/cluster.ts";
import { streamOf } from "./stream.ts";

/** In bytes (k8s.io/apiserver, MaxRequestBodyBytes). */
const MAX_BODY = 3 * 1024 * 1024;

const pathOf = ({ url = "/" }: IncomingMessage): string => url.split("?")[0] ?? "/";

/** Answers every request. */
export function apiHandler(server: Server): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const call: Call = { interface: "kubernetes", method: request.method ?? "GET", target: pathOf(request) };
    handle(server, call, request, response).catch((error: unknown) => {
      if (wentAway(request)) server.calls.end(call, "the client went away");
      else server.calls.bug(call, error);
      request.socket.destroy();
    });
  };
}

async function handle(server: Server, call: Call, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { calls, state } = server;
  const { socket } = request;
  const fault = calls.begin(call);
  if (fault?.kind === "slow") await sleep(fault.ms);
  if (fault?.kind === "hang" || fault?.kind === "reset") {
    if (fault.kind === "reset") socket.destroy();
    calls.end(call, fault.kind);
    return;
  }
  const sent = await wholeBody(request, MAX_BODY);
  const present = state();
  const answer = fault?.kind === "status" ? failing(fault) : present && answerTo(server, request, present, sent);
  if (!answer || fault?.kind === "lost") {
    socket.destroy();
    calls.end(call, answer ? "lost" : "reset");
    return;
  }
  if ("watched" in answer) streamOf(server, answer.watched, response);
  else reply(response, answer);
  calls.end(call, String("watched" in answer ? 200 : answer.code));
}

function failing({ status, code, message, retryAfterSeconds }: Extract<Fault, { kind: "status" }>): Answer {
  const { status: body } = new ApiError(
    status,
    code ?? "InternalError",
    message ?? "the sandbox was told to fail this call",
  );
  return { code: status, body, retryAfterSeconds };
}

/** An answer, or what is to be watched. */
type Reply = Answer | { readonly watched: Asked };

function answerTo(server: Server, request: IncomingMessage, cluster: Cluster, sent: Buffer | null): Reply {
  try {
    if (sent === null)
      throw new ApiError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${MAX_BODY}`);
    return answerOf(server, request, cluster, sent);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { code: error.code, body: error.status };
  }
}

function answerOf(server: Server, request: IncomingMessage, cluster: Cluster, sent: Buffer): Reply {
  const { socket, method = "GET", headers } = request;
  if (!(socket instanceof TLSSocket) || !server.letsIn(socket)) throw new ApiError(401, "Unauthorized", "Unauthorized");
  const pathname = pathOf(request);
  const query = URL.parse(request.url ?? "/", "https://localhost")?.searchParams ?? new URLSearchParams();
  const accept = headers.accept ?? "";
  const contentType = headers["content-type"] ?? "application/json";
  // What the world has done meanwhile comes first.
  keeping(server, cluster, () => undefined);
  const { kinds } = cluster.store;
  const user = userOf(cluster, socket.getPeerCertificate().subject, headers);
  const told = method === "GET" ? discovery({ pathname, accept, version: cluster.version, kinds }) : undefined;
  if (told !== undefined) return { code: 200, ...told };
  const isWatch = query.get("watch") === "true" || query.get("watch") === "1";
  refuse(cluster, user, attemptOf(pathname, isWatch ? "WATCH" : method));
  if (sent === null) throw new ApiError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${MAX_BODY}`);
  const target = targetOf(kinds, pathname);
  const body = isWithoutContainers(target) ? null : bodyOf(sent, contentType, target.part);
  const manager = query.get("fieldManager") || (headers["user-agent"] ?? "unknown").split("/")[0] || "unknown";
  const asked: Asked = { ...target, cluster, user, query, accept, contentType, body, manager };
  if (method === "GET" && isWatch && target.part === "") {
    selection(asked);
    return { watched: asked };
  }
  return keeping(server, cluster, () => answered(method, asked));
}

function reply(response: ServerResponse, { code, body, contentType, warnings = [], retryAfterSeconds }: Answer): void {
  const sent = typeof body === "string" || Buffer.isBuffer(body) ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(code, {
    "content-type": contentType ?? (typeof body === "string" ? "text/plain; charset=utf-8" : "application/json"),
    "content-length": Buffer.byteLength(sent),
    ...(warnings.length > 0 && { warning: warnings.map((each) => `299 - ${JSON.stringify(each)}`).join(", ") }),
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
  });
  response.end(sent);
}
