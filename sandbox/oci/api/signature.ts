/** Checks the signature of a request (docs.oracle.com, Request Signatures; draft-cavage-http-signatures-08). */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { ApiKey, OciTenancy } from "../../world/oci.ts";
import type { World } from "../../world/world.ts";
import { ServiceRefusal } from "../model/refusals.ts";

const ALWAYS = ["(request-target)", "host"];
const WITH_BODY = ["content-length", "content-type", "x-content-sha256"];
/** How far a request's date may be off. */
const SKEW_MS = 5 * 60 * 1000;

const keys = new WeakMap<ApiKey, KeyObject>();

function keyOf(key: ApiKey): KeyObject {
  const known = keys.get(key) ?? createPublicKey(key.publicKey);
  keys.set(key, known);
  return known;
}

/** As requests name the key: `tenancy/user/fingerprint`. */
function keyId({ tenancyId, apiKey }: Pick<OciTenancy, "tenancyId" | "apiKey">): string | null {
  return apiKey && `${tenancyId}/${apiKey.userId}/${apiKey.fingerprint}`;
}

function refused(why: string): ServiceRefusal {
  return new ServiceRefusal(
    401,
    "NotAuthenticated",
    `The required information to complete authentication was not provided or was incorrect: ${why}.`,
    "Service: Identity.",
  );
}

function signedText(request: IncomingMessage, signed: readonly string[]): string {
  const lines = signed.map((name) => {
    if (name === "(request-target)") return `${name}: ${request.method?.toLowerCase()} ${request.url}`;
    const value = request.headers[name];
    if (value === undefined) throw refused(`${name} is signed, and there is no such header`);
    return `${name}: ${String(value)}`;
  });
  return lines.join("\n");
}

/**
 * Checks who sends the request, before its body is read.
 *
 * @param signsBody whether the body must be signed, as every POST, PUT and PATCH signs it but those of object content
 * @throws ServiceRefusal 401, with the reason: the real one does not tell it
 */
export function authenticate(world: World, request: IncomingMessage, signsBody: boolean): void {
  const authorization = request.headers.authorization ?? "";
  if (!authorization.startsWith("Signature ")) throw refused("there is no Authorization: Signature");
  // From the start of a word on: else a long one is tried from each of its letters, before anybody is known to have sent it.
  const fields = new Map(
    [...authorization.matchAll(/\b(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value ?? ""]),
  );
  if (fields.get("version") !== "1" || fields.get("algorithm") !== "rsa-sha256")
    throw refused("the signature is not version 1 of rsa-sha256");
  const { oci } = world.state;
  if (oci.apiKey === null || fields.get("keyId") !== keyId(oci)) throw refused("nobody has that keyId");

  const signed = fields.get("headers")?.toLowerCase().split(" ") ?? [];
  const missing = [...ALWAYS, ...(signsBody ? WITH_BODY : [])].find((name) => !signed.includes(name));
  if (missing !== undefined) throw refused(`${missing} is not signed`);
  const date = signed.find((name) => name === "x-date") ?? signed.find((name) => name === "date");
  if (date === undefined) throw refused("neither date nor x-date is signed");
  const skew = Math.abs(Date.parse(world.now()) - Date.parse(String(request.headers[date])));
  if (!(skew <= SKEW_MS)) throw refused(`${date} is more than five minutes from ${world.now()}`);

  const signature = Buffer.from(fields.get("signature") ?? "", "base64");
  if (!verify("rsa-sha256", Buffer.from(signedText(request, signed)), keyOf(oci.apiKey), signature))
    throw refused("the signature is of another request or by another key");
}

/** @throws ServiceRefusal 401 when the body is not the one that was signed */
export function checkBody(request: IncomingMessage, body: Buffer): void {
  const sha256 = createHash("sha256").update(body).digest("base64");
  if (request.headers["x-content-sha256"] !== sha256) throw refused("x-content-sha256 is of another body");
}
