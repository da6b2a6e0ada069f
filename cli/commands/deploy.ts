/** `cdktf deploy` and `cdktf destroy`. */
import { targetOf } from "../user-files.ts";
import { type OutputOptions, plainOutputs, writeOutputsFile } from "../show/outputs.ts";
import { stateOf } from "../terraform/state.ts";
import { changeStacks, type ChangeOptions } from "./change.ts";
import { type LeftoverOptions, leftovers } from "./leftovers.ts";

export async function deploy(names: readonly string[], options: ChangeOptions & OutputOptions): Promise<number> {
  const { outputsFile, outputsFileIncludeSensitiveOutputs = false } = options;
  // Before anything is made, of which nobody would hear then.
  if (outputsFile !== undefined) targetOf(outputsFile);
  return changeStacks("deploy", names, options, async ({ session, stacks }, results) => {
    if (outputsFile === undefined) return;
    const done = stacks.filter(({ name }) =>
      results.some((result) => result.name === name && ["deployed", "unchanged"].includes(result.status)),
    );
    const entries = await Promise.all(
      done.map(async (info) => {
        const { outputs } = await stateOf(session, session.stack(info));
        return [info.name, plainOutputs(outputs, outputsFileIncludeSensitiveOutputs)] as const;
      }),
    );
    const { signal } = session.interruption;
    await writeOutputsFile(outputsFile, Object.fromEntries(entries), outputsFileIncludeSensitiveOutputs, signal);
  });
}

export async function destroy(names: readonly string[], options: ChangeOptions & LeftoverOptions): Promise<number> {
  return changeStacks("destroy", names, options, (begun, results) => leftovers(begun, results, options));
}
