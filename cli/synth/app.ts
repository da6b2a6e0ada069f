/** Runs the app, which writes the stacks: what `cdktf synth` is. */
import { spawn } from "node:child_process";
import { appEnvironment } from "../environment.ts";
import { AlreadyTold, CliError } from "../errors.ts";
import { lineMask } from "../masking/lines.ts";
import type { Project } from "../project.ts";
import { clearOutput } from "./output.ts";

/** The app would not have its config, and has said why. */
export class AppRefused extends AlreadyTold {
  readonly said: string;

  constructor(said: string) {
    super();
    this.said = said;
  }
}

/**
 * Synthesizes into `project.output`. The app says on stderr what is wrong with its config, so an exit code of 1 is
 * passed on without another word.
 *
 * @throws AppRefused with what it said
 */
export async function runApp(project: Project, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  clearOutput(project.output);
  const child = spawn(project.app, {
    cwd: project.folder,
    env: { ...appEnvironment(project) },
    shell: true,
    // Whatever the app prints is for people: stdout belongs to our own result.
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    // By lines: a terminal is written to as it comes, and what comes may be cut anywhere.
    const mask = lineMask(true);
    const say = (text: string): void => {
      said += text;
      process.stderr.write(text);
    };
    stream
      .setEncoding("utf8")
      .on("data", (text: string) => say(mask.take(text)))
      .on("end", () => say(mask.rest()));
  }
  const stop = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  try {
    const ended = await new Promise<{ readonly code: number | null; readonly by: NodeJS.Signals | null }>(
      (resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code, by) => resolve({ code, by }));
      },
    );
    signal.throwIfAborted();
    if (ended.code === 1) throw new AppRefused(said.trim());
    if (ended.code !== 0) {
      throw new CliError(
        `the app (${project.app}) ended with ${ended.by ?? `exit code ${ended.code}`}: nothing was synthesized`,
      );
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
