/** `cdktf synth`: runs the app. */
import { relative } from "node:path";
import { type CommonOptions, synthesize, withLabLock } from "../../engine/synth/command-context.ts";
import { type CommandDefinition, providersOption } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";

async function run(options: CommonOptions, names: readonly string[]): Promise<number> {
  return withLabLock(options, "cdktf synth", async (context) => {
    const assembly = await synthesize(context, false);
    const { select } = await import("../../engine/synth/stack-order.ts");
    const stacks = select(assembly.stacks, names);
    if (options.json) {
      printDocument({ stacks: stacks.map(({ name, file, dependencies }) => ({ name, file, dependencies })) });
      return 0;
    }
    const where = relative(process.cwd(), context.project.output) || context.project.output;
    context.terminal.line(`synthesized ${stacks.map(({ name }) => name).join(", ")} into ${where}`);
    return 0;
  });
}

/** `cdktf synth` */
export const synth: CommandDefinition<CommonOptions> = {
  name: "synth",
  description: "Run the app: writes every stack as Terraform JSON",
  examples: ["npx cdktf synth", "npx cdktf synth --config other.config.ts"],
  options: (command) => command.addOption(providersOption("in the sandbox")),
  run,
};
