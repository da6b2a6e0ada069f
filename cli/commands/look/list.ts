/** `cdktf list`: the stacks, in the order in which they are deployed. */
import { relative } from "node:path";
import { type CommonOptions, synthesize, withLabLock } from "../../engine/synth/command-context.ts";
import { select } from "../../engine/synth/stack-order.ts";
import { type CommandDefinition, skipSynth } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { table } from "../../ui/words.ts";

async function run(options: CommonOptions, names: readonly string[]): Promise<number> {
  return withLabLock(options, "cdktf list", async (context) => {
    const stacks = select((await synthesize(context, options.skipSynth ?? false)).stacks, names);
    if (options.json) {
      printDocument({ stacks: stacks.map(({ name, folder, dependencies }) => ({ name, folder, dependencies })) });
      return 0;
    }
    const rows = stacks.map(({ name, folder, dependencies }) => {
      const reads = dependencies.length === 0 ? "" : `  after ${dependencies.join(", ")}`;
      return [name, `${relative(process.cwd(), folder) || "."}${reads}`];
    });
    for (const line of table(rows)) context.terminal.line(line);
    return 0;
  });
}

/** `cdktf list` */
export const list: CommandDefinition<CommonOptions> = {
  name: "list",
  description: "List the stacks in the order of their dependencies",
  examples: ["npx cdktf list", "npx cdktf list --json"],
  options: skipSynth,
  run,
};
