/** The commands of both programs, as commander has them. */
import type { Command } from "commander";
import { program as cdktf } from "../../cli/cdktf.ts";
import { program as lab } from "../../cli/lab.ts";

export const PROGRAMS: Readonly<Record<"cdktf" | "lab", Command>> = { cdktf, lab };

export interface Leaf {
  /** Such as `lab sandbox fault add`. */
  readonly path: string;
  readonly words: readonly string[];
  readonly command: Command;
}

export function children(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

function leavesOf(command: Command, before: readonly string[]): readonly Leaf[] {
  const words = [...before, command.name()];
  const below = children(command);
  return below.length === 0
    ? [{ path: words.join(" "), words, command }]
    : below.flatMap((each) => leavesOf(each, words));
}

/** All that can be run. */
export const LEAVES: readonly Leaf[] = Object.values(PROGRAMS).flatMap((program) => leavesOf(program, []));

/** All of them, groups of others too. */
export const COMMANDS: readonly Leaf[] = Object.values(PROGRAMS).flatMap(function all(command: Command): Leaf[] {
  const words: string[] = [];
  for (let each: Command | null = command; each !== null; each = each.parent) words.unshift(each.name());
  return [{ path: words.join(" "), words, command }, ...children(command).flatMap(all)];
});

/** What `--help` prints. */
export function helpOf(command: Command): string {
  let text = "";
  const write = (part: string): void => void (text += part);
  command.configureOutput({ writeOut: write, getOutHelpWidth: () => 120 }).outputHelp();
  return text;
}
