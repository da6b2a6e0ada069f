/** `completion`, of both programs. */
import { Argument, type Command } from "commander";
import { examples } from "../options.ts";
import { SCRIPTS, type Shell } from "./scripts.ts";

const ASK = "__complete";

/** A word for any of the shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function print(text: string): void {
  process.stdout.write(text);
}

/** Adds the command that prints a script, and a hidden one that the script asks. */
export function addCompletion(program: Command): void {
  const name = program.name();
  const shells = Object.keys(SCRIPTS);
  const completion = program
    .command("completion")
    .description("Print a script with which a shell completes commands, options and names of stacks")
    .addArgument(new Argument("<shell>", "whose script").choices(shells));
  examples(completion, [
    `eval "$(npx ${name} completion bash)"`,
    `eval "$(npx ${name} completion zsh)"  # after compinit`,
    `npx ${name} completion fish | source`,
  ]).action((shell: Shell) => {
    // By path: quicker than over npx, and there where the program is not on PATH.
    const ask = [process.execPath, process.argv[1] ?? name].map(quoted).join(" ");
    print(SCRIPTS[shell](name, `${ask} ${ASK}`));
  });
  program
    .command(ASK, { hidden: true })
    .argument("[words...]")
    .action(async (words: readonly string[]) => {
      // Not loaded by every other command.
      const [{ candidates }, { stackNames }] = await Promise.all([import("./candidates.ts"), import("./stacks.ts")]);
      const found = candidates(program, words, stackNames);
      if (found === "files") print(":files\n");
      else for (const { value, about } of found) print(`${value}\t${about}\n`);
    });
}
