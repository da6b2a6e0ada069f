/** Starts the `ssh` that carries the tunnels of one host, and writes its files. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Tunnel } from "../../topology/types.ts";
import { CliError } from "../ui/errors.ts";
import { writeAtomically } from "../ui/files.ts";
import { processesWith } from "./processes.ts";
import { waitUntil } from "../ui/wait.ts";

/** An ssh that was started. */
export interface Ssh {
  readonly process: ChildProcess;
  readonly ended: () => boolean;
  /** What it has said, such as why it ended. */
  readonly words: () => string;
}

/** Where the hosts' sshd listens. */
const SSH_PORT = 22;

/** What distinguishes the lab's own ssh from others: ssh takes what follows `-F` as it is. */
export function sshMarker({ config }: SshFiles): string {
  return `-F ${config}`;
}

/** A tunnel, and where ssh listens for it: a port of 127.0.0.1, or the path of a socket. */
interface Forward {
  readonly near: string | number;
  readonly target: Tunnel["target"];
}

/** The command line of one host. */
export function sshArguments(
  host: string,
  address: string,
  files: SshFiles,
  forwards: readonly Forward[],
  port: number = SSH_PORT,
): readonly string[] {
  return [
    "-F",
    files.config,
    "-N",
    "-o",
    `HostKeyAlias=${host}`,
    "-p",
    String(port),
    ...forwards.flatMap(({ near, target }) => [
      "-L",
      `${typeof near === "number" ? `127.0.0.1:${near}` : near}:${target.address}:${target.port}`,
    ]),
    "--",
    `root@${address}`,
  ];
}

/**
 * Starts ssh in a session of its own: Ctrl-C must not cut it off from a terraform that is about to end well. It writes to
 * a file, so that it also outlives us when we are killed, for the sake of that terraform.
 */
export function startSsh(
  args: readonly string[],
  { folder: cwd }: SshFiles,
  log: string,
  env: Readonly<Record<string, string>>,
): Ssh {
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
  const descriptor = openSync(log, "w", 0o600);
  const child = spawn("ssh", args, { cwd, env: { ...env }, detached: true, stdio: ["ignore", descriptor, descriptor] });
  closeSync(descriptor);
  let ended = false;
  child.once("exit", () => (ended = true));
  child.once("error", () => (ended = true));
  child.unref();
  return { process: child, ended: () => ended, words: () => readFileSync(log, "utf8").trim() };
}

/** Where the ssh of a host says what is wrong. */
export function sshLog(folder: string, host: string): string {
  return join(folder, `ssh-${host}.log`);
}

const POLL_MS = 50;
const PATIENCE_MS = 5000;

/** Ends the ssh that a killed cdktf has left: it holds the ports. */
export async function endLeftovers(files: SshFiles): Promise<void> {
  const left = (): readonly number[] => processesWith(sshMarker(files)).map(({ pid }) => pid);
  for (const pid of left()) {
    try {
      process.kill(pid, "SIGTERM");
    } catch {
      // It has just ended.
    }
  }
  await waitUntil(() => left().length === 0, { pollMs: POLL_MS, patienceMs: PATIENCE_MS });
}

/** Of a command line, a configuration, a key or a port that will be no better the next time. */
const FINAL =
  /could not resolve hostname|bad configuration|bad local forwarding|(unknown|illegal|unsupported|invalid) option|^usage: ssh|extra arguments at end of line|missing argument|no argument after keyword|config file .*: |unprotected private key|load key .*: (invalid format|error in libcrypto|permission denied)|bind.*in use|cannot listen|could not request local forwarding/im;

/** What ssh's last words mean: a mistake that stays, or, when null, a host that is not there yet. */
export function explainSsh(host: string, address: string, words: string): CliError | null {
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/.test(words)) {
    return new CliError(
      `${host} (${address}) shows another SSH host key than the one this lab gave it: somebody else answers at its address, ` +
        "or the host was made by hand. Nothing was sent to it",
    );
  }
  if (FINAL.test(words)) {
    return new CliError(`the tunnel to ${host} (${address}) cannot be opened: ${words.split("\n").at(-1)}`);
  }
  return null;
}

/** The files that were written for ssh. */
export interface SshFiles {
  /** Where ssh is started: the configuration names files in it by their names alone. */
  readonly folder: string;
  /** Absolute. */
  readonly config: string;
}

/** What of the lab's secrets ssh needs. */
interface SshKeys {
  readonly userKey: { readonly private: string };
  /** By host; each `ssh-ed25519 AAAA…`, one line. */
  readonly hostKeys: Readonly<Record<string, { readonly public: string }>>;
}

const KEY = "id_ed25519";
const KNOWN_HOSTS = "known_hosts";

/**
 * All options of ssh (ssh_config(5)). With `-F` it reads neither the user's configuration nor the system's: a
 * `ClearAllForwardings` or `RemoteForward` meant for others would cut or spoil the tunnels. Without paths of ours, as ssh
 * takes `%`, `${` and quotation marks in them for its own.
 */
const CONFIG = {
  BatchMode: "yes",
  ClearAllForwardings: "no",
  ConnectTimeout: "10",
  ControlMaster: "no",
  ControlPath: "none",
  ExitOnForwardFailure: "yes",
  GlobalKnownHostsFile: "/dev/null",
  IdentitiesOnly: "yes",
  IdentityAgent: "none",
  IdentityFile: KEY,
  ServerAliveCountMax: "4",
  ServerAliveInterval: "15",
  StreamLocalBindUnlink: "yes",
  StrictHostKeyChecking: "yes",
  UserKnownHostsFile: KNOWN_HOSTS,
} as const;

/**
 * Writes the lab's own key, the host keys that it gave to its hosts, pinned before the first connection, and the
 * configuration that makes ssh use these and nothing else, below the lab's data folder. Host keys stand under the hosts'
 * names: addresses come and go.
 */
export function writeSshFiles(data: string, secrets: SshKeys): SshFiles {
  const folder = join(data, "ssh");
  const files = { folder, config: join(folder, "config") };
  const hostKeys = Object.entries(secrets.hostKeys).map(([host, key]) => {
    const [type, blob] = key.public.split(" ");
    return `${host} ${type} ${blob}\n`;
  });
  writeAtomically(join(folder, KEY), secrets.userKey.private);
  writeAtomically(join(folder, KNOWN_HOSTS), hostKeys.join(""));
  const settings = Object.entries(CONFIG).map(([name, value]) => `${name} ${value}\n`);
  writeAtomically(files.config, `# Written by cdktf at each run.\n${settings.join("")}`);
  return files;
}
