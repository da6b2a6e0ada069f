/** Command lines of ours, wherever they are written down, held against the commands that there are. */
import { type Command, CommanderError, InvalidArgumentError } from "commander";
import { children, PROGRAMS } from "../cli/command-tree.ts";

/** Stands for something else: FILE, <stack>, …, $(…), name=value. */
const PLACEHOLDER = /[A-Z<>…$=*]/;

/** The words of a shell's line up to where another command begins, without their quotes. */
export function wordsOf(line: string): readonly string[] {
  const [command = ""] = /^(?:'[^']*'|"[^"]*"|<\w+>|(?<=\S)#|[^'"|;&)<>#`])*/.exec(line) ?? [];
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, ""));
}

/** What is wrong with words that follow `cdktf` or `lab`; null when nothing is. */
export function mistakeIn(name: keyof typeof PROGRAMS, words: readonly string[]): string | null {
  let command: Command = PROGRAMS[name];
  let path: string = name;
  const rest = [...words];
  while (children(command).length > 0) {
    const [word] = rest;
    if (word === undefined || /^(--help|--version)$/.test(word) || PLACEHOLDER.test(word)) return null;
    const next = children(command).find((each) => each.name() === word);
    if (next === undefined) return `${path}: no command ${word}`;
    command = next;
    path += ` ${word}`;
    rest.shift();
  }
  const operands: string[] = [];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    // `[--env]` may be left out.
    const [, plain = ""] = /^\[?(.*?)\]?$/.exec(word) ?? [];
    if (!plain.startsWith("-")) {
      operands.push(plain);
      continue;
    }
    if (plain === "--" || plain === "--help") continue;
    const [flag, value] = plain.split(/=(.*)/);
    const option = command.options.find(({ long, short }) => long === flag || short === flag);
    if (option === undefined) return `${path}: no option ${flag}`;
    const next =
      value ?? (option.required || (option.optional && !rest[0]?.startsWith("-")) ? rest.shift() : undefined);
    if (next === undefined || PLACEHOLDER.test(next)) continue;
    try {
      option.parseArg?.(next, undefined);
    } catch (error) {
      if (error instanceof InvalidArgumentError || error instanceof CommanderError)
        return `${path} ${flag}: ${error.message}`;
      throw error;
    }
  }
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  for (const [index, operand] of operands.entries()) {
    const argument = registeredArguments[index] ?? (last?.variadic ? last : undefined);
    if (argument === undefined) return `${path}: one argument too many, ${operand}`;
    const { argChoices } = argument;
    if (argChoices !== undefined && !PLACEHOLDER.test(operand) && !argChoices.includes(operand))
      return `${path}: ${argument.name()} is none of ${argChoices.join(", ")}: ${operand}`;
  }
  return null;
}

export interface Written {
  readonly line: string;
  readonly mistake: string | null;
}

const OURS = /(?:^|(?<=[\s("'=`[/]))(cdktf|lab)(?:\.js)? +(?=[-a-z<[…])/g;

/** Of a line that is a command, or has some in it. */
export function writtenIn(line: string): readonly Written[] {
  return [...line.matchAll(OURS)].map((match) => {
    const name = match[1] === "cdktf" ? "cdktf" : "lab";
    const rest = line.slice(match.index + match[0].length);
    return { line: `${match[0]}${rest}`, mistake: mistakeIn(name, wordsOf(rest)) };
  });
}

/** Of prose, where the end of the command is not marked: the command's names, and options right after them. */
export function mentionedIn(text: string): readonly Written[] {
  return [...text.matchAll(/\bnpx (?:--no-install )?(cdktf|lab)((?: +[-a-z]+)*)/g)].map(
    ([line, program, after = ""]) => {
      const name = program === "cdktf" ? "cdktf" : "lab";
      let command: Command = PROGRAMS[name];
      const taken: string[] = [];
      for (const word of after.trim().split(/ +/)) {
        const next = children(command).find((each) => each.name() === word);
        if (next === undefined && children(command).length === 0 && !word.startsWith("-")) break;
        taken.push(word);
        command = next ?? command;
      }
      return {
        line,
        mistake: mistakeIn(
          name,
          taken.filter((word) => word !== ""),
        ),
      };
    },
  );
}
