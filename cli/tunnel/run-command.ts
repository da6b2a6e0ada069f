/** A command that runs while the tunnels are open. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { CliError, codeOf } from "../errors.ts";

/** As shells have it. */
const NOT_FOUND = 127;
const BY_SIGNAL = 128;

/**
 * Runs it at our own terminal. Ctrl-C reaches it from there; a signal to us alone is passed on.
 *
 * @returns its exit code
 */
export function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: "inherit" });
    const stop = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    child.once("error", (error) => {
      signal.removeEventListener("abort", stop);
      const why = codeOf(error) === "ENOENT" ? "is not on PATH" : `cannot be run: ${error.message}`;
      reject(new CliError(`${program} ${why}`, NOT_FOUND));
    });
    child.once("exit", (code, by) => {
      signal.removeEventListener("abort", stop);
      resolve(code ?? BY_SIGNAL + (by === null ? 0 : constants.signals[by]));
    });
  });
}
