/** The few answers of the Kubernetes API server that the health gate and a curious kubectl ask for. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type PeerCertificate, TLSSocket } from "node:tls";
import type { Call, Calls, Fault } from "../../../faults/calls.ts";
import { addons } from "./addons.ts";
import { discovery } from "./discovery.ts";
import type { ApiState } from "./state.ts";
import { namespaceTable, nodeTable, wantsTable } from "./table.ts";
import { workloads } from "./workloads.ts";

interface Answer {
  readonly code: number;
  readonly body: object | string;
  readonly retryAfterSeconds?: number | undefined;
}

/** Whether a connection's client may ask anything. */
type LetsIn = (socket: TLSSocket) => boolean;

/** `state` is asked at each request; null once the cluster is gone. */
export function apiHandler(
  calls: Calls,
  state: () => ApiState | null,
  letsIn: LetsIn,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    handle(calls, state, letsIn, request, response).catch((error: unknown) => {
      calls.bug({ interface: "kubernetes", method: request.method ?? "GET", target: request.url ?? "/" }, error);
      request.socket.destroy();
    });
  };
}

async function handle(
  calls: Calls,
  state: () => ApiState | null,
  letsIn: LetsIn,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
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
  const present = state();
  const answer = fault?.kind === "status" ? failing(fault) : present && answerTo(request, pathname, present, letsIn);
  if (!answer || fault?.kind === "lost") {
    socket.destroy();
    calls.end(call, answer ? "lost" : "reset");
    return;
  }
  reply(response, answer);
  calls.end(call, String(answer.code));
}

function failing({ status, code, message, retryAfterSeconds }: Extract<Fault, { kind: "status" }>): Answer {
  const body = failure(status, code ?? "InternalError", message ?? "the sandbox was told to fail this call");
  return { code: status, body, retryAfterSeconds };
}

function answerTo(request: IncomingMessage, pathname: string, state: ApiState, letsIn: LetsIn): Answer {
  if (!(request.socket instanceof TLSSocket) || !letsIn(request.socket)) {
    return { code: 401, body: failure(401, "Unauthorized", "Unauthorized") };
  }
  if (request.method !== "GET") {
    return { code: 405, body: failure(405, "MethodNotAllowed", "the sandbox only answers GET") };
  }
  const query = URL.parse(request.url ?? "/", "https://localhost")?.searchParams ?? new URLSearchParams();
  const told = discovery(pathname, state);
  if (told !== undefined) return { code: 200, body: told };
  const refusal = forbidden(request.socket.getPeerCertificate().subject, pathname);
  if (refusal !== null) return refusal;
  const found = addons(pathname, state) ?? workloads(pathname, query, state);
  if (found !== undefined) return { code: 200, body: found };
  // Names need no percent-encoding: they are DNS labels.
  const [, resource = "", name] = /^\/api\/v1\/(nodes|namespaces)(?:\/([^/]+))?$/.exec(pathname) ?? [];
  if (resource === "") {
    return { code: 404, body: failure(404, "NotFound", "the server could not find the requested resource") };
  }
  return listed(resource, name, wantsTable(request.headers.accept), state);
}

/** Whom RBAC lets do everything: the only binding that there is here beside what everybody may discover. */
const ADMINS = "system:masters";

/** What a certificate is refused that names no group with rights (its organizations are the groups). */
function forbidden(subject: PeerCertificate["subject"], pathname: string): Answer | null {
  const groups: unknown = subject.O;
  if (groups === ADMINS || (Array.isArray(groups) && groups.includes(ADMINS))) return null;
  const [, group = "", namespace, resource = "", name] =
    /^\/api(?:s\/([^/]+))?\/[^/]+(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
  const user = `User ${JSON.stringify(String(subject.CN))} cannot`;
  const scope = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const message =
    resource === ""
      ? `forbidden: ${user} get path "${pathname}"`
      : `${resource}${name === undefined ? "" : ` "${name}"`} is forbidden: ${user} ` +
        `${name === undefined ? "list" : "get"} resource "${resource}" in API group "${group}" ${scope}`;
  return { code: 403, body: failure(403, "Forbidden", message) };
}

/** A list, or the one of a name. */
function listed(resource: string, name: string | undefined, asTable: boolean, state: ApiState): Answer {
  const kind = resource === "nodes" ? "Node" : "Namespace";
  const isWanted = ({ metadata }: { readonly metadata: { readonly name: string } }): boolean =>
    name === undefined || metadata.name === name;
  const [nodes, namespaces] = [state.nodes.filter(isWanted), state.namespaces.filter(isWanted)];
  const items = kind === "Node" ? nodes : namespaces;
  const [first] = items;
  if (name !== undefined && !first) {
    return { code: 404, body: failure(404, "NotFound", `${resource} "${name}" not found`) };
  }
  if (asTable) {
    return { code: 200, body: kind === "Node" ? nodeTable(nodes, state.now) : namespaceTable(namespaces, state.now) };
  }
  if (name !== undefined) return { code: 200, body: { kind, apiVersion: "v1", ...first } };
  return { code: 200, body: { kind: `${kind}List`, apiVersion: "v1", metadata: { resourceVersion: "1" }, items } };
}

function failure(code: number, reason: string, message: string): object {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
}

function reply(response: ServerResponse, { code, body, retryAfterSeconds }: Answer): void {
  const text = typeof body === "string" ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(code, {
    "content-type": typeof body === "string" ? "text/plain; charset=utf-8" : "application/json",
    "content-length": Buffer.byteLength(text),
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
  });
  response.end(text);
}
