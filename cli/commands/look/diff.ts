/** `cdktf diff`: plans every chosen stack and changes nothing. Exits with 2 when a deploy would do something. */
import type { DiffOptions } from "../../engine/runs/diff.ts";
import { withLabLock } from "../../engine/synth/command-context.ts";
import { type CommandDefinition, planOptions } from "../../ui/command.ts";
import { pathOption } from "../../ui/options.ts";

async function run(options: DiffOptions, names: readonly string[]): Promise<number> {
  const { diffStacks } = await import("../../engine/runs/diff.ts");
  return withLabLock(options, "cdktf diff", (context) => diffStacks(context, names, options));
}

/** `cdktf diff` */
export const diff: CommandDefinition<DiffOptions> = {
  name: "diff",
  description: "Show what a deploy would do; exits with 2 when it would do something",
  examples: ["npx cdktf diff", "npx cdktf diff oci --sandbox --json"],
  options: (command) =>
    planOptions(command)
      .option("--detailed", "with the values of what is created or destroyed, and all of the review in --json")
      .addOption(pathOption("--markdown <file>", "write the review there, as a comment on a pull request"))
      .addOption(pathOption("--out <folder>", "save there what the plans do, for `cdktf deploy --plan`"))
      .option("--review <text>", "what the saved plans are of, such as a commit: a deploy has to name the same")
      .option("--fail-on-destroy", "exit with 1 when anything would be destroyed or replaced"),
  run,
};
