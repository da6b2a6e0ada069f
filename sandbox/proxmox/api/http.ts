/** HTTP as PVE's API server speaks it: form-encoded in, `{data: …}` or `{data: null, message, errors}` out. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { badParameter, PveError } from "../pve/errors.ts";

/** JSON of an answer. */
export type Data = null | boolean | number | string | readonly Data[] | { readonly [key: string]: Data };

/** Parameters of a call, from the query and the body. */
export type Parameters = Readonly<Record<string, string>>;

const MAX_BODY = 512 * 1024;

export async function parametersOf(request: IncomingMessage, query: URLSearchParams): Promise<Parameters> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BODY) throw new PveError(501, "for data too large");
    chunks.push(bytes);
  }
  const body = Buffer.concat(chunks).toString();
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/json") && body !== "") return { ...Object.fromEntries(query), ...fromJson(body) };
  return Object.fromEntries([...query, ...new URLSearchParams(body)]);
}

function fromJson(body: string): Parameters {
  const parsed: unknown = JSON.parse(body);
  if (typeof parsed !== "object" || parsed === null) throw badParameter({});
  return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, value === true ? "1" : String(value)]));
}

/** A parameter that the API's schema requires. */
export function needed(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (value === undefined) {
    throw badParameter({ [name]: "property is missing and it is not optional" });
  }
  return value;
}

export function answer(response: ServerResponse, data: Data): void {
  send(response, 200, "OK", { data });
}

export function refuse(response: ServerResponse, error: unknown): void {
  const pve = error instanceof PveError ? error : new PveError(500, error instanceof Error ? error.message : "error");
  const { status, message, parameters } = pve;
  send(response, status, message, { data: null, message: `${message}\n`, ...(parameters && { errors: parameters }) });
}

function send(response: ServerResponse, status: number, reason: string, body: { readonly [key: string]: Data }): void {
  const text = JSON.stringify(body);
  // The status line takes printable ASCII of one line.
  response.writeHead(status, reason.replace(/[^\x20-\x7e]/g, " "), {
    "Content-Type": "application/json;charset=UTF-8",
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "max-age=0",
  });
  response.end(text);
}
