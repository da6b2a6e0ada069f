/** Finds what can complete a command line, from commander's own tree of commands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Argument, Command, Option } from "commander";
import { openProject } from "./engine/synth/project.ts";
import { several } from "./ui/options.ts";

interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** Names of files are the shell's to complete. */
type Candidates = readonly Candidate[] | "files";

interface Position {
  readonly command: Command;
  readonly given: ReadonlySet<Option>;
  /** The option whose value comes next. */
  readonly open: Option | undefined;
  /** How many arguments of the command are there. */
  readonly operands: readonly string[];
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

/** Where a line has come to after `words`. */
function position(program: Command, words: readonly string[]): Position {
  let command = program;
  let open: Option | undefined;
  let operands: string[] = [];
  const given = new Set<Option>();
  for (const word of words) {
    // Bash makes three words of `--interface=oci`.
    if (word === "=" && open !== undefined) continue;
    if (open?.required || (open !== undefined && !word.startsWith("-"))) {
      open = undefined;
    } else if (word.startsWith("-")) {
      const [flag, value] = word.split("=", 2);
      open = command.options.find(({ short, long }) => flag === long || flag === short);
      if (open !== undefined) given.add(open);
      if (value !== undefined || (open !== undefined && !takesValue(open))) open = undefined;
    } else {
      const next = command.commands.find((each) => each.name() === word);
      if (next === undefined) operands.push(word);
      else {
        command = next;
        operands = [];
      }
    }
  }
  return { command, given, open, operands };
}

function optionsOf({ command, given }: Position): readonly Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => !given.has(option) || option.parseArg === several)
    .flatMap(({ long, description }) => (typeof long === "string" ? [{ value: long, about: description }] : []));
}

/** @param stacks names of the stacks, asked only where one can stand */
export function candidates(program: Command, words: readonly string[], stacks: () => readonly string[]): Candidates {
  const last = words.at(-1) ?? "";
  const at = position(program, words.slice(0, -1));
  const { command, open, operands } = at;
  const beginning = (all: readonly Candidate[], text: string): readonly Candidate[] =>
    all.filter(({ value }) => value.startsWith(text));
  const values = (choices: readonly string[]): readonly Candidate[] => choices.map((value) => ({ value, about: "" }));

  const [, flag, value] = /^(--[^=]+)=(.*)$/.exec(last) ?? [];
  const option = flag === undefined ? open : command.options.find(({ long }) => long === flag);
  if (option !== undefined && (flag !== undefined || option.required || !last.startsWith("-"))) {
    if (option.argChoices === undefined) return /[<[](file|folder|path)[\]>]/.test(option.flags) ? "files" : [];
    const prefix = flag === undefined ? "" : `${flag}=`;
    const found = beginning(values(option.argChoices), value ?? last.replace(/^=$/, ""));
    return found.map((each) => ({ ...each, value: prefix + each.value }));
  }
  if (last.startsWith("-")) return beginning(optionsOf(at), last);

  const groups = command.createHelp().visibleCommands(command);
  if (groups.length > 0)
    return beginning(
      groups.map((each) => ({ value: each.name(), about: each.description() })),
      last,
    );
  return beginning(values(valuesOf(command, operands, stacks)), last).filter((each) => !operands.includes(each.value));
}

function valuesOf(command: Command, operands: readonly string[], stacks: () => readonly string[]): readonly string[] {
  const all = command.registeredArguments;
  const next: Argument | undefined = all[operands.length] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
  if (next === undefined) return [];
  return next.argChoices ?? (/^stacks?$/.test(next.name()) ? stacks() : []);
}

/**
 * Names of the stacks that were synthesized last. None where nothing is synthesized, or what is there cannot be read: a
 * shell that completes must not hear of errors.
 */
export function stackNames(): readonly string[] {
  try {
    // By hand, as loading zod would be felt at every Tab.
    const manifest: unknown = JSON.parse(readFileSync(join(openProject({}).output, "manifest.json"), "utf8"));
    if (typeof manifest !== "object" || manifest === null) return [];
    return Object.keys(Reflect.get(manifest, "stacks"));
  } catch {
    return [];
  }
}
