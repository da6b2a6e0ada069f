/** `cdktf synth`: runs the app. On the way of every other command, so it loads next to nothing before the app runs. */
import { relative } from "node:path";
import type { Project } from "../project.ts";
import { leftRecords } from "../run/left-records.ts";
import { runApp } from "../synth/app.ts";
import { importable, importApp } from "../synth/in-process.ts";
import type { Assembly } from "../synth/assembly.ts";
import { printDocument } from "./document.ts";
import { atWork, type CommonOptions, type Workplace } from "./workplace.ts";

type RunApp = (project: Project, signal: AbortSignal) => Promise<void>;

/** Runs the app unless told to take what it wrote before, and reads the result. */
export async function synthesize(place: Workplace, skip: boolean, run: RunApp = runApp): Promise<Assembly> {
  const { project, terminal, interruption } = place;
  terminal.status(skip ? "" : "synthesizing");
  // The app first: what is loaded while it runs would hold up its start.
  const ran = skip ? undefined : run(project, interruption.signal);
  const [{ readAssembly }] = await Promise.all([import("../synth/assembly.ts"), import("../synth/graph.ts"), ran]);
  terminal.status("");
  const assembly = readAssembly(project.output);
  if (!skip) for (const note of assembly.notes) terminal.aside(note);
  return assembly;
}

/**
 * Starts to synthesize before anything else is loaded. Null where an earlier run has left a record: it may still work on
 * what would be overwritten.
 */
export function synthesizeEarly(place: Workplace, skip: boolean): Promise<Assembly> | null {
  if (leftRecords(place.project.run)) return null;
  const assembly = synthesize(place, skip);
  // Whoever waits for it is told; that may be later than it fails.
  assembly.catch(() => undefined);
  return assembly;
}

export async function synth(names: readonly string[], options: CommonOptions): Promise<number> {
  return atWork(options, "cdktf synth", async (place) => {
    const program = importable(place.project);
    const assembly = await synthesize(
      place,
      false,
      program === null ? runApp : (project) => importApp(program, project),
    );
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
