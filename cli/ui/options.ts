/** Kinds of options and arguments, and parsers of their values, those of `--providers` among them. */
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

const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** For options that take a time: `90m`, `12h`, `2d`. @returns seconds */
export function span(text: string): number {
  const [, count = "", unit = ""] = /^([1-9]\d{0,3})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNIT_S[unit] ?? 0);
  if (seconds === 0) throw new InvalidArgumentError("allowed seconds, minutes, hours or days, such as 90m, 12h or 2d.");
  return seconds;
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

/** The systems, in the order of the stacks. */
export const SYSTEMS = ["oci", "proxmox", "talos"] as const;
/** One of these. */
export type System = (typeof SYSTEMS)[number];

const CHOICES = ["real", "stand-in", "auto"] as const;
type Choice = (typeof CHOICES)[number];
/** Which provider plays each system. */
export type Choices = Readonly<Record<System, Choice>>;

/** Fast, and needs no network. */
export const ALL_STAND_INS: Choices = { oci: "stand-in", proxmox: "stand-in", talos: "stand-in" };

const ALLOWED = "allowed real, stand-in or auto, for all or by provider: oci=stand-in,proxmox=real,talos=auto";

function isSystem(text: string): text is System {
  return SYSTEMS.some((system) => system === text);
}

function choiceOf(text: string, item: string): Choice {
  const found = CHOICES.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new Error(item === text ? ALLOWED : `${item}: ${ALLOWED}`);
}

/**
 * Reads what was given: one choice for all, or one by provider; providers that are not named have the stand-in.
 *
 * @throws Error, one line: what of it is wrong, and what is allowed
 */
export function parseChoices(text: string): Choices {
  if (!text.includes("=")) {
    const choice = choiceOf(text, text);
    return { oci: choice, proxmox: choice, talos: choice };
  }
  const named = new Map<System, Choice>();
  for (const item of text.split(",")) {
    const [name = "", choice = "", ...more] = item.split("=");
    if (!isSystem(name) || more.length > 0) throw new Error(`${item}: ${ALLOWED}`);
    if (named.has(name)) throw new Error(`${name} is there twice`);
    named.set(name, choiceOf(choice, item));
  }
  return { ...ALL_STAND_INS, ...Object.fromEntries(named) };
}
