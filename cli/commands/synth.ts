/** `cdktf synth`: runs the app. */
import { relative } from "node:path";
import { synthesize } from "../synth/synthesize.ts";
import { printDocument } from "./document.ts";
import { atWork, type CommonOptions } from "./workplace.ts";

export async function synth(names: readonly string[], options: CommonOptions): Promise<number> {
  return atWork(options, "cdktf synth", async (place) => {
    const assembly = await synthesize(place, false);
    const { select } = await import("../synth/graph.ts");
    const stacks = select(assembly.stacks, names);
    if (options.json) {
      printDocument({ stacks: stacks.map(({ name, file, dependencies }) => ({ name, file, dependencies })) });
      return 0;
    }
    const where = relative(process.cwd(), place.project.output) || place.project.output;
    place.terminal.line(`synthesized ${stacks.map(({ name }) => name).join(", ")} into ${where}`);
    return 0;
  });
}
