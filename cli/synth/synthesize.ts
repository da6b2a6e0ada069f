/** Runs the app and reads what it wrote. On the way of every command over stacks, so it loads next to nothing before. */
import type { Workplace } from "../commands/workplace.ts";
import { runApp } from "./app.ts";
import type { Assembly } from "./assembly.ts";

/** Runs the app unless told to take what it wrote before, and reads the result. */
export async function synthesize(place: Workplace, skip: boolean): Promise<Assembly> {
  const { project, terminal, interruption } = place;
  if (!skip) {
    terminal.status("synthesizing");
    await runApp(project, interruption);
    terminal.status("");
  }
  const { readAssembly } = await import("./assembly.ts");
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
