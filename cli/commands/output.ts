/** `cdktf output`: what the stacks say of themselves, from their states. */
import { targetOf } from "../user-files.ts";
import { type OutputOptions, plainOutputs, showOutputs, writeOutputsFile } from "../show/outputs.ts";
import { openStates } from "../state/open.ts";
import { inOrder, select } from "../synth/graph.ts";
import { readStack } from "../terraform/stack.ts";
import { isDeployed, stateOf } from "../terraform/state.ts";
import { synthesize } from "../synth/synthesize.ts";
import { printDocument } from "./document.ts";
import { atWork, type CommonOptions } from "./workplace.ts";

export async function output(names: readonly string[], options: CommonOptions & OutputOptions): Promise<number> {
  return atWork(options, "cdktf output", async (place) => {
    const { project, terminal } = place;
    if (options.outputsFile !== undefined) targetOf(options.outputsFile);
    const assembly = await synthesize(place, options.skipSynth ?? false);
    const stacks = inOrder(select(assembly.stacks, names));
    const width = Math.max(...stacks.map(({ name }) => name.length));
    const reader = openStates({ ...place, lab: assembly.lab, say: (line) => terminal.aside(line) });
    const states = await Promise.all(
      stacks.map(async (info) => ({ info, state: await stateOf(reader, readStack(info, project)) })),
    );
    for (const { info, state } of states) {
      const label = terminal.colors.bold(info.name.padEnd(width));
      if (options.json) continue;
      if (isDeployed(state)) showOutputs(terminal, label, state.outputs);
      else terminal.aside(`${label} not deployed`);
    }
    const plain = (sensitive: boolean): Readonly<Record<string, unknown>> =>
      Object.fromEntries(states.map(({ info, state }) => [info.name, plainOutputs(state.outputs, sensitive)]));
    const { outputsFile, outputsFileIncludeSensitiveOutputs: inClear = false } = options;
    if (outputsFile !== undefined)
      await writeOutputsFile(outputsFile, plain(inClear), inClear, place.interruption.signal);
    if (options.json) {
      printDocument({
        stacks: states.map(({ info, state }) => ({ name: info.name, outputs: plainOutputs(state.outputs, false) })),
      });
    }
    return 0;
  });
}
