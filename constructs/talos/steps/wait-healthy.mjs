// @ts-check
/**
 * Waits until every node of the cluster is Ready, or has joined, then exits 0. Asks the API server about its nodes, by the tunnels to
 * it, and prints a line whenever something changes.
 *
 * Environment:
 *   KUBE_ENDPOINTS          JSON list of API servers, such as ["https://127.0.0.1:16443"]; tried in turn
 *   KUBE_CA                 certificate the API server's must be signed with: PEM in base64, like the next two
 *   KUBE_CERT, KUBE_KEY     what we identify ourselves with
 *   KUBE_NODES              JSON list of the names of the nodes to wait for
 *   KUBE_UNTIL              ready (without it), or joined: without a network plugin no node is Ready
 *   HEALTH_TIMEOUT_SECONDS  how long to wait; 3600 without it, as emulated machines are slow
 *
 * Exit code: 0 all are Ready, 1 not in time, 2 bad input.
 */
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

const DEFAULT_TIMEOUT_SECONDS = 3600;
const SHORTEST_REQUEST_MS = 1_000;
const LONGEST_REQUEST_MS = 30_000;
/** The answer about a thousand nodes is below this. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * @typedef {object} Input
 * @property {readonly URL[]} endpoints
 * @property {string} ca
 * @property {string} cert
 * @property {string} key
 * @property {readonly string[]} nodes
 * @property {"ready" | "joined"} until
 * @property {number} timeoutSeconds
 */

/**
 * What was found out at one time.
 * @typedef {object} Finding
 * @property {string} summary
 * @property {string} [detail] more of it, for the last line
 * @property {boolean} healthy
 */

class InputError extends Error {}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Input}
 */
function readInput(environment) {
  const seconds = environment["HEALTH_TIMEOUT_SECONDS"] || String(DEFAULT_TIMEOUT_SECONDS);
  if (!/^\d+(\.\d+)?$/.test(seconds)) {
    throw new InputError(`HEALTH_TIMEOUT_SECONDS must be a number of seconds, got "${seconds}"`);
  }
  const until = environment["KUBE_UNTIL"] || "ready";
  if (until !== "ready" && until !== "joined")
    throw new InputError(`KUBE_UNTIL must be ready or joined, got "${until}"`);
  return {
    endpoints: readList(environment, "KUBE_ENDPOINTS", "https URLs").map((text) => {
      const url = URL.canParse(text) ? new URL(text) : null;
      if (url?.protocol !== "https:") throw new InputError(`KUBE_ENDPOINTS must be https URLs, got "${text}"`);
      return url;
    }),
    ca: readPem(environment, "KUBE_CA", "CERTIFICATE"),
    cert: readPem(environment, "KUBE_CERT", "CERTIFICATE"),
    key: readPem(environment, "KUBE_KEY", "PRIVATE KEY"),
    nodes: readList(environment, "KUBE_NODES", "node names"),
    until,
    timeoutSeconds: Number(seconds),
  };
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} name
 * @param {string} what
 * @returns {readonly string[]}
 */
function readList(environment, name, what) {
  const text = environment[name] ?? "";
  /** @type {unknown} */
  let list = null;
  try {
    list = JSON.parse(text);
  } catch {
    // Said below.
  }
  const texts = Array.isArray(list) ? list.filter((item) => typeof item === "string" && item !== "") : [];
  if (!Array.isArray(list) || list.length === 0 || texts.length < list.length) {
    throw new InputError(`${name} must be a JSON list of ${what}, at least one, got ${text === "" ? "nothing" : text}`);
  }
  return texts;
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} name
 * @param {string} label
 */
function readPem(environment, name, label) {
  const pem = Buffer.from(environment[name] ?? "", "base64").toString();
  // What it holds is secret: the message does not repeat it.
  if (!new RegExp(`-----BEGIN ([A-Z0-9]+ )*${label}-----`).test(pem)) {
    throw new InputError(`${name} must be a ${label.toLowerCase()} in PEM, in base64`);
  }
  return pem;
}

/**
 * @param {Input} input
 * @param {URL} endpoint
 * @param {number} timeoutMs
 * @returns {Promise<unknown>} the API server's answer about its nodes
 */
