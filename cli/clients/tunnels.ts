/**
 * Opens loopback ports that lead through SSH to ports of hosts and machines. One `ssh` a host carries all of its tunnels; those of
 * machines without SSH lead to their public addresses (plain-relays.ts).
 */
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { TALOS_API } from "../../topology/firewall.ts";
import type { Tunnel } from "../../topology/types.ts";
import { CliError, codeOf, messageOf } from "../ui/errors.ts";
import { takenPort } from "./listeners.ts";
import { endLeftovers, explainSsh, type Ssh, sshArguments, type SshFiles, sshLog, startSsh } from "./ssh.ts";
import { awaitMachine, openPlainRelays, SilentMachine } from "./plain-relays.ts";
import { type GateOptions, type Gates, openGates, openRelay, type Relay } from "./tunnel-ends.ts";
import { waitUntil } from "../ui/wait.ts";

/** Which tunnels, by which ssh, and how long each host is tried. */
export interface TunnelOptions extends Pick<GateOptions, "whose"> {
  readonly tunnels: readonly Tunnel[];
  /** Public address of each host, by name. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Ports of hosts whose SSH is somewhere else, by name. @default - 22 */
  readonly sshPorts?: Readonly<Record<string, number>>;
  readonly files: SshFiles;
  /** Folder for ssh's own words. */
  readonly logs: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** How long a host that does not answer is tried: a new one takes minutes to boot. */
  readonly patienceMs: number;
  /** The same for a tunnel that was cut. @default - `patienceMs` */
  readonly reopenPatienceMs?: number;
  /** Goes on without hosts that do not let us in, as long as one does. @default false - all have to */
  readonly some?: boolean;
  /** Pause before the next try. */
  readonly retryMs: number;
  /** How long one ssh may take to open its ports. @default - a minute */
  readonly tryMs?: number;
  /** What else is known of a host that we have given up on, in a sentence. @default - nothing */
  readonly explain?: (host: string) => Promise<string>;
}

/** Tunnels that are open, until closed. */
export interface OpenTunnels {
  close(): void;
}

const TRY_MS = 60_000;
const POLL_MS = 100;
const ANSWER_MS = 2000;
const RELEASE_MS = 1000;

/** A host that may be there later. */
class SilentHost extends CliError {
  /** In ssh's words. */
  readonly why: string;

  constructor(host: string, address: string, patienceMs: number, why: string) {
    super(`${host} (${address}) does not let us in after ${Math.round(patienceMs / 60_000)} minutes: ${why}`);
    this.why = why;
  }
}

/** Whether nobody listens there. @throws for a port that may not be listened on at all */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => (codeOf(error) === "EADDRINUSE" ? resolve(false) : reject(error)));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** Whether somebody listens at a port of 127.0.0.1, or at the path of a socket. */
export function answers(near: number | string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof near === "number" ? connect(near, "127.0.0.1") : connect(near);
    const answered = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => answered(true));
    socket.once("error", () => answered(false));
    socket.setTimeout(ANSWER_MS, () => answered(false));
  });
}

async function requireFreePorts(tunnels: readonly Tunnel[]): Promise<void> {
  for (const { localPort, name } of tunnels) {
    // A process that has just ended may hold its ports for a moment still.
    if (await waitUntil(() => isFree(localPort), { pollMs: POLL_MS, patienceMs: RELEASE_MS })) continue;
    throw new CliError(takenPort(localPort, `the tunnel ${name}`));
  }
}

