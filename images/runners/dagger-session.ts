/**
 * A client of the engine. The session is opened here and not by the SDK, which ends the whole process by an unhandled
 * rejection when none comes up, and waits for minutes without a way to stop it (tried with 0.21.8).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Client } from "@dagger.io/dagger";
import { z } from "zod";
import type { Engine, Environment } from "./dagger-engine.ts";

interface SessionOptions {
  readonly signal: AbortSignal;
  /** A line that the engine says. */
  readonly say: (line: string) => void;
  readonly env: Environment;
}

interface Address {
  readonly port: number;
  readonly token: string;
}

const GRACE_MS = 10_000;
const LAST_LINES = 20;

/** What `dagger session` prints once it is connected: one line. */
const announcement = z.looseObject({ port: z.int(), session_token: z.string() });

/** Rejects with the signal's reason when it is aborted before `work` is done. */
async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([stopped.promise, work]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function addressIn(line: string): Address {
  try {
    const { port, session_token: token } = announcement.parse(JSON.parse(line));
    return { port, token };
  } catch (cause) {
    throw new Error(`dagger session: got ${line.slice(0, 80)}, allowed its port and token as JSON`, { cause });
  }
}

/** The SDK finds the session in the environment of the process, at the moment it is called. */
async function connected(address: Address, use: (dag: Client) => Promise<void>): Promise<void> {
  const { connect } = await import("@dagger.io/dagger");
  const before = { port: process.env["DAGGER_SESSION_PORT"], token: process.env["DAGGER_SESSION_TOKEN"] };
  const place = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  place("DAGGER_SESSION_PORT", String(address.port));
  place("DAGGER_SESSION_TOKEN", address.token);
  const work = connect(use);
  place("DAGGER_SESSION_PORT", before.port);
  place("DAGGER_SESSION_TOKEN", before.token);
  await work;
}

/** Opens a session with the CLI and closes it afterwards, which also stops what the engine still does for it. */
async function withSession(
  cli: string,
  { signal, say, env }: SessionOptions,
  use: (address: Address) => Promise<void>,
): Promise<void> {
  const child = spawn(cli, ["session"], { env: { ...env }, stdio: ["pipe", "pipe", "pipe"] });
  const ended = once(child, "close");
  const last: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
    say(line);
  });
  // A closed stdin is no failure of its own: the pending request fails.
  child.stdin.on("error", () => undefined);
  const first = once(createInterface({ input: child.stdout }), "line");
  const lost = ended.then(() => {
    throw new Error(["dagger session ended; it last said:", ...last].join("\n"));
  });
  // The one that loses the race may reject unhandled.
  for (const each of [first, lost]) each.catch(() => undefined);
  try {
    const [line] = await unless(signal, Promise.race([first, lost]));
    await unless(signal, Promise.race([use(addressIn(String(line))), lost]));
  } finally {
    child.kill("SIGTERM");
    const kill = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
    await ended.catch(() => undefined);
    clearTimeout(kill);
  }
}

/**
 * Hands out a client for as long as `use` takes.
 *
 * @throws the signal's reason when it is aborted: a session opened here ends with it, one of somebody else's does not
 */
export async function withClient(
  engine: Engine,
  options: SessionOptions,
  use: (dag: Client) => Promise<void>,
): Promise<void> {
  if ("cli" in engine) await withSession(engine.cli, options, (address) => connected(address, use));
  else await unless(options.signal, connected(engine.session, use));
}
