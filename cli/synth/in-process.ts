/**
 * Runs an app of the form `node main.ts` in this very process: starting another Node would cost a third of what synth
 * takes. For `cdktf synth` alone, which has nothing else to do meanwhile; the others run the app beside their own work.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { appEnvironment } from "../environment.ts";
import { AlreadyTold } from "../errors.ts";
import type { Project } from "../project.ts";
import { clearOutput } from "./output.ts";

/** The program of an app that can be imported; null where the app is any other command. */
export function importable({ app, folder }: Project): string | null {
  const [, file] = /^node\s+([\w./-]+\.m?[jt]s)$/.exec(app.trim()) ?? [];
  return file === undefined ? null : resolve(folder, file);
}

/** Ends as the app would: with `AlreadyTold` when it has set an exit code. */
export async function importApp(program: string, project: Project): Promise<void> {
  clearOutput(project.output);
  // The app sees what it would see as a program: its own environment and folder, and stdout is not its to write to.
  const { env } = process;
  const folder = process.cwd();
  const { write } = process.stdout;
  process.env = { ...appEnvironment(project) };
  process.chdir(project.folder);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  try {
    await import(pathToFileURL(program).href);
  } finally {
    process.stdout.write = write;
    process.chdir(folder);
    process.env = env;
  }
  if (process.exitCode !== undefined && process.exitCode !== 0) throw new AlreadyTold();
}
