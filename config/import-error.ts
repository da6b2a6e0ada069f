/** Says in one line why a config file could not be evaluated. */
import { fileURLToPath } from "node:url";
import { ConfigFileError } from "./errors.ts";
import { displayName } from "./where.ts";

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** The place in a user's file that the stack names: `at file:///lab.config.ts:3:7`, or Node's header of a syntax error. */
function placeIn(stack: string): string | undefined {
  const header = /^(?<file>\/.*|[A-Za-z]:\\.*):(?<line>\d+)$/m.exec(stack.split("\n", 1).join(""))?.groups;
  if (header?.["file"] !== undefined) return `${displayName(header["file"])}:${header["line"]}`;
  const frame = /^ +at (?:.*\()?(?<url>file:\/\/[^)]+?):(?<line>\d+):\d+\)?$/m.exec(stack)?.groups;
  if (frame?.["url"] === undefined) return undefined;
  return `${displayName(fileURLToPath(frame["url"]))}:${frame["line"]}`;
}

/** A module read while it is still being evaluated: the file was imported by something that it imports. */
function isCycle(error: Error): boolean {
  return error.name === "ReferenceError" && error.message.endsWith("before initialization");
}

function problem(error: Error): string {
  const message = oneLine(error.message);
  if (error.name === "SyntaxError") return `syntax error: ${message}`;
  if ("code" in error && error.code === "ERR_MODULE_NOT_FOUND") return `imports what is not there: ${message}`;
  if (isCycle(error)) return `${message}: does it import a file that imports it again?`;
  return `could not be evaluated: ${message}`;
}

/** @param where the config file as people know it; the place in the error's stack is used instead where there is one */
export function explainImportError(cause: unknown, where: string): ConfigFileError {
  if (!(cause instanceof Error)) return new ConfigFileError(where, `threw ${oneLine(String(cause))}`, { cause });
  return new ConfigFileError(placeIn(cause.stack ?? "") ?? where, problem(cause), { cause });
}
