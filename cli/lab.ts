/** `lab`: what is there to do around the stacks. */
import type { Command } from "commander";
import { addCompletion } from "./completion/command.ts";
import { GITHUB_COMMANDS } from "./lab/github.ts";
import { HEALTH_COMMANDS } from "./lab/health.ts";
import { IMAGE_COMMANDS } from "./lab/images.ts";
import type { LabCommand, LabOptions } from "./lab/row.ts";
import { SANDBOX_COMMANDS } from "./lab/sandbox.ts";
import { SECRET_COMMANDS } from "./lab/secrets.ts";
import { STACK_COMMANDS } from "./lab/stacks.ts";
import { TOOL_COMMANDS } from "./lab/tools.ts";
import { WAYS_IN } from "./lab/ways-in.ts";
import { examples } from "./options.ts";
import { newProgram } from "./program.ts";

/** Every command: to add one, add a row in one of these. */
const GROUPS: readonly LabCommand[] = [
  ...TOOL_COMMANDS,
  ...IMAGE_COMMANDS,
  ...HEALTH_COMMANDS,
  ...WAYS_IN,
  ...GITHUB_COMMANDS,
  ...STACK_COMMANDS,
  ...SECRET_COMMANDS,
  ...SANDBOX_COMMANDS,
];

function register(parent: Command, row: LabCommand): void {
  const { name, description, options = (command) => command, commands, load } = row;
  const command = options(parent.command(name).description(description));
  if (load !== undefined) command.option("--no-color", "print without colours (or NO_COLOR=1)");
  if (row.examples !== undefined) examples(command, row.examples);
  for (const each of commands ?? []) register(command.helpCommand(false), each);
  if (!load) return;
  command.action(async () => {
    const run = await load();
    process.exitCode = await run(command.opts<LabOptions>(), command.args);
  });
}

export const program = newProgram("lab", "Works around the stacks of the lab; `cdktf` works on them.");
for (const group of GROUPS) register(program, group);
addCompletion(program);
