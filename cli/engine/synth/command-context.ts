/** What every command over stacks gets: project, terminal, signals, and the lock of the LAB_HOME. */
import { join } from "node:path";
import { Interrupted } from "../../ui/errors.ts";
import { type Interruption, watchSignals } from "../../ui/interruption.ts";
import { openTerminal, type Terminal } from "../../ui/terminal.ts";
import { runApp } from "./app.ts";
import type { Assembly } from "./assembly.ts";
import { hasSettled } from "./base-port.ts";
import { withLock } from "./lock.ts";
import { openProject, type Project, type ProjectOptions } from "./project.ts";

/** Options of every command over stacks. */
export interface CommonOptions extends ProjectOptions {
  readonly json?: boolean;
  /** False for `--no-color`. */
  readonly color?: boolean;
  readonly skipSynth?: boolean;
}

/** What such a command works with. */
export interface CommandContext {
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
export async function withLabLock<T>(
  options: CommonOptions,
  command: string,
  work: (context: CommandContext) => Promise<T>,
): Promise<T> {
  const project = openProject(options);
  const terminal = openTerminal({ json: options.json ?? false, color: options.color ?? true });
  const interruption = watchSignals((line) => terminal.aside(line));
  try {
    const say = (line: string): void => terminal.aside(line);
    const context = { project, terminal, interruption };
    return await withLock(lockOf(project), command, say, interruption.signal, () => work(context));
  } catch (error) {
    // Whatever was broken off by a signal failed because of it.
    const reason: unknown = interruption.signal.reason;
    throw reason instanceof Interrupted ? reason : error;
  } finally {
    terminal.status("");
    interruption.dispose();
  }
}

/**
 * Runs the app unless told to take what it wrote before, and reads the result. On the way of every command over stacks, so it
 * loads next to nothing before.
 */
export async function synthesize(context: CommandContext, skip: boolean): Promise<Assembly> {
  const { project, terminal, interruption } = context;
  if (!skip) {
    terminal.status("synthesizing");
    if (!hasSettled(project)) {
      const { takeBasePort } = await import("./sandbox-ports.ts");
      await takeBasePort(project, interruption.signal);
    }
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
  context: CommandContext,
  skip: boolean,
): Promise<readonly [Assembly, T]> {
  others.catch(() => undefined);
  return [await synthesize(context, skip), await others];
}
