/** Errors of requests, as messages of one line. */
import type { Connection } from "./connection.ts";
import { ServiceError, UnreachableError } from "./errors.ts";

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim().slice(0, 300);

/** A field of anything. Not by `instanceof`: what fetch throws may come from another realm, such as a test's. */
function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function textField(value: unknown, name: string): string {
  const text = field(value, name);
  return typeof text === "string" ? oneLine(text) : "";
}

/** OCI's errors are `{ code, message }`; a proxy's are anything, and the answer to HEAD has no body. */
async function said(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const body: unknown = JSON.parse(text);
    return [textField(body, "code"), textField(body, "message")].filter((each) => each !== "").join(", ");
  } catch {
    return oneLine(response.statusText);
  }
}

/** What to do about a response with this status. */
function advice(status: number, { credentials, attempts }: Connection): string {
  if (status === 401) return `check ${credentials} (tenancy, user, fingerprint, key_file) and this machine's clock`;
  if (status === 403 || status === 404) return "check the names, and that a policy lets your user do this";
  if (status === 429 || status >= 500) return `tried ${attempts} times; run it again, what has arrived stays`;
  return "";
}

/** An answer other than 2xx. */
export async function refusal(doing: string, response: Response, connection: Connection): Promise<ServiceError> {
  const { status, headers } = response;
  const request = headers.get("opc-request-id");
  const id = request === null ? "" : ` (opc-request-id ${oneLine(request)})`;
  const trouble = `cannot ${doing}: ${status} ${await said(response)}`.trimEnd() + id;
  // In seconds. HTTP allows a date too; OCI is not known to send one.
  const seconds = Number(headers.get("retry-after"));
  return new ServiceError(trouble, advice(status, connection), status, Number.isFinite(seconds) ? seconds * 1000 : 0);
}

/** The SDK has `{dualStack?ds.oci.:}` and the like in it, which it takes out of what it asks (oci-common 2.142.1). */
const hostOf = (endpoint: string): string => new URL(endpoint.replaceAll(/\{[^{}]*\}/g, "")).host;

/**
 * What fetch threw, as UnreachableError; anything else as it is. fetch says "fetch failed" before an answer and
 * "terminated" within one; why is in the cause.
 */
export function unreachable(doing: string, error: unknown, { endpoint, attempts }: Connection): unknown {
  if (textField(error, "name") !== "TypeError") return error;
  if (!/^(fetch failed|terminated)$/.test(textField(error, "message"))) return error;
  const cause = field(error, "cause");
  const why = textField(cause, "code") || textField(cause, "message") || "connection lost";
  const trouble = `cannot ${doing}: no answer from ${hostOf(endpoint)}: ${why}`;
  return new UnreachableError(trouble, `tried ${attempts} times; check the region and the network, then run it again`);
}
