/** Runs the app as the program that it is. */
import { spawn } from "node:child_process";
import { appEnvironment } from "../environment.ts";
import { lineMask } from "../masking/lines.ts";
import type { Project } from "../project.ts";
import { requireGoodEnd } from "./ending.ts";

/** @throws AppRefused with what it said */
export async function spawnApp(project: Project, signal: AbortSignal): Promise<void> {
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
    const end = await new Promise<number | NodeJS.Signals>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, by) => resolve(by ?? code ?? 1));
    });
    signal.throwIfAborted();
    requireGoodEnd(project.app, end, said);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
