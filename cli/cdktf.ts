/** The program `cdktf`: upstream's grammar over the lab's own engine. */
import type { Command } from "commander";
import { deploy, destroy } from "./commands/change/deploy.ts";
import { diff } from "./commands/look/diff.ts";
import { list } from "./commands/look/list.ts";
import { output } from "./commands/look/output.ts";
import { synth } from "./commands/look/synth.ts";
import { addCompletion } from "./completion.ts";
import { newProgram, register } from "./program.ts";
import { color, where } from "./ui/command.ts";
import { pathOption } from "./ui/options.ts";

/** What every command takes. */
const common = (command: Command): Command =>
  color(
    where(
      command
        .argument("[stacks...]", "stacks to work on, `*` stands for anything")
        .option("--sandbox", "work in the embedded sandbox, without an account (or LAB_SANDBOX=1)"),
    )
      .option("-a, --app <command>", "how to run the app (default: as in cdktf.json)")
      .addOption(pathOption("-o, --output <folder>", "where the app writes (default: as in cdktf.json)"))
      .option("--json", "print one JSON document on stdout, everything else on stderr"),
  );

/** The program `cdktf`, with all of its commands. */
export const program = newProgram("cdktf", "Synthesizes, compares, deploys and destroys the stacks of the lab.");
for (const each of [synth, list, diff, deploy, destroy, output])
  register(program, each, (command, own) => own(common(command)));
addCompletion(program);
