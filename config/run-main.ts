/** The frame of every program of the lab: a mistake is a line, not a stack trace. */
import { readEnvironment } from "./environment.ts";

function debugging(): boolean {
  try {
    return readEnvironment().debug;
  } catch {
    return false;
  }
}

/** An error as a person should see it: its message; with DEBUG everything that is known. */
export function describeError(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return String(error);
  if (!debug) return error.message === "" ? error.name : error.message;
  const cause = error.cause === undefined ? "" : `\ncaused by: ${describeError(error.cause, debug)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** Runs a program; on an error prints it to stderr and ends with exit code 1. */
export async function runMain(main: () => void | Promise<void>): Promise<void> {
  const print = (error: unknown): void => void process.stderr.write(`${describeError(error, debugging())}\n`);
  // Inside `cdktf`, which prints it.
  if (process.listenerCount("uncaughtException") === 0)
    process.on("uncaughtException", (error) => {
      print(error);
      process.exit(1);
    });
  try {
    await main();
  } catch (error) {
    print(error);
    process.exitCode = 1;
  }
}
