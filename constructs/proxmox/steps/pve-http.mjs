// @ts-check
/** One HTTPS call to the Proxmox VE API through a tunnel. */
import { request } from "node:https";
import { NoAnswer, PveError, StepError } from "./deadline.mjs";

/** @typedef {{ readonly name: string, readonly api: string, readonly address: string }} Host */
/** @typedef {{ readonly [key: string]: string | number }} Form */
/** Headers that show who calls. @typedef {{ readonly [name: string]: string }} Pass */

/**
 * @param {URL} url of the API, from `loopback`
 * @param {{ readonly method: string, readonly path: string, readonly form?: Form | undefined,
 *   readonly pass?: Pass | undefined, readonly timeoutMs: number }} call
 * @returns {Promise<{ readonly data: unknown, readonly fingerprint: string }>} what `data` holds, and SHA-256 of the
 *   certificate that the connection showed
 * @throws {PveError} what PVE answered instead
 * @throws {NoAnswer} when it is not known whether a write happened
 */
export function send(url, { method, path, form, pass, timeoutMs }) {
  const fields = new URLSearchParams();
  for (const [key, value] of Object.entries(form ?? {})) fields.set(key, String(value));
  const body = form && fields.toString();
  return new Promise((resolve, reject) => {
    let fingerprint = "";
    const call = request(
      new URL(`/api2/json/${path}`, url),
      {
        method,
        timeout: timeoutMs,
        agent: false,
        // Only ever 127.0.0.1 (see loopback): the far end is authenticated by the tunnel's pinned SSH host key.
        rejectUnauthorized: false,
        headers: {
          Accept: "application/json",
          ...pass,
          ...(body !== undefined && {
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": Buffer.byteLength(body),
          }),
        },
      },
      (response) => {
        /** @type {Buffer[]} */
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", (error) => reject(new NoAnswer(error.message)));
        response.on("end", () => {
          const { statusCode = 0, statusMessage = "" } = response;
          try {
            resolve({ data: dataOf(statusCode, statusMessage, Buffer.concat(chunks).toString()), fingerprint });
          } catch (error) {
            reject(error);
          }
        });
      },
    );
    call.on("socket", (socket) => {
      socket.once("secureConnect", () => {
        if ("getPeerCertificate" in socket && typeof socket.getPeerCertificate === "function") {
          fingerprint = socket.getPeerCertificate().fingerprint256;
        }
      });
    });
    call.on("timeout", () => call.destroy(new NoAnswer("no answer in time, as from a firewall that drops")));
    // Before the handshake nothing was sent, so nothing can have happened.
    call.on("error", (error) => reject(fingerprint === "" ? error : new NoAnswer(error.message)));
    call.end(body);
  });
}

/**
 * @param {number} status
 * @param {string} reason
 * @param {string} text
 */
function dataOf(status, reason, text) {
  /** @type {unknown} */
  let parsed = null;
  try {
    parsed = JSON.parse(text);
  } catch {
    // A proxy's error page; the status says it all.
  }
  const body = record(parsed);
  if (status >= 200 && status < 300) return body.data;
  const details = Object.entries(record(body.errors)).map(([name, why]) => `${name}: ${String(why).trim()}`);
  throw new PveError(status, [reason || `HTTP ${status}`, ...details].join(" - "));
}

/**
 * The API's address, which must be the near end of a tunnel: no certificate is checked there.
 *
 * @param {Host} host
 */
export function loopback({ name, api }) {
  const url = URL.canParse(api) ? new URL(api) : null;
  if (url?.protocol === "https:" && url.hostname === "127.0.0.1" && url.port !== "") return url;
  throw new StepError(`api of ${name} is ${api}: only a tunnel, https://127.0.0.1:<port>, is allowed`, 2);
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
export function record(value) {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/**
 * @param {unknown} value
 * @returns {readonly unknown[]}
 */
export function list(value) {
  return Array.isArray(value) ? value : [];
}
