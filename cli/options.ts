/** Options and arguments that several commands take, and the parsers of their values. */
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { pathProblem, userPath } from "../config/user-path.ts";
import { messageOf } from "./errors.ts";
import { type Choices, parseChoices } from "./providers/choices.ts";

export { Option };

/** An argument whose values are known: to the help and to shells. The command itself refuses others, in its own words. */
export function oneOf(name: string, description: string, choices: readonly string[]): Argument {
  const argument = new Argument(name, description);
  argument.argChoices = [...choices];
  return argument;
}

/** Shows below the help how a command is typed. A line may end with a remark, after `#`. */
export function examples(to: Command, lines: readonly string[]): Command {
  return to.addHelpText("after", `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`);
}

/** For options that take a whole number. */
export function wholeNumber(lowest: number, highest = Infinity): (text: string) => number {
  const allowed = highest === Infinity ? `from ${lowest}` : `from ${lowest} to ${highest}`;
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < lowest || value > highest)
      throw new InvalidArgumentError(`allowed a whole number ${allowed}.`);
    return value;
  };
}

/** For `--share`. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value <= 1))
    throw new InvalidArgumentError("allowed a number above 0, up to 1.");
  return value;
}

/** `--providers`, in the sandbox. */
export function providersOption(where: string): Option {
  const option = new Option(
    "--providers <choice>",
    `${where}: which provider plays (default: stand-in); also for each: proxmox=real,oci=stand-in`,
  ).argParser(providerChoices);
  option.argChoices = ["stand-in", "real", "auto"];
  return option;
}

function providerChoices(text: string): Choices {
  try {
    return parseChoices(text);
  } catch (error) {
    throw new InvalidArgumentError(`${messageOf(error)}.`);
  }
}

/** The parser of an option that names a file or folder: what follows is absolute. */
function pathArgument(text: string): string {
  const problem = pathProblem(text);
  if (problem !== null) throw new InvalidArgumentError(`allowed ${problem}.`);
  return userPath(text, "path");
}

/** An option that names a file or folder. */
export function pathOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(pathArgument);
}

/** One that may be given several times. */
export function pathsOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text, before: readonly string[] = []) => [
    ...before,
    pathArgument(text),
  ]);
}

/** For options that may be given several times. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** `--config` */
export const where = (command: Command): Command =>
  command.addOption(pathOption("--config <file>", "the lab's config (or LAB_CONFIG; default: lab.config.ts)"));

/** `--json` */
export const json = (command: Command): Command => command.option("--json", "print one JSON document on stdout");

/** Of commands that look at either lab. */
export const inSandbox = (command: Command): Command =>
  command.option("--sandbox", "of the lab in the embedded sandbox (or LAB_SANDBOX=1)");
