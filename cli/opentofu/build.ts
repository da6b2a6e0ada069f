/** `lab tools build`: OpenTofu from its source, by the Go module that pins it. Takes minutes, once. */
import { spawn } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { CliError } from "../errors.ts";
import { watchSignals } from "../run/interruption.ts";
import { takeLock } from "../run/lock.ts";
import { duration } from "../show/words.ts";
import { which } from "../terraform/which.ts";
import { cachedTofu, MODULE, tofuPath } from "./cache.ts";

/** `-s -w` leaves out what only debuggers read; releases are told from other builds by `dev`. */
const LINK = "-s -w -X github.com/opentofu/opentofu/version.dev=no";
const SAY_EVERY_MS = 10_000;

export interface BuildOptions {
  readonly say: (line: string) => void;
  /** Shows how far it is, where that can be shown on one line that changes. */
  readonly status: (text: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

/** Compiles into `target`. Ends the compiler when `signal` is aborted. */
async function compile(go: string, target: string, options: BuildOptions, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  const child = spawn(
    go,
    ["build", "-v", "-trimpath", `-ldflags=${LINK}`, "-o", target, "github.com/opentofu/opentofu/cmd/tofu"],
    {
      cwd: MODULE,
      // The pinned module alone decides: no workspace around it, no flags of the user, no C compiler.
      env: { ...(options.env ?? process.env), GOFLAGS: "-mod=readonly", GOWORK: "off", CGO_ENABLED: "0" },
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let built = 0;
  const words: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    // With -v, go names each package when it is compiled, and each module that it downloads.
    if (/^[\w./@~-]+$/.test(line)) built += 1;
    else if (!line.startsWith("go: downloading ")) words.push(line);
    options.status(`building OpenTofu: ${built} packages, ${duration(performance.now() - started)}`);
  });
  const ticker = setInterval(
    () => options.say(`building OpenTofu: ${built} packages so far, ${duration(performance.now() - started)}`),
    SAY_EVERY_MS,
  );
  const stop = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    signal.throwIfAborted();
    if (code !== 0) throw new CliError(`go could not build OpenTofu:\n${words.slice(-20).join("\n")}`);
  } finally {
    clearInterval(ticker);
    options.status("");
    signal.removeEventListener("abort", stop);
  }
}

/**
 * Builds OpenTofu unless it is there already. Two builds at a time wait for each other.
 *
 * @returns the path of the binary
 */
export async function buildTofu(options: BuildOptions): Promise<string> {
  const env = options.env ?? process.env;
  const present = cachedTofu(env);
  if (present !== undefined) return present;
  const go = which("go", env["PATH"] ?? "");
  if (go === undefined) {
    throw new CliError(
      "building OpenTofu needs Go, which is not on PATH: https://go.dev/dl (1.21 or newer fetches the version it needs)",
    );
  }
  const target = tofuPath(env);
  mkdirSync(dirname(target), { recursive: true });
  const interruption = watchSignals(() => undefined);
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    const lock = await takeLock(`${target}.lock`, "lab tools build", options.say, interruption.signal);
    try {
      const made = cachedTofu(env);
      if (made !== undefined) return made;
      options.say(`building OpenTofu with ${go}: a few minutes, once`);
      await compile(go, temporary, options, interruption.signal);
      renameSync(temporary, target);
      return target;
    } finally {
      rmSync(temporary, { force: true });
      lock.release();
    }
  } catch (error) {
    interruption.signal.throwIfAborted();
    throw error;
  } finally {
    interruption.dispose();
  }
}
