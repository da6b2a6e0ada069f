/**
 * Paths that people name in options, variables and configuration files. A shell expands `~` and `$HOME` where it sees them;
 * a variable set by a file, a quoted option and a JSON field come as they were written, and would name a folder called `~`.
 */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

type Variables = Readonly<Record<string, string | undefined>>;

/** A path that cannot be meant as it stands: one line. */
export class UserPathError extends Error {
  override readonly name = "UserPathError";
}

/** The user's home folder as shells have it: HOME, or what the system says. */
export function homeFolder(env: Variables = process.env): string {
  return env["HOME"] || homedir();
}

/** What is allowed in place of a path that cannot be meant as it stands; null for one that can. */
export function pathProblem(text: string): string | null {
  if (text.trim() === "") return "the name of a file or folder";
  if (text.includes("\0")) return "a path without a NUL character";
  if (text !== text.trim()) return "a path that neither begins nor ends with a blank; is it quoted, or from a file?";
  if (/^(["']).*\1$/.test(text)) return "a path without quotation marks around it: nothing takes them off here";
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return "a path, not an address";
  if (/^~[^/\\]/.test(text)) return "the whole path in place of ~USER, or ./ before a name that begins with ~";
  if (/^\$([A-Za-z_]|\{)|^%\w+%/.test(text))
    return "a path without variables: no shell expands them here; ./ before a name that begins with $";
  return null;
}

/**
 * The absolute path that a person means: `~/` is the home folder, anything else relative counts from `from`.
 *
 * @param what where it stands, for messages: `LAB_HOME`, `key_file of …`
 * @param from folder that a relative path counts from. @default - the working directory
 * @throws UserPathError for `~user`, an address, a variable, quotation marks and blanks around it
 * @example userPath("~/lab", "LAB_HOME"); // /home/me/lab
 */
export function userPath(
  text: string,
  what: string,
  from: string = process.cwd(),
  env: Variables = process.env,
): string {
  const problem = pathProblem(text);
  if (problem !== null) throw new UserPathError(`${what}: got ${JSON.stringify(text)}, allowed ${problem}`);
  return /^~([/\\]|$)/.test(text) ? join(homeFolder(env), text.slice(1)) : resolve(from, text);
}

/** The same of a variable; undefined where it is unset or empty, as `VAR= command` is how a shell unsets one. */
export function pathVariable(env: Variables, name: string, from?: string): string | undefined {
  const text = env[name];
  return text === undefined || text === "" ? undefined : userPath(text, name, from, env);
}

/** Those of several variables that are set, as paths. @throws UserPathError for one that cannot be meant */
export function pathVariables(env: Variables, names: readonly string[]): Readonly<Record<string, string>> {
  const paths = names.flatMap((name) => {
    const path = pathVariable(env, name);
    return path === undefined ? [] : [[name, path]];
  });
  return Object.fromEntries(paths);
}
