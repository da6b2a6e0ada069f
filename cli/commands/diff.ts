/** `cdktf diff`: plans every chosen stack and changes nothing. Exits with 2 when a deploy would do something. */
import type { RunOptions } from "./begin.ts";
import type { LossOptions } from "./losses.ts";
import { synthesizeEarly } from "./synth.ts";
import { atWork } from "./workplace.ts";

export interface DiffOptions extends RunOptions, LossOptions {
  /** With the values of what is created and destroyed, and all of the review in `--json`. */
  readonly detailed?: boolean;
  /** Where to write the review for people, as a comment on a pull request. */
  readonly markdown?: string;
  /** Where to save the plans, for `deploy --plan`. */
  readonly out?: string;
  /** Fails when anything would be destroyed or replaced. */
  readonly failOnDestroy?: boolean;
}

export async function diff(names: readonly string[], options: DiffOptions): Promise<number> {
  return atWork(options, "cdktf diff", async (place) => {
    // Loaded while the app runs.
    const early = synthesizeEarly(place, options.skipSynth ?? false);
    const { diffStacks } = await import("./diff-stacks.ts");
    return diffStacks(place, names, options, early);
  });
}
