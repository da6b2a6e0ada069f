/** Checks the signature of a request to OCI (docs.oracle.com, Request Signatures; draft-cavage-http-signatures-08). */
import { createHash, type KeyObject, verify } from "node:crypto";
import type { IncomingMessage } from "node:http";

const ALWAYS = ["(request-target)", "host"];
const WITH_BODY = ["content-length", "content-type", "x-content-sha256"];
/** Objects and parts are not signed: they may be large, and a stream can be sent only once. */
const UNSIGNED_BODY = /^PUT \/n\/[^/]+\/b\/[^/]+\/[ou]\//;
const SKEW_MS = 5 * 60 * 1000;

/** What is wrong with the request's signature; null: nothing. */
export function signatureProblem(
  request: IncomingMessage,
  body: Buffer,
  keys: ReadonlyMap<string, KeyObject>,
): string | null {
  const authorization = request.headers.authorization ?? "";
  if (!authorization.startsWith("Signature ")) return "no Authorization: Signature";
  const fields = new Map([...authorization.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value ?? ""]));
  if (fields.get("version") !== "1" || fields.get("algorithm") !== "rsa-sha256") return "not version 1 of rsa-sha256";
  const key = keys.get(fields.get("keyId") ?? "");
  if (key === undefined) return `unknown key ${fields.get("keyId")}`;

  const signed = fields.get("headers")?.toLowerCase().split(" ") ?? [];
  const target = `${request.method} ${request.url}`;
  const hasBody = /^(POST|PUT|PATCH) /.test(target) && !UNSIGNED_BODY.test(target);
  const missing = [...ALWAYS, ...(hasBody ? WITH_BODY : [])].find((name) => !signed.includes(name));
  if (missing !== undefined) return `${missing} is not signed`;
  const date = signed.find((name) => name === "date" || name === "x-date");
  if (date === undefined) return "no date is signed";
  if (!(Math.abs(Date.now() - Date.parse(String(request.headers[date]))) < SKEW_MS)) return `${date} is not now`;
  const sha256 = createHash("sha256").update(body).digest("base64");
  if (hasBody && request.headers["x-content-sha256"] !== sha256) return "x-content-sha256 is of another body";

  const text = signed.map((name) => {
    const value = name === "(request-target)" ? target.replace(/^\w+/, (method) => method.toLowerCase()) : undefined;
    return `${name}: ${value ?? request.headers[name]}`;
  });
  const signature = Buffer.from(fields.get("signature") ?? "", "base64");
  return verify("rsa-sha256", Buffer.from(text.join("\n")), key, signature) ? null : "the signature is wrong";
}