/** Starts ssh to a host until its ports answer. Gives up on a mistake at once, on silence after a while. */
async function reach(
  host: string,
  options: TunnelOptions,
  nearEnd: Gates["nearEnd"],
  started: (ssh: Ssh) => void,
): Promise<Ssh> {
  const { signal, say, patienceMs, retryMs, tryMs = TRY_MS } = options;
  const address = options.addresses[host];
  if (address === undefined) throw new CliError(`no public address is known for host ${host}: deploy oci again`);
  const own = options.tunnels
    .filter(({ via, through }) => via === host && through === undefined)
    .map((tunnel) => ({ near: nearEnd(tunnel), target: tunnel.target }));
  const args = sshArguments(host, address, options.files, own, options.sshPorts?.[host]);
  const deadline = performance.now() + patienceMs;
  for (let printed = ""; ; await sleep(retryMs, undefined, { signal })) {
    const ssh = startSsh(args, options.files, sshLog(options.logs, host), options.env);
    started(ssh);
    let open = false;
    const isDecided = async (): Promise<boolean> => {
      open = !ssh.ended() && (await Promise.all(own.map(({ near }) => answers(near)))).every(Boolean);
      return open || ssh.ended();
    };
    await waitUntil(isDecided, { pollMs: POLL_MS, patienceMs: tryMs, signal });
    if (open) return ssh;
    const silent = !ssh.ended();
    if (silent) ssh.process.kill("SIGKILL");
    if (ssh.process.pid === undefined) throw new CliError("ssh is not on PATH: install an OpenSSH client");
    const words = ssh.words();
    const mistake = explainSsh(host, address, words);
    if (mistake !== null) throw mistake;
    const said = words.split("\n").at(-1) || "ssh ended without a word";
    const last = silent ? `no tunnel in ${tryMs / 1000} s` : said;
    if (performance.now() > deadline) {
      const known = options.explain === undefined ? "" : `; ${await options.explain(host)}`;
      throw new SilentHost(host, address, patienceMs, `${last}${known}`);
    }
    if (last !== printed) say(`waiting for ${host} (${address}): ${last}`);
    printed = last;
  }
}

/** Opens the tunnels and waits until every port answers. One that is cut later is opened again. */
export async function openTunnels(options: TunnelOptions): Promise<OpenTunnels> {
  const { tunnels, files, say } = options;
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  await endLeftovers(files);
  await requireFreePorts(tunnels);
  const running = new Map<string, Ssh>();
  const relays: Relay[] = [];
  const gates = await openGates(tunnels, options);
  const close = (): void => {
    closing.abort(); // a host that is still being tried is not tried again
    process.off("exit", close);
    for (const relay of relays) relay.close();
    gates.close();
    for (const ssh of running.values()) if (!ssh.ended()) ssh.process.kill("SIGTERM");
  };
  process.once("exit", close);
  const open = async (host: string, patienceMs: number): Promise<void> => {
    const now = { ...options, patienceMs, signal };
    const ssh = await reach(host, now, gates.nearEnd, (started) => running.set(host, started));
    ssh.process.once("exit", () => void reopen(host));
  };
  const reopen = async (host: string): Promise<void> => {
    if (signal.aborted) return;
    say(`the tunnel to ${host} was cut: opening it again`);
    await keepTrying(host);
  };
  const keepTrying = async (host: string): Promise<void> => {
    try {
      await open(host, options.reopenPatienceMs ?? options.patienceMs);
      say(`the tunnel to ${host} is open again`);
    } catch (error) {
      if (!signal.aborted) say(messageOf(error));
    }
  };
  const plain = tunnels.filter((tunnel) => tunnel.plain);
  // The load balancer answers when the API server does, which is for others to wait for.
  const isAwaited = ({ near, pin, target }: Tunnel): boolean => (near ? pin !== undefined : target.port === TALOS_API);
  const machines = new Map(plain.flatMap((each) => (isAwaited(each) ? [[each.via, each]] : [])));
  const carried = tunnels.filter((tunnel) => !tunnel.plain && tunnel.through === undefined);
  const hosts = [...new Set([...carried.map(({ via }) => via), ...machines.keys()])];
  const reached = async (host: string): Promise<void> => {
    const machine = machines.get(host);
    if (machine === undefined) await open(host, options.patienceMs);
    else await awaitMachine(machine, options.addresses, { ...options, signal });
  };
  try {
    for (const { localPort, through } of tunnels) if (through) relays.push(await openRelay(localPort, through));
    if (plain.length > 0) relays.push(await openPlainRelays(plain, options.addresses, say));
    const silent = await openAll(hosts, reached, options.some ?? false);
    for (const [host, { why }] of silent) {
      say(`${host} does not let us in, going on without it: ${why}`);
      if (options.reopenPatienceMs !== undefined && !machines.has(host)) void keepTrying(host);
    }
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

/** @returns the hosts that do not let us in, where it is enough that others do */
async function openAll(
  hosts: readonly string[],
  open: (host: string) => Promise<void>,
  some: boolean,
): Promise<ReadonlyMap<string, SilentHost | SilentMachine>> {
  const silent = new Map<string, SilentHost | SilentMachine>();
  const tries = hosts.map(async (host) => {
    try {
      await open(host);
    } catch (error) {
      if (!some || !(error instanceof SilentHost || error instanceof SilentMachine)) throw error;
      silent.set(host, error);
    }
  });
  await Promise.all(tries);
  const [first] = silent.values();
  if (first !== undefined && silent.size === hosts.length) throw first;
  return silent;
}
