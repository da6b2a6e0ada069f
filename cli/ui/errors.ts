/** Errors for people: one line, and an exit code. */
import { readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { UserPathError } from "../../config/user-path.ts";
import { continued, visibleText } from "./visible.ts";
import { fieldOf } from "./values.ts";

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

/** Already printed, by the app or by a tool: nothing more to print. */
export class AlreadyPrinted extends CliError {
  constructor(exitCode = 1) {
    super("see what was said on stderr", exitCode);
  }
}

/** A field of anything thrown. Not by `instanceof`: an error may come from another realm, such as a test's. */
function textField(error: unknown, name: string): string | undefined {
  const value = fieldOf(error, name);
  return typeof value === "string" ? value : undefined;
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return textField(error, "message") ?? String(error);
}

/** Anything thrown as one of ours: what a service, the config or the sandbox says is a line for people already. */
export function asCliError(error: unknown): CliError {
  return error instanceof CliError ? error : new CliError(messageOf(error));
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
export function printError(error: unknown): number {
  if (error instanceof AlreadyPrinted) return error.exitCode;
  if (process.env["DEBUG"]) console.error(error);
  else if (error instanceof CliError || error instanceof UserPathError) console.error(shown(error.message));
  else
    console.error(
      notBuilt(error) ?? notPermitted(error) ?? `unexpected: ${shown(messageOf(error))} (DEBUG=1 shows more)`,
    );
  return error instanceof CliError ? error.exitCode : 1;
}

interface SystemError {
  readonly code: string;
  readonly path: string;
}

function systemError(error: unknown): SystemError | null {
  const [code, path] = [textField(error, "code"), textField(error, "path")];
  return code === undefined || path === undefined ? null : { code, path };
}

/** As `ls -l` shows it. */
function nameOf(uid: number): string {
  try {
    const users = readFileSync("/etc/passwd", "utf8").split("\n");
    return users.map((line) => line.split(":")).find((fields) => fields[2] === String(uid))?.[0] ?? `user ${uid}`;
  } catch {
    return `user ${uid}`;
  }
}

/** What is there of a path, from its end. */
function nearest(path: string): { readonly path: string; readonly uid: number } | null {
  for (let at = path; ; at = dirname(at)) {
    try {
      const found = statSync(at, { throwIfNoEntry: false });
      if (found !== undefined) return { path: at, uid: found.uid };
    } catch {
      // Its folder may not be looked into: that is what is in the way.
    }
    if (dirname(at) === at) return null;
  }
}

/**
 * One line for an error of the system that a permission is in the way; null for any other.
 *
 * @param us our own user, for tests
 */
export function notPermitted(
  error: unknown,
  us: { readonly uid: number; readonly username: string } = userInfo(),
): string | null {
  const denied = systemError(error);
  if (denied === null || !["EACCES", "EPERM", "EROFS"].includes(denied.code)) return null;
  if (denied.code === "EROFS")
    return `${denied.path}: on a disk that is read-only: set LAB_HOME to a folder on another`;
  const at = nearest(denied.path);
  const what = `${denied.path}: not permitted`;
  if (at === null || at.uid === us.uid) return `${what}: see its mode and that of the folders above, with ls -ld`;
  const owner = nameOf(at.uid);
  const take = `sudo chown -R ${us.username} '${at.path}'`;
  return `${what}: ${at.path === denied.path ? "it" : at.path} belongs to ${owner}, and you are ${us.username}; work as ${owner}, take it over with ${take}, or set LAB_HOME to a folder of your own`;
}

/** Of what an `npm ci` that was cut short, or ran without its scripts, leaves missing. */
const MISSING = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);

/** What to do about a module that is not there; null where the error is another, or the module is a file of ours. */
export function notBuilt(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || !MISSING.has(String(error.code))) return null;
  if (/provider-(oci|proxmox|talos)[\\/]lib\b/.test(error.message))
    return "the providers' bindings are not built: npm run prepare";
  const [, name] = /Cannot find (?:package|module) '((?:@[\w.-]+\/)?[a-z][\w.-]*)[^']*'/.exec(error.message) ?? [];
  return name === undefined ? null : `the package ${name} is not installed: npm ci`;
}
