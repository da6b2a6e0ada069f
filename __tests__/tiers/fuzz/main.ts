/**
 * Sends invalid requests to the sandbox's interfaces, and prints the results as JSON. A process of its own: what
 * crashes the interfaces crashes this.
 *
 *   node __tests__/tiers/fuzz/main.ts --home DIR [--requests 100000] [--seed 1]
 *
 * DIR is the LAB_HOME of a lab that was deployed in the sandbox, whose daemon has ended.
 */
import type { Socket } from "node:net";
import { parseArgs } from "node:util";
import * as fc from "fast-check";
import { broken, misbehave } from "./broken.ts";
import { kubernetesCaller, ociCaller, pageCaller, pveCaller, type Send } from "./callers.ts";
import { ociCalls, plainGet, pveCalls } from "./calls.ts";
import { openInterfaces, PAGE_TOKEN } from "./interfaces.ts";
import { keepToLoopback } from "./loopback.ts";
import { type Dialect, httpRequest, wordsOf } from "./requests.ts";
import { talosCaller, talosRequest } from "./talos-caller.ts";

export interface FuzzReport {
  readonly requests: number;
  /** How often each answer came, by interface. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Exceptions that are no refusal, once each. */
  readonly bugs: readonly string[];
  /** Answers of the 5xx kind from interfaces whose API has none of its own. */
  readonly failures: readonly string[];
  /** What was thrown past everything. */
  readonly uncaught: readonly string[];
  /** Hosts beside loopback that somebody wanted to reach. */
  readonly outside: readonly string[];
}

/** After so many requests the world is put back: much of it has been deleted by then. */
const BATCH = 200;
/** A Talos machine is soon reset, or off. */
const TALOS_BATCH = 20;
const AT_A_TIME = 16;

const { values } = parseArgs({
  options: {
    home: { type: "string" },
    requests: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
  },
});
const home = values.home;
if (home === undefined) throw new Error("--home DIR is missing");
const [requests, seed] = [Number(values.requests), Number(values.seed)];

const bugs = new Map<string, string>();
const failures = new Set<string>();
const uncaught: string[] = [];
const outside = new Set<string>();
const answers: Record<string, Record<string, number>> = {};
const stackOf = (error: unknown): string => (error instanceof Error ? String(error.stack) : String(error));
for (const event of ["uncaughtException", "unhandledRejection"] as const)
  process.on(event, (error: unknown) => void uncaught.push(stackOf(error)));

const interfaces = await openInterfaces(home, {
  begin: () => null,
  end: () => undefined,
  bug({ interface: via, method, target }, error) {
    const stack = stackOf(error);
    // The same place in the code is the same bug.
    const place = /\(?(\S+:\d+:\d+)\)?\n/.exec(`${stack}\n`)?.[1] ?? stack;
    bugs.set(place, `${via} ${method} ${target}: ${stack}`);
  },
});
keepToLoopback((host) => outside.add(host));

function count(name: string, answer: string): void {
  const counts = (answers[name] ??= {});
  counts[answer] = (counts[answer] ?? 0) + 1;
}

/** Takes turns at them, some at a time. */
async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = all[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (const one of left) await work(one);
    }),
  );
}

async function fuzz<T>(
  name: string,
  share: number,
  requested: fc.Arbitrary<T>,
  send: (one: T) => Promise<string>,
  size = BATCH,
): Promise<void> {
  const total = Math.round(requests * share);
  console.error(`${name}: ${total} requests`);
  for (let done = 0; done < total; done += size) {
    const batch = fc.sample(requested, { numRuns: Math.min(size, total - done), seed: seed + done });
    await eachOf(batch, async (one) => count(name, await send(one)));
    interfaces.restore();
  }
}

/** `own`: statuses of the 5xx kind that the API has of its own; all others are bugs. */
function http(name: string, share: number, dialect: Dialect, send: Send, own: readonly number[] = []): Promise<void> {
  return fuzz(name, share, httpRequest(dialect), async (request) => {
    const status = await send(request);
    if (status !== null && status >= 500 && !own.includes(status))
      failures.add(`${name} ${request.method} ${request.path}: ${status}`);
    return String(status ?? "no answer");
  });
}

const words = wordsOf(interfaces.world);
await http("proxmox", 0.45, { ...words, calls: pveCalls() }, await pveCaller(interfaces, home), [500, 501, 595, 596]);
// What is not played says so.
await http("oci", 0.35, { ...words, calls: ociCalls(interfaces.world) }, ociCaller(interfaces), [501]);
const kubernetes = ["/api", "/apis", "/version", "/healthz", "/api/v1/nodes", "/api/v1/nodes/{name}", "/api/v1/{kind}"];
await http("kubernetes", 0.06, { ...words, calls: kubernetes.map(plainGet) }, kubernetesCaller(interfaces, home));
const page = ["/", "/page.css", "/page.js", "/events"].map((path) => `/${PAGE_TOKEN}${path}`);
await http("page", 0.04, { ...words, calls: page.map(plainGet) }, pageCaller(interfaces));
const talos = talosCaller(interfaces, home);
await fuzz("talos", 0.06, talosRequest(), async (request) => String(await talos(request)), TALOS_BATCH);

const open: Socket[] = [];
for (const [name, port] of Object.entries(interfaces.ports)) {
  await fuzz(`${name}, broken`, 0.04 / 6, broken(), async (how) => {
    const left = await misbehave(port, how);
    if (left) open.push(left);
    return how.kind;
  });
}
for (const socket of open) socket.destroy();
interfaces.close();

const report: FuzzReport = {
  requests: Object.values(answers).reduce((all, counts) => all + Object.values(counts).reduce((a, b) => a + b, 0), 0),
  answers,
  bugs: [...bugs.values()],
  failures: [...failures],
  uncaught,
  outside: [...outside],
};
console.log(JSON.stringify(report));
process.exit(0);
