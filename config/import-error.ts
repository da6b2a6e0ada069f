/** Says in one line why a config file could not be evaluated. */
import { fileURLToPath } from "node:url";
import { ConfigFileError } from "./errors.ts";
import { displayName } from "./where.ts";

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** Node puts `FILE:LINE` above a syntax error. */
const HEADER = /^(?<file>file:\/\/.+|\/.+|[A-Za-z]:\\.+):(?<line>\d+)$/;
/** `    at file:///lab.config.ts:3:7`, with or without the name of a function. */
const FRAME = /^\s+at (?:.*\()?(?<file>file:\/\/.+?):(?<line>\d+):\d+\)?$/;

/** Where it happened, if the stack says so before it comes to Node's own frames or ours. */
function placeOf({ stack = "" }: Error): string | undefined {
  const lines = stack.split("\n");
  const innermost = lines.find((line) => /^\s+at /.test(line)) ?? "";
  const { file, line } = (HEADER.exec(lines[0] ?? "") ?? FRAME.exec(innermost))?.groups ?? {};
  if (file === undefined) return undefined;
  return `${displayName(file.startsWith("file:") ? fileURLToPath(file) : file)}:${line}`;
}

/** A module read while it is still being evaluated: something that it imports imports it. */
function isCycle(error: Error): boolean {
  return error.name === "ReferenceError" && error.message.endsWith("before initialization");
}

/** What Node says of a rejection by anything but an error has the reason at its end. */
function reasonOf({ message }: Error): string {
  return oneLine(/The promise rejected with the reason "(.*)"\.$/s.exec(message)?.[1] ?? message);
}

function problem(error: Error): string {
  const message = reasonOf(error);
  if (error.name === "SyntaxError") return `syntax error: ${message}`;
  if ("code" in error && error.code === "ERR_MODULE_NOT_FOUND") return `imports what is not there: ${message}`;
  if (isCycle(error)) return `${message}; does it import a file that imports it again?`;
  return `could not be evaluated: ${message}`;
}

/** @param where the config file as people know it; the file and line in the error's stack go before it */
export function explainImportError(cause: unknown, where: string): ConfigFileError {
  if (cause instanceof ConfigFileError) return cause;
  if (!(cause instanceof Error)) return new ConfigFileError(where, `threw ${oneLine(String(cause))}`, { cause });
  return new ConfigFileError(placeOf(cause) ?? where, problem(cause), { cause });
}
