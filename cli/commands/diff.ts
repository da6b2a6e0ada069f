/** `cdktf diff`: plans every chosen stack and changes nothing. Exits with 2 when a deploy would do something. */
import type { DiffOptions } from "./diff-options.ts";
import { synthesizeEarly } from "./synth.ts";
import { atWork } from "./workplace.ts";

export async function diff(names: readonly string[], options: DiffOptions): Promise<number> {
  return atWork(options, "cdktf diff", async (place) => {
    // Loaded while the app runs.
    const early = synthesizeEarly(place, options.skipSynth ?? false);
    const { diffStacks } = await import("./diff-stacks.ts");
    return diffStacks(place, names, options, early);
  });
}
