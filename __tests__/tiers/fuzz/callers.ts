/** Who calls the HTTP interfaces: a request with the credentials of the deployed lab, or without. */
import { createHash, createSign } from "node:crypto";
import { readFileSync } from "node:fs";
import http, { type RequestOptions } from "node:http";
import https from "node:https";
import { join } from "node:path";
import { z } from "zod";
import type { Interfaces } from "./interfaces.ts";
import type { HttpRequest } from "./requests.ts";

/** Status of the answer; null when the connection ended without one. */
export type Send = (request: HttpRequest) => Promise<number | null>;

/** An interface that hangs would hang us. */
const PATIENCE_MS = 10_000;

interface Exchange extends RequestOptions {
  readonly headers: Readonly<Record<string, string>>;
}

function exchange(secure: boolean, options: Exchange, body: Buffer): Promise<number | null> {
  // Without a length Node sends the body of a GET as if it were the next request.
  const headers = { ...options.headers, ...(body.length > 0 && { "content-length": String(body.length) }) };
  return new Promise((resolve) => {
    const call = (secure ? https : http).request(
      { ...options, headers, host: "127.0.0.1", timeout: PATIENCE_MS },
      (response) => {
        const { statusCode = null, headers } = response;
        resolve(statusCode);
        response.on("error", () => response.destroy()).resume();
        // The page's events never end.
        if (headers["content-type"]?.startsWith("text/event-stream")) call.destroy();
      },
    );
    call.on("timeout", () => call.destroy(new Error("silence")));
    call.on("error", () => resolve(null));
    call.end(body);
  });
}

/** As the draft of HTTP signatures has it, with the headers that OCI wants (docs.oracle.com, Request Signatures). */
function signature({ method, path, body }: HttpRequest, host: string, { account }: Interfaces): Record<string, string> {
  const date = new Date().toUTCString();
  const withBody = method === "POST" || method === "PUT";
  const sha256 = createHash("sha256").update(body).digest("base64");
  const lines: Record<string, string> = {
    "(request-target)": `${method.toLowerCase()} ${path}`,
    date,
    host,
    ...(withBody && {
      "x-content-sha256": sha256,
      "content-type": "application/json",
      "content-length": String(body.length),
    }),
  };
  const text = Object.entries(lines).map(([name, line]) => `${name}: ${line}`);
  const signed = createSign("sha256").update(text.join("\n")).sign(account.privateKey, "base64");
  const { "(request-target)": _, ...headers } = lines;
  return {
    ...headers,
    authorization:
      `Signature version="1",keyId="${account.keyId}",algorithm="rsa-sha256",` +
      `headers="${Object.keys(lines).join(" ")}",signature="${signed}"`,
  };
}

export function ociCaller(interfaces: Interfaces): Send {
  const port = interfaces.ports.oci;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  return ({ signed, ...request }) => {
    const whole = { ...request, signed };
    const headers = signed ? signature(whole, `127.0.0.1:${port}`, interfaces) : request.headers;
    return exchange(false, { port, agent, method: request.method, path: request.path, headers }, request.body);
  };
}

const login = z.object({ data: z.object({ ticket: z.string(), CSRFPreventionToken: z.string() }) });

/** Logs in as root@pam, who may do everything. */
export async function pveCaller(interfaces: Interfaces, home: string): Promise<Send> {
  const port = interfaces.ports.proxmox;
  const { rootPassword } = z
    .object({ rootPassword: z.string() })
    .parse(JSON.parse(readFileSync(join(home, ".sandbox", "secrets.json"), "utf8")));
  const answer = await new Promise<string>((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port,
      path: "/api2/json/access/ticket",
      method: "POST",
      rejectUnauthorized: false,
    };
    const call = https.request(options, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString())).once("end", () => resolve(text));
    });
    call.once("error", reject);
    call.end(new URLSearchParams({ username: "root@pam", password: rootPassword }).toString());
  });
  const { ticket, CSRFPreventionToken } = login.parse(JSON.parse(answer)).data;
  const own = { Cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`, CSRFPreventionToken };
  const agent = new https.Agent({ keepAlive: true, maxSockets: 16, rejectUnauthorized: false });
  return ({ method, path, headers, body, signed }) =>
    exchange(true, { port, agent, method, path, headers: { ...headers, ...(signed && own) } }, body);
}

const kubeconfig = z.object({ client_certificate: z.string(), client_key: z.string() });

const state = z.object({
  resources: z.array(
    z.object({ type: z.string(), instances: z.array(z.object({ attributes: z.record(z.string(), z.unknown()) })) }),
  ),
});

/** An attribute of the first resource of a type, out of a stack's state. */
export function attributeOf(home: string, stack: string, type: string, name: string): unknown {
  const file = join(home, ".sandbox", "state", `${stack}.tfstate`);
  const { resources } = state.parse(JSON.parse(readFileSync(file, "utf8")));
  return resources.find((resource) => resource.type === type)?.instances[0]?.attributes[name];
}

const decoded = (base64: string): string => Buffer.from(base64, "base64").toString();

export function kubernetesCaller(interfaces: Interfaces, home: string): Send {
  const port = interfaces.ports.kubernetes;
  const client = kubeconfig.parse(
    attributeOf(home, "talos", "talos_cluster_kubeconfig", "kubernetes_client_configuration"),
  );
  const common = { keepAlive: true, maxSockets: 16, rejectUnauthorized: false };
  const [cert, key] = [decoded(client.client_certificate), decoded(client.client_key)];
  const [known, stranger] = [new https.Agent({ ...common, cert, key }), new https.Agent(common)];
  return ({ method, path, headers, body, signed }) =>
    exchange(true, { port, agent: signed ? known : stranger, method, path, headers }, body);
}

export function pageCaller({ ports: { page: port } }: Interfaces): Send {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  return ({ method, path, headers, body, signed }) => {
    const host = signed ? `127.0.0.1:${port}` : "evil.example";
    return exchange(false, { port, agent, method, path, headers: { ...headers, host } }, body);
  };
}