function askForNodes({ ca, cert, key }, endpoint, timeoutMs) {
  return new Promise((resolve, reject) => {
    const url = new URL("/api/v1/nodes", endpoint);
    const signal = AbortSignal.timeout(timeoutMs);
    const request = https.get(url, { ca, cert, key, agent: false, signal }, (response) => {
      /** @type {Buffer[]} */
      const chunks = [];
      let size = 0;
      response.on("data", (/** @type {Buffer} */ chunk) => {
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) request.destroy(new Error("the answer is too long"));
        else chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode !== 200) {
          reject(new Error(`it answers ${response.statusCode} ${response.statusMessage ?? ""}`.trim()));
          return;
        }
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString()));
        } catch {
          reject(new Error("its answer is not JSON"));
        }
      });
    });
    request.on("error", (error) =>
      reject(signal.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`) : error),
    );
  });
}

/**
 * What is wrong with each node, by name: null when it is Ready.
 * @param {unknown} list
 * @returns {ReadonlyMap<string, string | null>}
 */
function readNodes(list) {
  const items = at(list, "items");
  if (!Array.isArray(items)) throw new Error("its answer is no list of nodes");
  return new Map(
    items.map((node) => {
      const conditions = at(node, "status", "conditions");
      const ready = Array.isArray(conditions)
        ? conditions.find((condition) => at(condition, "type") === "Ready")
        : null;
      const why = String(at(ready, "message") ?? "it has not reported yet");
      return [String(at(node, "metadata", "name") ?? ""), at(ready, "status") === "True" ? null : why];
    }),
  );
}

/**
 * @param {unknown} value
 * @param {...string} path
 * @returns {unknown}
 */
function at(value, ...path) {
  /** @type {unknown} */
  let here = value;
  for (const name of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = Reflect.get(here, name);
  }
  return here;
}

/**
 * @param {Input} input
 * @param {ReadonlyMap<string, string | null>} found
 * @returns {Finding}
 */
function judge({ nodes, until }, found) {
  const missing = nodes.filter((name) => (until === "joined" ? !found.has(name) : found.get(name) !== null));
  const ready = `${nodes.length - missing.length} of ${nodes.length} nodes ${until}`;
  if (missing.length === 0) return { summary: ready, healthy: true };
  return {
    summary: `${ready}, waiting for ${missing.join(", ")}`,
    detail: missing.map((name) => `${name}: ${found.get(name) ?? "it has not joined"}`).join("; "),
    healthy: false,
  };
}

/**
 * How long one request may take when `leftMs` are left: the last one gets a moment more, so that it can still respond.
 * @param {number} leftMs
 */
function boundOf(leftMs) {
  return Math.min(LONGEST_REQUEST_MS, Math.max(SHORTEST_REQUEST_MS, Math.ceil(leftMs)));
}

/** @param {unknown} error */
function reason(error) {
  if (!(error instanceof Error)) return String(error);
  return error.message || String(at(error, "code") ?? error.name);
}

/**
 * @param {Input} input
 * @param {number} leftMs
 * @returns {Promise<Finding>}
 */
async function look(input, leftMs) {
  /** @type {string[]} */
  const failures = [];
  for (const endpoint of input.endpoints) {
    try {
      return judge(input, readNodes(await askForNodes(input, endpoint, boundOf(leftMs))));
    } catch (error) {
      failures.push(`${endpoint.origin}: ${reason(error)}`);
    }
  }
  return { summary: `no API server yet (${failures.join("; ")})`, healthy: false };
}

/** @param {Input} input */
async function waitHealthy(input) {
  const start = performance.now();
  const passed = () => Math.round((performance.now() - start) / 1000);
  const left = () => input.timeoutSeconds * 1000 - (performance.now() - start);
  /** @type {Finding} */
  let finding = { summary: "", healthy: false };
  let pause = FIRST_PAUSE_MS;
  do {
    const before = finding.summary;
    finding = await look(input, left());
    if (finding.summary !== before) console.log(`${finding.summary} (${passed()} s)`);
    if (finding.healthy) return 0;
    await sleep(Math.max(0, Math.min(pause, left())));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  } while (left() > 0);
  const { summary, detail } = finding;
  console.error(`gave up after ${input.timeoutSeconds} s: ${summary}${detail ? ` (${detail})` : ""}`);
  return 1;
}

async function main() {
  try {
    return await waitHealthy(readInput(process.env));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(error.message);
    return 2;
  }
}

process.exitCode = await main();
