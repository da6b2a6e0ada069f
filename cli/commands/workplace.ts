/** What every command stands on: the project, somewhere to print, signals, and being the only one at work. */
import { join } from "node:path";
import { Interrupted } from "../errors.ts";
import { openProject, type Project, type ProjectOptions } from "../project.ts";
import { watchSignals, type Interruption } from "../run/interruption.ts";
import { takeLock } from "../run/lock.ts";
import { openTerminal, type Terminal } from "../show/terminal.ts";

export interface CommonOptions extends ProjectOptions {
  readonly json?: boolean;
  /** False for `--no-color`. */
  readonly color?: boolean;
  readonly skipSynth?: boolean;
}

export interface Workplace {
  readonly project: Project;
  readonly terminal: Terminal;
  readonly interruption: Interruption;
}

/** One lock for the sandbox and the real lab: both are synthesized into the same folder. */
export function lockOf({ home }: Pick<Project, "home">): string {
  return join(home, ".lab", "cdktf.lock");
}

/**
 * Runs `work` with the lab to itself.
 *
 * @param command what to call us to another cdktf that waits
 */
export async function atWork<T>(
  options: CommonOptions,
  command: string,
  work: (place: Workplace) => Promise<T>,
): Promise<T> {
  const project = openProject(options);
  const terminal = openTerminal({ json: options.json ?? false, color: options.color ?? true });
  const interruption = watchSignals((line) => terminal.aside(line));
  try {
    const lock = await takeLock(lockOf(project), command, (line) => terminal.aside(line), interruption.signal);
    try {
      return await work({ project, terminal, interruption });
    } finally {
      lock.release();
    }
  } catch (error) {
    // Whatever was broken off by a signal failed because of it.
    const reason: unknown = interruption.signal.reason;
    throw reason instanceof Interrupted ? reason : error;
  } finally {
    terminal.status("");
    interruption.dispose();
  }
}
