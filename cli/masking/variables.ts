/** The values of variables that a stack declares sensitive, wherever they are given. */
import { readFileSync } from "node:fs";
import { withoutByteOrderMark } from "../../config/text.ts";
import { learn } from "./masker.ts";

export interface Given {
  /** `name=value`, as in `--var`. */
  readonly var?: readonly string[] | undefined;
  readonly varFile?: readonly string[] | undefined;
}

function textOf(file: string): string {
  try {
    return withoutByteOrderMark(readFileSync(file, "utf8"));
  } catch {
    return ""; // terraform says that it is not there
  }
}

/** What follows `name =` in HCL, up to the next name at the start of a line: texts in quotes, and heredocs. */
function learnHcl(text: string, name: string): void {
  const [, value = ""] =
    new RegExp(`^[ \\t]*"?${name}"?[ \\t]*=([^]*?)(?=^"?[\\w-]+"?[ \\t]*=|(?![^]))`, "m").exec(text) ?? [];
  for (const [, quoted = ""] of value.matchAll(/"((?:[^"\\]|\\.)*)"/g)) {
    learn(quoted);
    learn(quoted.replaceAll(/\\(["\\])/g, "$1"));
  }
  for (const [, , body] of value.matchAll(/<<-?(\w+)\n([^]*?)\n[ \t]*\1\b/g)) learn(body);
}

function learnFile(text: string, names: readonly string[]): void {
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === "object" && values !== null) for (const name of names) learn(Reflect.get(values, name));
  } catch {
    for (const name of names) learnHcl(text, name);
  }
}

/**
 * Has these values masked from now on.
 *
 * @param names the variables that are sensitive
 */
export function learnVariables(names: readonly string[], given: Given, env: NodeJS.ProcessEnv): void {
  for (const name of names) learn(env[`TF_VAR_${name}`]);
  for (const variable of given.var ?? []) {
    const [name = "", ...value] = variable.split("=");
    if (names.includes(name.trim())) learn(value.join("="));
  }
  for (const file of given.varFile ?? []) learnFile(textOf(file), names);
}
