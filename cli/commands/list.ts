/** `cdktf list`: the stacks, in the order in which they are deployed. */
import { relative } from "node:path";
import { select } from "../synth/graph.ts";
import { synthesize } from "../synth/synthesize.ts";
import { printDocument } from "./document.ts";
import { atWork, type CommonOptions } from "./workplace.ts";

export async function list(names: readonly string[], options: CommonOptions): Promise<number> {
  return atWork(options, "cdktf list", async (place) => {
    const stacks = select((await synthesize(place, options.skipSynth ?? false)).stacks, names);
    if (options.json) {
      printDocument({ stacks: stacks.map(({ name, folder, dependencies }) => ({ name, folder, dependencies })) });
      return 0;
    }
    const width = Math.max(...stacks.map(({ name }) => name.length));
    for (const { name, folder, dependencies } of stacks) {
      const reads = dependencies.length === 0 ? "" : `  after ${dependencies.join(", ")}`;
      place.terminal.line(`${name.padEnd(width)}  ${relative(process.cwd(), folder) || "."}${reads}`);
    }
    return 0;
  });
}
