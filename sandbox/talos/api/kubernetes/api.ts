/** The Kubernetes API server of a cluster: who may ask, faults, and each request handed to the handler of its verb. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import type { Call, Fault } from "../../../faults/calls.ts";
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

/** Answers every request. */
export function apiHandler(server: Server): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    handle(server, request, response).catch((error: unknown) => {
      const target = request.url ?? "/";
      server.calls.bug({ interface: "kubernetes", method: request.method ?? "GET", target }, error);
      request.socket.destroy();
    });
  };
}

async function handle(server: Server, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { calls, state } = server;
  const { method = "GET", socket } = request;
  const [pathname = "/"] = (request.url ?? "/").split("?");
  const call: Call = { interface: "kubernetes", method, target: pathname };
  const fault = calls.begin(call);
  if (fault?.kind === "slow") await sleep(fault.ms);
  if (fault?.kind === "hang" || fault?.kind === "reset") {
    if (fault.kind === "reset") socket.destroy();
    calls.end(call, fault.kind);
    return;
  }
  const sent = await buffer(request);
  const present = state();
  const answer =
    fault?.kind === "status" ? failing(fault) : present && answerTo(server, request, pathname, present, sent);
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

function answerTo(server: Server, request: IncomingMessage, pathname: string, cluster: Cluster, sent: Buffer): Reply {
  try {
    return answerOf(server, request, pathname, cluster, sent);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { code: error.code, body: error.status };
  }
}

function answerOf(server: Server, request: IncomingMessage, pathname: string, cluster: Cluster, sent: Buffer): Reply {
  const { socket, method = "GET", headers } = request;
  if (!(socket instanceof TLSSocket) || !server.letsIn(socket)) throw new ApiError(401, "Unauthorized", "Unauthorized");
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
  const target = targetOf(kinds, pathname);
  const body = isWithoutContainers(target) ? null : bodyOf(sent, contentType);
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
