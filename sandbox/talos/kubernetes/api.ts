/** The few answers of the Kubernetes API server that the health gate and a curious kubectl ask for. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import type { KubernetesNode } from "./nodes.ts";

export interface ApiState {
  readonly version: string;
  readonly nodes: readonly KubernetesNode[];
}

/** `state` is asked at each request; null once the cluster is gone. */
export function apiHandler(state: () => ApiState | null): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const present = state();
    if (!present) {
      request.socket.destroy();
      return;
    }
    if (!(request.socket instanceof TLSSocket) || !request.socket.authorized) {
      reply(response, 401, status(401, "Unauthorized", "Unauthorized"));
      return;
    }
    answer(request, response, present);
  };
}

function answer(request: IncomingMessage, response: ServerResponse, { nodes, version }: ApiState): void {
  const { pathname } = new URL(request.url ?? "/", "https://kubernetes");
  if (request.method !== "GET") {
    reply(response, 405, status(405, "MethodNotAllowed", "the sandbox only answers GET"));
    return;
  }
  const name = /^\/api\/v1\/nodes\/([^/]+)$/.exec(pathname)?.[1];
  if (name !== undefined) {
    const node = nodes.find((candidate) => candidate.metadata.name === decodeURIComponent(name));
    if (node) reply(response, 200, { kind: "Node", apiVersion: "v1", ...node });
    else reply(response, 404, status(404, "NotFound", `nodes "${decodeURIComponent(name)}" not found`));
    return;
  }
  switch (pathname) {
    case "/readyz":
    case "/livez":
    case "/healthz":
      reply(response, 200, "ok");
      return;
    case "/version":
      reply(response, 200, versionOf(version));
      return;
    case "/api/v1/nodes":
      reply(response, 200, { kind: "NodeList", apiVersion: "v1", metadata: { resourceVersion: "1" }, items: nodes });
      return;
    default:
      reply(response, 404, status(404, "NotFound", "the server could not find the requested resource"));
  }
}

function versionOf(version: string): object {
  const [major = "", minor = ""] = version.split(".");
  return { major, minor, gitVersion: `v${version}`, platform: "linux/arm64" };
}

function status(code: number, reason: string, message: string): object {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
}

function reply(response: ServerResponse, code: number, body: object | string): void {
  const text = typeof body === "string" ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(code, {
    "content-type": typeof body === "string" ? "text/plain; charset=utf-8" : "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
