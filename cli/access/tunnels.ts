/** Loopback ports that lead through SSH to what runs on the hosts. One `ssh` a host carries all of its tunnels. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Tunnel } from "../../topology/types.ts";
import { CliError, codeOf, messageOf } from "../errors.ts";
import { processesWith } from "../run/process.ts";
import type { SshFiles } from "./known-hosts.ts";

export interface TunnelOptions {
  readonly tunnels: readonly Tunnel[];
  /** Public address of each host, by name. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly files: SshFiles;
  /** Where ssh's own words go. */
  readonly logs: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** How long a host that does not answer is tried: a new one takes minutes to boot. */
  readonly patienceMs: number;
  /** Pause before the next try. */
  readonly retryMs: number;
}

export interface OpenTunnels {
  close(): void;
}

const POLL_MS = 100;

/** The ssh command of one host. Everything that a user's ssh_config could turn against it is set here. */
export function sshArguments(
  host: string,
  address: string,
  files: SshFiles,
  tunnels: readonly Tunnel[],
): readonly string[] {
  const settings = [
    "BatchMode=yes",
    "ExitOnForwardFailure=yes",
    "StrictHostKeyChecking=yes",
    `UserKnownHostsFile=${files.knownHosts}`,
    "GlobalKnownHostsFile=/dev/null",
    `HostKeyAlias=${host}`,
    "IdentitiesOnly=yes",
    "ConnectTimeout=10",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=4",
    "ControlMaster=no",
    "ControlPath=none",
  ];
  return [
    "-N",
    ...settings.flatMap((setting) => ["-o", setting]),
    "-i",
    files.key,
    ...tunnels.flatMap(({ localPort, target }) => ["-L", `127.0.0.1:${localPort}:${target.address}:${target.port}`]),
    `root@${address}`,
  ];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => (codeOf(error) === "EADDRINUSE" ? resolve(false) : reject(error)));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Ends the ssh of a cdktf that was killed: it holds the ports. Told from others by the lab's own file of host keys. */
async function endLeftovers({ files }: TunnelOptions): Promise<void> {
  const marker = `UserKnownHostsFile=${files.knownHosts}`;
  const left = processesWith(marker);
  for (const { pid } of left) {
    try {
      process.kill(pid, "SIGTERM");
    } catch {
      // It has just ended.
    }
  }
  for (let waited = 0; left.length > 0 && processesWith(marker).length > 0 && waited < 5000; waited += POLL_MS)
    await sleep(POLL_MS);
}

/** What ssh's last words mean: a mistake that stays, or a host that is not there yet. */
export function explainSsh(host: string, address: string, words: string): CliError | null {
  const last = words.trim().split("\n").at(-1) ?? "";
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/.test(words)) {
    return new CliError(
      `${host} (${address}) shows another SSH host key than the one this lab gave it: somebody else answers at its address, ` +
        "or the host was made by hand. Nothing was sent to it",
    );
  }
  if (/Could not resolve hostname|Bad configuration|unknown option|bind.*in use|cannot listen/i.test(words)) {
    return new CliError(`the tunnel to ${host} (${address}) cannot be opened: ${last}`);
  }
  return null;
}

interface Carrier {
  readonly child: ChildProcess;
  readonly log: string;
  ended: boolean;
}

/** Opens the tunnels and waits until every port answers. */
export async function openTunnels(options: TunnelOptions): Promise<OpenTunnels> {
  const { tunnels, addresses, files, signal } = options;
  await endLeftovers(options);
  for (const { localPort, name } of tunnels) {
    if (await isFree(localPort)) continue;
    throw new CliError(
      `port ${localPort} on 127.0.0.1, for the tunnel ${name}, is taken by another program: end it, or set access.basePort in the lab's config to another range`,
    );
  }
  const carriers = new Map<string, Carrier>();
  let closed = false;
  const close = (): void => {
    closed = true;
    for (const { child, ended } of carriers.values()) if (!ended) child.kill("SIGTERM");
  };
  process.once("exit", close);
  const start = (host: string, address: string): Carrier => {
    const log = join(options.logs, `ssh-${host}.log`);
    mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
    const descriptor = openSync(log, "w", 0o600);
    const own = tunnels.filter(({ via }) => via === host);
    // In a session of its own: Ctrl-C must not cut it off from a terraform that is about to end well.
    const child = spawn("ssh", [...sshArguments(host, address, files, own)], {
      env: { ...options.env },
      detached: true,
      stdio: ["ignore", descriptor, descriptor],
    });
    closeSync(descriptor);
    const carrier: Carrier = { child, log, ended: false };
    child.once("exit", () => (carrier.ended = true));
    child.once("error", () => (carrier.ended = true));
    child.unref();
    return carrier;
  };
  const reopen = (host: string): void => {
    if (closed || signal.aborted) return;
    options.say(`the tunnel to ${host} was cut: opening it again`);
    openHost(host).catch((error: unknown) => options.say(messageOf(error)));
  };
  const openHost = async (host: string): Promise<void> => {
    const address = addresses[host];
    if (address === undefined) throw new CliError(`no public address is known for host ${host}: deploy oci again`);
    const ports = tunnels.filter(({ via }) => via === host).map(({ localPort }) => localPort);
    const deadline = performance.now() + options.patienceMs;
    let told = "";
    for (;;) {
      const carrier = start(host, address);
      carriers.set(host, carrier);
      while (!carrier.ended) {
        if ((await Promise.all(ports.map(answers))).every(Boolean)) {
          carrier.child.once("exit", () => reopen(host));
          return;
        }
        await sleep(POLL_MS, undefined, { signal });
      }
      if (carrier.child.pid === undefined) throw new CliError("ssh is not on PATH: install an OpenSSH client");
      const words = readFileSync(carrier.log, "utf8").trim();
      const mistake = explainSsh(host, address, words);
      if (mistake !== null) throw mistake;
      const last = words.split("\n").at(-1) ?? "";
      if (performance.now() > deadline) {
        throw new CliError(
          `${host} (${address}) does not let us in after ${Math.round(options.patienceMs / 60_000)} minutes: ${last}`,
        );
      }
      if (last !== told)
        options.say(`waiting for ${host} (${address}): ${last === "" ? "ssh ended without a word" : last}`);
      told = last;
      await sleep(options.retryMs, undefined, { signal });
    }
  };
  try {
    await Promise.all([...new Set(tunnels.map(({ via }) => via))].map(openHost));
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}
