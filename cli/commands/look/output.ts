/** `cdktf output`: what the stacks say of themselves, from their states. */
import { type CommonOptions, synthesize, withLabLock } from "../../engine/synth/command-context.ts";
import { inOrder, select } from "../../engine/synth/stack-order.ts";
import { type CommandDefinition, outputsFile, skipSynth } from "../../ui/command.ts";
import { type OutputOptions, plainOutputs, printDocument, showOutputs, writeOutputsFile } from "../../ui/document.ts";
import { targetOf } from "../../ui/user-files.ts";
import { column } from "../../ui/words.ts";

async function run(options: CommonOptions & OutputOptions, names: readonly string[]): Promise<number> {
  const { openStates } = await import("../../engine/state/open.ts");
  const { isDeployed, stateOf } = await import("../../engine/state/state.ts");
  const { readStack } = await import("../../engine/terraform/stack.ts");
  return withLabLock(options, "cdktf output", async (context) => {
    const { project, terminal } = context;
    if (options.outputsFile !== undefined) targetOf(options.outputsFile);
    const assembly = await synthesize(context, options.skipSynth ?? false);
    const stacks = inOrder(select(assembly.stacks, names));
    const padded = column(stacks.map(({ name }) => name));
    const reader = openStates({ ...context, lab: assembly.lab, say: (line) => terminal.aside(line) });
    const states = await Promise.all(
      stacks.map(async (info) => ({ info, state: await stateOf(reader, readStack(info, project)) })),
    );
    for (const { info, state } of states) {
      const label = terminal.colors.bold(padded(info.name));
      if (options.json) continue;
      if (isDeployed(state)) showOutputs(terminal, label, state.outputs);
      else terminal.aside(`${label} not deployed`);
    }
    const plain = (sensitive: boolean): Readonly<Record<string, unknown>> =>
      Object.fromEntries(states.map(({ info, state }) => [info.name, plainOutputs(state.outputs, sensitive)]));
    const { outputsFile, outputsFileIncludeSensitiveOutputs: inClear = false } = options;
    if (outputsFile !== undefined)
      await writeOutputsFile(outputsFile, plain(inClear), inClear, context.interruption.signal);
    if (options.json) {
      printDocument({
        stacks: states.map(({ info, state }) => ({ name: info.name, outputs: plainOutputs(state.outputs, false) })),
      });
    }
    return 0;
  });
}

/** `cdktf output` */
export const output: CommandDefinition<CommonOptions & OutputOptions> = {
  name: "output",
  description: "Show the outputs of deployed stacks",
  examples: ["npx cdktf output talos", "npx cdktf output --outputs-file outputs.json"],
  options: (command) => outputsFile(skipSynth(command)),
  run,
};
