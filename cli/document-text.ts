/** The text of docs/cli.md, from the commands themselves. */
import type { Command } from "commander";
import { program as cdktf } from "./cdktf.ts";
import { program as lab } from "./lab.ts";

/** Both, by name. */
export const PROGRAMS = { cdktf, lab } as const;

/** A command, by all that is typed for it. */
export interface Named {
  /** Such as `lab`, `sandbox`, `fault`, `add`. */
  readonly words: readonly string[];
  readonly command: Command;
}

/** A command and all below it that help shows. */
function all(command: Command, before: readonly string[]): readonly Named[] {
  const words = [...before, command.name()];
  const below = command.createHelp().visibleCommands(command);
  return [{ words, command }, ...below.flatMap((each) => all(each, words))];
}

/** Every command of both programs, groups of others too. */
export function everyCommand(): readonly Named[] {
  return Object.values(PROGRAMS).flatMap((program) => all(program, []));
}

/** Those that do something, and are no group. */
export function leaves(): readonly Named[] {
  return everyCommand().filter(({ command }) => command.createHelp().visibleCommands(command).length === 0);
}

/** What `--help` prints, in lines of at most 120 characters. */
export function helpOf(command: Command): string {
  let text = "";
  const writeOut = (part: string): void => void (text += part);
  command.configureOutput({ writeOut, getOutHelpWidth: () => 120, getOutHasColors: () => false }).outputHelp();
  return text;
}

const INTRODUCTION = `# Commands

<!-- Made from the commands themselves by \`node cli/document.ts\`; edit those, in cli/commands/. -->

\`cdktf\` works on the stacks, \`lab\` around them. Both are run by \`npx\` in the checkout. To have a shell complete them:

\`\`\`sh
eval "$(npx cdktf completion bash)"
eval "$(npx lab completion bash)"
\`\`\`

- **Exit codes**: 0, done; 1, an error, which is one line on stderr; 2, \`cdktf diff\` found changes; 130, Ctrl-C.
- **\`--json\`** prints one document on stdout, and everything else on stderr. After an error it is
  \`{"error": …}\`, of \`cdktf\` with \`"stacks": […]\`.
- **Colours** are for terminals. \`NO_COLOR=1\` and \`--no-color\` have none, \`FORCE_COLOR=1\` has some in a pipe as well.
- **\`LAB_HOME\`** is where a lab keeps its state, its secrets and its sandbox; default: the checkout. \`LAB_CONFIG\` is \`--config\`,
  \`LAB_SANDBOX=1\` is \`--sandbox\`, \`TERRAFORM_BINARY_NAME\` chooses between \`tofu\` and \`terraform\`. \`DEBUG=1\` shows where an
  unexpected error comes from.
`;

function section({ words, command }: Named): string {
  return `${"#".repeat(Math.min(words.length + 1, 3))} ${words.join(" ")}\n\n\`\`\`text\n${helpOf(command).trimEnd()}\n\`\`\`\n`;
}

/** All of docs/cli.md. */
export function documentCommands(): string {
  return [INTRODUCTION, ...everyCommand().map(section)].join("\n");
}
