/** Whether a Dagger engine is available, without downloading anything. */
import { execFile } from "node:child_process";
import { connect } from "node:net";
import { promisify } from "node:util";

/** Of the SDK, the CLI and the engine, which go together: the one in images/package.json and dagger.json. */
export const DAGGER_VERSION = "0.21.9";

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A session that somebody else holds open (`dagger run`), or a CLI that opens one. */
export type Engine = { readonly session: { readonly port: number; readonly token: string } } | { readonly cli: string };

/** Null with the reason, in words that a refusal can end with. */
type EngineSearch = { readonly engine: Engine } | { readonly engine: null; readonly reason: string };

/** An engine on loopback answers within milliseconds; a big CLI off a cold disk needs seconds (tried). */
const ANSWER_MS = 10_000;

/** What asks each container runtime whether it works: what Dagger asks too (engine/client/drivers at v0.21.8). */
const RUNTIMES: readonly (readonly [string, ...string[]])[] = [
  ["docker", "version"],
  ["container", "system", "status"],
  ["podman", "version"],
  ["finch", "version"],
  ["nerdctl", "version"],
];

const none = (reason: string): EngineSearch => ({ engine: null, reason });

/** What the program printed; null when it is not there, fails, or does not end. */
async function said(
  program: string,
  args: readonly string[],
  env: Environment,
  answerMs: number,
): Promise<string | null> {
  const options = { env: { ...env }, timeout: answerMs };
  return await promisify(execFile)(program, args, options).then(
    ({ stdout }) => stdout,
    () => null,
  );
}

/** The version in `dagger v0.21.9 (…)` or `v0.21.9`. */
function otherVersion(text: string): string | null {
  const version = /\bv?(\d+\.\d+\.\d+[\w.+-]*)/.exec(text)?.[1] ?? "of no known version";
  return version === DAGGER_VERSION ? null : version;
}

async function ofSession(port: string, token: string | undefined, answerMs: number): Promise<EngineSearch> {
  if (!token) return none("DAGGER_SESSION_PORT is set and DAGGER_SESSION_TOKEN is not");
  const headers = { authorization: `Basic ${btoa(`${token}:`)}`, "content-type": "application/json" };
  const request = { method: "POST", headers, body: '{"query":"{version}"}', signal: AbortSignal.timeout(answerMs) };
  const answer = await fetch(`http://127.0.0.1:${port}/query`, request).then(
    async (response) => (response.ok ? await response.text() : null),
    () => null,
  );
  if (answer === null) return none(`no engine answers at DAGGER_SESSION_PORT ${port}`);
  const other = otherVersion(answer);
  if (other !== null) return none(`the engine of this session is ${other}, the lab wants ${DAGGER_VERSION}`);
  return { engine: { session: { port: Number(port), token } } };
}

async function listens(target: { path: string } | { host: string; port: number }, answerMs: number): Promise<boolean> {
  const socket = connect({ ...target, timeout: answerMs });
  return await new Promise<boolean>((resolve) => {
    for (const event of ["error", "timeout"]) socket.once(event, () => resolve(false));
    socket.once("connect", () => resolve(true));
  }).finally(() => socket.destroy());
}

/** Null where it answers. Schemes other than unix and tcp are the CLI's to reach: they are taken at their word. */
async function silent(host: string, answerMs: number): Promise<string | null> {
  const [, path] = /^unix:\/\/(.+)$/.exec(host) ?? [];
  const [, name, port] = /^tcp:\/\/(.+):(\d+)$/.exec(host) ?? [];
  const target = path === undefined ? name && { host: name.replace(/^\[|\]$/g, ""), port: Number(port) } : { path };
  if (!target || (await listens(target, answerMs))) return null;
  return `no engine answers at _EXPERIMENTAL_DAGGER_RUNNER_HOST ${host}`;
}

async function noRuntime(env: Environment, answerMs: number): Promise<string | null> {
  const answers = await Promise.all(RUNTIMES.map(([program, ...args]) => said(program, args, env, answerMs)));
  if (answers.some((answer) => answer !== null)) return null;
  const names = RUNTIMES.map(([program]) => program).join(", ");
  return `no container runtime answers (${names}), and no engine is named in _EXPERIMENTAL_DAGGER_RUNNER_HOST`;
}

/**
 * The engine that a build would use. Looks where Dagger does: a session that is open, else a CLI together with a place
 * for its engine. Never the SDK's last resort, a CLI that it downloads.
 *
 * @param answerMs how long each is waited for, in milliseconds
 */
export async function findEngine(env: Environment = process.env, answerMs = ANSWER_MS): Promise<EngineSearch> {
  const port = env["DAGGER_SESSION_PORT"];
  if (port) return await ofSession(port, env["DAGGER_SESSION_TOKEN"], answerMs);
  const named = env["_EXPERIMENTAL_DAGGER_CLI_BIN"];
  const cli = named || "dagger";
  const version = await said(cli, ["version"], env, answerMs);
  if (version === null) {
    return none(named ? `_EXPERIMENTAL_DAGGER_CLI_BIN: ${named} does not run` : "there is no dagger on PATH that runs");
  }
  const other = otherVersion(version);
  if (other !== null) return none(`${cli} is ${other}, the lab wants ${DAGGER_VERSION}`);
  const host = env["_EXPERIMENTAL_DAGGER_RUNNER_HOST"];
  const missing = host ? await silent(host, answerMs) : await noRuntime(env, answerMs);
  return missing === null ? { engine: { cli } } : none(missing);
}
