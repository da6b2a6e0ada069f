/** Kinds of options and arguments, and parsers of their values. */
import { Argument, InvalidArgumentError, Option } from "commander";
import { pathProblem, userPath } from "../../config/user-path.ts";

export { Option };

/** An argument whose values are known: to the help and to shells. The command itself refuses others, in its own words. */
export function oneOf(name: string, description: string, choices: readonly string[]): Argument {
  const argument = new Argument(name, description);
  argument.argChoices = [...choices];
  return argument;
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
