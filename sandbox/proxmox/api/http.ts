/** HTTP as PVE's API server speaks it: form-encoded in, `{data: …}` or `{data: null, message, errors}` out. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { wholeBody } from "../../http/body.ts";
import { parseJson } from "../../http/json.ts";
import { badParameter, PveError } from "../model/errors.ts";
import { formOf } from "./multipart.ts";

/** JSON of an answer. */
export type Data = null | boolean | number | string | readonly Data[] | { readonly [key: string]: Data };

/** A part of a list, with the length of the whole beside it. */
export class Page {
  readonly data: Data;
  readonly total: number;
  constructor(data: Data, total: number) {
    this.data = data;
    this.total = total;
  }
}

/** Parameters of a call, from the path, the query and the body. */
export type Parameters = Readonly<Record<string, string>>;

const MAX_BODY = 512 * 1024;

/** What a request says in query and body. @throws PveError for a body that cannot be read */
export async function parametersOf(request: IncomingMessage, query: URLSearchParams): Promise<Parameters> {
  const given = request.headers["content-type"] ?? "application/x-www-form-urlencoded";
  if (given.startsWith("multipart/form-data")) return { ...joined(query), ...(await formOf(request, given)) };
  const body = await bodyOf(request);
  if (body === "") return joined(query);
  if (given.startsWith("application/json")) return { ...joined(query), ...fromJson(body) };
  if (given.startsWith("application/x-www-form-urlencoded")) {
    return { ...joined(query), ...joined(new URLSearchParams(body)) };
  }
  throw new PveError(501, `content type '${given.split(";")[0] ?? ""}' not supported`);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const body = await wholeBody(request, MAX_BODY).catch(() => {
    throw new PveError(400, "the connection broke in the middle of the request");
  });
  if (body === null) throw new PveError(501, "for data too large");
  return body.toString();
}

/** A parameter that comes more than once is a list, which PVE separates by NUL. */
function joined(form: URLSearchParams): Parameters {
  const parameters: Record<string, string> = Object.create(null);
  for (const [name, value] of form) {
    parameters[name] = parameters[name] === undefined ? value : `${parameters[name]}\0${value}`;
  }
  return parameters;
}

function fromJson(body: string): Parameters {
  let parsed: unknown;
  try {
    parsed = parseJson(body);
  } catch {
    throw new PveError(400, "malformed JSON in request body");
  }
  if (parsed === null) return {};
  if (typeof parsed !== "object" || Array.isArray(parsed)) {
    throw new PveError(400, "request body is no JSON object");
  }
  const given = Object.entries(parsed).filter(([, value]) => value !== null);
  return Object.fromEntries(given.map(([name, value]) => [name, asText(name, value)]));
}

function asText(name: string, value: unknown): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map((item) => asText(name, item)).join("\0");
  throw badParameter({ [name]: "type check ('string') failed - got HASH" });
}

/** A parameter that the API's schema requires. */
export function needed(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (value === undefined) {
    throw badParameter({ [name]: "property is missing and it is not optional" });
  }
  return value;
}

/** Sends what a call answers. */
export function answer(response: ServerResponse, result: Data | Page): void {
  const body = result instanceof Page ? { data: result.data, total: result.total } : { data: result };
  send(response, 200, "OK", body);
}

/** @returns the status that was sent */
export function refuse(response: ServerResponse, { status, message, parameters }: PveError): number {
  // Of a body that was not read nothing can follow on the connection.
  if (!response.req.complete) response.setHeader("Connection", "close");
  send(response, status, message, { data: null, message: `${message}\n`, ...(parameters && { errors: parameters }) });
  return status;
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
