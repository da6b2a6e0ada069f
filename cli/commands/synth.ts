/** `cdktf synth`: runs the app. On the way of every other command, so it loads next to nothing before the app runs. */
import { relative } from "node:path";
import { runApp } from "../synth/app.ts";
import type { Assembly } from "../synth/assembly.ts";
import { printDocument } from "./document.ts";
import { atWork, type CommonOptions, type Workplace } from "./workplace.ts";

/** Runs the app unless told to take what it wrote before, and reads the result. */
export async function synthesize(place: Workplace, skip: boolean): Promise<Assembly> {
  const { project, terminal, interruption } = place;
  if (!skip) {
    terminal.status("synthesizing");
    await runApp(project, interruption);
    terminal.status("");
  }
  const { readAssembly } = await import("../synth/assembly.ts");
  const assembly = readAssembly(project.output);
  if (!skip) for (const note of assembly.notes) terminal.aside(note);
  return assembly;
}

/**
 * Synthesizes while others work. These are to have begun before: an app that runs in this process leaves them no turn. And it
 * has to come to its end, whatever becomes of them.
 */
export async function synthesizeBeside<T>(
  others: Promise<T>,
  place: Workplace,
  skip: boolean,
): Promise<readonly [Assembly, T]> {
  others.catch(() => undefined);
  return [await synthesize(place, skip), await others];
}

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
