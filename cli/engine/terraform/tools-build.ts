/** `lab tools build`: builds a program from source, by the Go module that pins it. Takes minutes, once. */
import { spawn } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { CliError } from "../../ui/errors.ts";
import { watchSignals } from "../../ui/interruption.ts";
import { duration } from "../../ui/words.ts";
import { withLock } from "../synth/lock.ts";
import { cachedTool, type Tool, toolPath, which } from "./tools.ts";
import { exitOf } from "../../clients/processes.ts";

const SAY_EVERY_MS = 10_000;

interface BuildOptions {
  readonly say: (line: string) => void;
  /** Shows how far it is, where that can be shown on one line that changes. */
  readonly status: (text: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

/** Compiles into `target`. Ends the compiler when `signal` is aborted. */
async function compile(
  tool: Tool,
  go: string,
  target: string,
  options: BuildOptions,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now();
  const child = spawn(go, ["build", "-v", "-trimpath", `-ldflags=${tool.link}`, "-o", target, tool.package], {
    cwd: tool.module,
    // The pinned module alone decides: no workspace around it, no flags of the user, no C compiler.
    env: { ...(options.env ?? process.env), GOFLAGS: "-mod=readonly", GOWORK: "off", CGO_ENABLED: "0" },
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let built = 0;
  const words: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    // With -v, go names each package when it is compiled, and each module that it downloads.
    if (/^[\w./@~-]+$/.test(line)) built += 1;
    else if (!line.startsWith("go: downloading ")) words.push(line);
    options.status(`building ${tool.title}: ${built} packages, ${duration(performance.now() - started)}`);
  });
  const ticker = setInterval(
    () => options.say(`building ${tool.title}: ${built} packages so far, ${duration(performance.now() - started)}`),
    SAY_EVERY_MS,
  );
  const stop = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const code = await exitOf(child);
    signal.throwIfAborted();
    if (code !== 0) throw new CliError(`go could not build ${tool.title}:\n${words.slice(-20).join("\n")}`);
  } finally {
    clearInterval(ticker);
    options.status("");
    signal.removeEventListener("abort", stop);
  }
}

/**
 * Builds a tool unless it is there already. Two builds at a time wait for each other.
 *
 * @returns the path of the binary
 */
export async function buildTool(tool: Tool, options: BuildOptions): Promise<string> {
  const env = options.env ?? process.env;
  const present = cachedTool(tool, env);
  if (present !== undefined) return present;
  const go = which("go", env["PATH"] ?? "");
  if (go === undefined) {
    throw new CliError(
      `building ${tool.title} needs Go, which is not on PATH: https://go.dev/dl (1.21 or newer fetches the version it needs)`,
    );
  }
  const target = toolPath(tool, env);
  mkdirSync(dirname(target), { recursive: true });
  const interruption = watchSignals(() => undefined);
  const temporary = `${target}.${process.pid}.tmp`;
  const build = async (): Promise<string> => {
    const made = cachedTool(tool, env);
    if (made !== undefined) return made;
    options.say(`building ${tool.title} with ${go}: a few minutes, once`);
    try {
      await compile(tool, go, temporary, options, interruption.signal);
      renameSync(temporary, target);
      return target;
    } finally {
      rmSync(temporary, { force: true });
    }
  };
  try {
    return await withLock(`${target}.lock`, "lab tools build", options.say, interruption.signal, build);
  } catch (error) {
    interruption.signal.throwIfAborted();
    throw error;
  } finally {
    interruption.dispose();
  }
}
