/** Mistakes of people: each is one line that says which field, what it got and what is allowed. */
import { inspect } from "node:util";

/** One wrong field. */
export interface ConfigIssue {
  /** Keys and indexes from the top of the config: `["hosts", 0, "bootVolumeGb"]`; empty means the whole file. */
  readonly path: readonly PropertyKey[];
  /** What was found, already worded: `40`, `"eu"`, `nothing`. */
  readonly got: string;
  readonly allowed: string;
  /** What to do, where that is not plain from what is allowed. @default - nothing more */
  readonly hint?: string;
}

const GOT_LENGTH = 80;

/** `["hosts", 0, "name"]` as people write it: `hosts[0].name`. */
export function formatPath(path: readonly PropertyKey[]): string {
  const text = path.reduce<string>((soFar, key) => {
    if (typeof key === "number") return `${soFar}[${key}]`;
    const name = String(key);
    if (!/^[A-Za-z_$][\w$]{0,63}$/.test(name)) return `${soFar}[${shown(name)}]`;
    return soFar === "" ? name : `${soFar}.${name}`;
  }, "");
  return text === "" ? "the whole config" : text;
}

/** Any value on one short line. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : inspect(value, { depth: 1, breakLength: Infinity, compact: true });
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > GOT_LENGTH ? `${line.slice(0, GOT_LENGTH)}…` : line;
}

function formatIssue(where: string, { path, got, allowed, hint }: ConfigIssue): string {
  return `${where}: ${formatPath(path)}: got ${got}, allowed ${allowed}${hint === undefined ? "" : `; ${hint}`}`;
}

/**
 * A config that cannot be used. `message` has one line per issue; print it without the stack unless DEBUG is set.
 *
 * @param where the file the config came from
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly where: string;
  readonly issues: readonly ConfigIssue[];

  constructor(where: string, issues: readonly ConfigIssue[]) {
    super(issues.map((issue) => formatIssue(where, issue)).join("\n"));
    this.where = where;
    this.issues = issues;
  }
}

/** A config file that cannot be read or evaluated at all: one line, naming the file. */
export class ConfigFileError extends Error {
  override readonly name = "ConfigFileError";
  readonly where: string;

  constructor(where: string, problem: string, options?: ErrorOptions) {
    super(`${where}: ${problem}`, options);
    this.where = where;
  }
}
