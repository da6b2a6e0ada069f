/** The commands of both programs, as commander has them, with their names in one. */
import type { Command } from "commander";
import { everyCommand, leaves, type Named } from "../../cli/document-text.ts";

export { helpOf, PROGRAMS } from "../../cli/document-text.ts";

export interface NamedOnce extends Named {
  /** Such as `lab sandbox fault add`. */
  readonly path: string;
}

const withPath = (each: Named): NamedOnce => ({ ...each, path: each.words.join(" ") });

/** All, groups of others too. */
export const COMMANDS: readonly NamedOnce[] = everyCommand().map(withPath);

/** All that do something. */
export const LEAVES: readonly NamedOnce[] = leaves().map(withPath);

export function children(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}
