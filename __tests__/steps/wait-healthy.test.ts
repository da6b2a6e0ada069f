import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { admin, cluster, configured, portTo } from "../sandbox/talos/cluster.ts";
import { guest, type Lab, vip } from "../sandbox/talos/world.ts";

const script = join(__dirname, "../../constructs/talos/steps/wait-healthy.mjs");

interface Run {
  readonly child: ChildProcess;
  /** Resolves with the exit code and all that was printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly output: string }>;
  /** Resolves once the output has `text` in it. */
  printed(text: string): Promise<void>;
}

function run(environment: Readonly<Record<string, string>>): Run {
  const child = spawn(process.execPath, [script], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
    child.emit("printed");
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  return {
    child,
    ended: once(child, "close").then(([code, signal]) => ({ code, signal, output })),
    async printed(text) {
      while (!output.includes(text)) await once(child, "printed");
    },
  };
}

function environment(port: number, nodes: readonly string[], seconds = 20): Record<string, string> {
  const { caCertificate, clientCertificate, clientKey } = admin();
  return {
    KUBE_ENDPOINTS: JSON.stringify([`https://127.0.0.1:${port}`]),
    KUBE_CA: caCertificate,
    KUBE_CERT: clientCertificate,
    KUBE_KEY: clientKey,
    KUBE_NODES: JSON.stringify(nodes),
    HEALTH_TIMEOUT_SECONDS: String(seconds),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}

describe("wait-healthy", () => {
  it("ends at once when all nodes are ready", async () => {
    const lab = cluster(["cp-1", "worker-1"]);
    const { code, output } = await run(environment(await portTo(lab), ["cp-1", "worker-1"])).ended;
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^2 of 2 nodes ready \(\d+ s\)\n$/) });
  });

  it("ends where nodes have joined that cannot be ready, when that is all that it waits for", async () => {
    const port = await portTo(cluster(["cp-1"], "cluster:\n  network:\n    cni:\n      name: none\n"));
    const { code, output } = await run({ ...environment(port, ["cp-1"]), KUBE_UNTIL: "joined" }).ended;
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^1 of 1 nodes joined \(\d+ s\)\n$/) });
  });

  it("waits for a node that comes later, and says so once", async () => {
    const lab: Lab = cluster(["cp-1"]);
    lab.guests.push(guest("worker-1"));
    let asked = 0;
    const port = await portTo(lab, vip, () => {
      asked += 1;
      if (asked === 3) configured(lab, "worker-1");
    });
    const { code, output } = await run(environment(port, ["cp-1", "worker-1"])).ended;
    expect(code).toBe(0);
    expect(output.split("\n").map((line) => line.replace(/ \(\d+ s\)/, ""))).toEqual([
      "1 of 2 nodes ready, waiting for worker-1",
      "2 of 2 nodes ready",
      "",
    ]);
  });

  it("tries the next API server when one does not answer", async () => {
    const lab = cluster(["cp-1"]);
    const [dead, alive] = [await freePort(), await portTo(lab)];
    const endpoints = JSON.stringify([`https://127.0.0.1:${dead}`, `https://127.0.0.1:${alive}`]);
    const { code } = await run({ ...environment(alive, ["cp-1"]), KUBE_ENDPOINTS: endpoints }).ended;
    expect(code).toBe(0);
  });

  it("gives up in time, with one line of what was missing", async () => {
    const lab = cluster(["cp-1"]);
    const { code, output } = await run(environment(await portTo(lab), ["cp-1", "worker-1"], 0.3)).ended;
    expect(code).toBe(1);
    expect(output.split("\n").at(-2)).toBe(
      "gave up after 0.3 s: 1 of 2 nodes ready, waiting for worker-1 (worker-1: it has not joined)",
    );
  });

  it("waits an hour where nothing else is said, as emulated machines are slow", async () => {
    const { HEALTH_TIMEOUT_SECONDS: _unsaid, ...unsaid } = environment(await freePort(), ["cp-1"]);
    // By a clock that goes ten minutes at each look.
    const fast =
      "let late = 0; const now = performance.now.bind(performance); performance.now = () => now() + (late += 6e5)";
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(fast)}`;
    const { code, output } = await run({ ...unsaid, NODE_OPTIONS }).ended;
    expect([code, output]).toEqual([1, expect.stringContaining("gave up after 3600 s: ")]);
  });

  it("says why a node is not ready", async () => {
    const lab = cluster(["cp-1"], "cluster:\n  network:\n    cni:\n      name: none\n");
    const { output } = await run(environment(await portTo(lab), ["cp-1"], 0.3)).ended;
    expect(output).toContain("cni plugin not initialized");
  });

  it("gives up when there is no API server", async () => {
    const { code, output } = await run(environment(await freePort(), ["cp-1"], 0.3)).ended;
    expect(code).toBe(1);
    expect(output).toMatch(/gave up after 0.3 s: no API server yet \(https:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/);
  });

  it("does not wait for ever for a server that takes the connection and says nothing", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const { code, output } = await run(environment(port, ["cp-1"], 0.5)).ended;
    silent.close();
    expect(code).toBe(1);
    expect(output).toContain("no answer within");
  });

  it("trusts no API server that another authority vouches for", async () => {
    const lab = cluster(["cp-1"]);
    const port = await portTo(lab);
    const { KUBE_CERT: stranger = "" } = environment(port, ["cp-1"]);
    const { code, output } = await run({ ...environment(port, ["cp-1"], 0.3), KUBE_CA: stranger }).ended;
    expect(code).toBe(1);
    expect(output).toMatch(/certificate/);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("stops at once on %s", async (signal) => {
    const waiting = run(environment(await freePort(), ["cp-1"]));
    await waiting.printed("no API server yet");
    waiting.child.kill(signal);
    const ended = await waiting.ended;
    expect(ended.signal).toBe(signal);
    expect(ended.output).not.toContain("gave up");
  });

  it.each([
    [
      "no endpoints",
      { KUBE_ENDPOINTS: "" },
      "KUBE_ENDPOINTS must be a JSON list of https URLs, at least one, got nothing",
    ],
    [
      "an endpoint without TLS",
      { KUBE_ENDPOINTS: '["http://127.0.0.1:1"]' },
      'KUBE_ENDPOINTS must be https URLs, got "http://127.0.0.1:1"',
    ],
    ["no nodes", { KUBE_NODES: "[]" }, "KUBE_NODES must be a JSON list of node names, at least one, got []"],
    ["a key that is none", { KUBE_KEY: "c2VjcmV0" }, "KUBE_KEY must be a private key in PEM, in base64"],
    [
      "a time that is none",
      { HEALTH_TIMEOUT_SECONDS: "10m" },
      'HEALTH_TIMEOUT_SECONDS must be a number of seconds, got "10m"',
    ],
  ])("refuses %s in one line", async (_what, wrong, message) => {
    const { code, output } = await run({ ...environment(1, ["cp-1"]), ...wrong }).ended;
    expect({ code, output }).toEqual({ code: 2, output: `${message}\n` });
  });
});
