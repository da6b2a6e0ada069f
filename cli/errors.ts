/** What goes wrong, told to people: one line, and an exit code. */
import { UserPathError } from "../config/user-path.ts";
import { continued, visibleText } from "./masking/visible.ts";
import { notBuilt } from "./not-built.ts";
import { notPermitted } from "./not-permitted.ts";

/** A problem that a person can act on. Its message is the whole text shown; the stack only with DEBUG. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The run was cut short by a signal; everything that had to be said about it has been said. */
export class Interrupted extends CliError {
  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`, signal === "SIGINT" ? 130 : signal === "SIGHUP" ? 129 : 143);
  }
}

/** Already told, by the app or by a tool: nothing more to print. */
export class AlreadyTold extends CliError {
  constructor(exitCode = 1) {
    super("see what was said on stderr", exitCode);
  }
}

/** A field of anything thrown. Not by `instanceof`: an error may come from another realm, such as a test's. */
function textField(error: unknown, name: string): string | undefined {
  const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return textField(error, "message") ?? String(error);
}

/** The `code` of a system error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return textField(error, "code");
}

/** It may repeat what a service said. */
function shown(message: string): string {
  return continued(visibleText(message));
}

/** Prints an error on stderr and returns the exit code that goes with it. */
export function tell(error: unknown): number {
  if (error instanceof AlreadyTold) return error.exitCode;
  if (process.env["DEBUG"]) console.error(error);
  else if (error instanceof CliError || error instanceof UserPathError) console.error(shown(error.message));
  else
    console.error(
      notBuilt(error) ?? notPermitted(error) ?? `unexpected: ${shown(messageOf(error))} (DEBUG=1 shows more)`,
    );
  return error instanceof CliError ? error.exitCode : 1;
}
