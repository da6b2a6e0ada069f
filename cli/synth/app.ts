/** Runs the app, which writes the stacks: what `cdktf synth` is. */
import { existsSync } from "node:fs";
import type { Project } from "../project.ts";
import type { Interruption } from "../run/interruption.ts";
import { importable, importApp } from "./in-process.ts";
import { spawnApp } from "./spawned.ts";
import { clearOutput, manifestOf } from "./output.ts";

/**
 * Synthesizes into `project.output`.
 *
 * @throws AppRefused where the app ends with an exit code of 1: it has said on stderr what is wrong with its config
 */
export async function runApp(project: Project, interruption: Interruption): Promise<void> {
  interruption.signal.throwIfAborted();
  clearOutput(project.output);
  const program = importable(project);
  if (program !== null) {
    // It may not give us a turn to hear of a signal; nothing has begun that would have to be ended well.
    await interruption.unheard(() => importApp(program, project));
    // One that asks whether it is the main program writes nothing when it is not.
    if (existsSync(manifestOf(project.output))) return;
  }
  await spawnApp(project, interruption.signal);
}
