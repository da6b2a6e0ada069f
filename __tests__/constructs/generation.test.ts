import { z } from "zod";
import { PRESET_NAMES, type PresetName } from "../../config/index.ts";
import { leastOf } from "../config/labs.ts";
import { synthesizeAny } from "../stacks/synthesize.ts";

const triggered = z.object({ replace_triggered_by: z.array(z.string()) });

interface Hung {
  readonly address: string;
  readonly on: readonly string[];
}

/** All that is replaced when something else is. */
function hung(preset: PresetName): readonly Hung[] {
  const stacks = Object.values(synthesizeAny({ ...leastOf(preset), ...(preset === "payg" && { allowPaid: true }) }));
  return stacks.flatMap(({ resource }) =>
    Object.entries(resource).flatMap(([type, entries]) =>
      Object.entries(entries).flatMap(([name, { lifecycle }]) => {
        const read = triggered.safeParse(lifecycle);
        return read.success ? [{ address: `${type}.${name}`, on: read.data.replace_triggered_by }] : [];
      }),
    ),
  );
}

describe("what follows another object", () => {
  // Terraform triggers replace_triggered_by by updates and replacements, and not by the creation of what was gone.
  it.each(PRESET_NAMES)("depends on a generation, and so is replaced with it, in preset %s", (preset) => {
    const all = hung(preset);
    expect(all.length).toBeGreaterThan(0);
    for (const { address, on } of all)
      expect([address, on.filter((each) => each.startsWith("terraform_data.")).length]).not.toEqual([address, 0]);
  });
});
