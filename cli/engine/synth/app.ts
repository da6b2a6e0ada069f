/** Runs the app, which synthesizes the stacks. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { AlreadyPrinted, CliError, notBuilt } from "../../ui/errors.ts";
import type { Interruption } from "../../ui/interruption.ts";
import { lineMask, type Written } from "../../ui/mask-output.ts";
import { masked } from "../../ui/masker.ts";
import { appEnvironment } from "./environment.ts";
import type { Project } from "./project.ts";
import { exitOf } from "../../clients/processes.ts";

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
    await interruption.withDefaultSignals(() => importApp(program, project));
    // One that asks whether it is the main program writes nothing when it is not.
    if (existsSync(manifestOf(project.output))) return;
  }
  await spawnApp(project, interruption.signal);
}

/** What was imported once is not run by another import. */
let imported = false;

/** The program of an app that can be imported; null where the app is any other command, or was imported already. */
function importable({ app, folder }: Project): string | null {
  const [, file] = /^node\s+([\w./-]+\.m?[jt]s)$/.exec(app.trim()) ?? [];
  return imported || file === undefined ? null : resolve(folder, file);
}

/** Has stdout, which is not the app's to write to, go to stderr. @returns ends that, and returns what was written to either */
function captureOutput(): () => string {
  const streams: readonly Written[] = [process.stdout, process.stderr];
  const writes = streams.map(({ write }) => write);
  const writeOut = process.stderr.write.bind(process.stderr) satisfies Written["write"];
  let text = "";
  const write: Written["write"] = (chunk, encoding, done) => {
    text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    return typeof encoding === "string"
      ? writeOut(chunk.toString(), encoding, done)
      : writeOut(chunk, encoding ?? done);
  };
  for (const stream of streams) stream.write = write;
  return () => {
    for (const [index, stream] of streams.entries()) stream.write = writes[index] ?? writeOut;
    return masked(text);
  };
}

/** `process.exit` in an app that is no process. */
class Exit extends AlreadyPrinted {}

/** The exit code that the program ends with. What it throws is printed as Node would print it. */
async function run(program: string): Promise<number> {
  try {
    await import(pathToFileURL(program).href);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof Exit) return error.exitCode;
    // Where in which file, Node says only of a program that it runs by itself. That is done, as nothing is written.
    if (error instanceof SyntaxError) return 0;
    process.stderr.write(`${notBuilt(error) ?? inspect(error)}\n`);
    return 1;
  }
}

/**
 * Runs an app of the form `node main.ts` in this very process: another Node would cost a third of what synth takes.
 *
 * @throws AppRefused with what it said
 */
async function importApp(program: string, project: Project): Promise<void> {
  imported = true;
  const { env, exit } = process;
  const folder = process.cwd();
  process.env = { ...appEnvironment(project) };
  process.chdir(project.folder);
  process.exit = (code) => {
    throw new Exit(Number(code ?? process.exitCode ?? 0));
  };
  const captured = captureOutput();
  const code = await run(program);
  const said = captured();
  process.exit = exit;
  process.exitCode = undefined;
  process.chdir(folder);
  process.env = env;
  requireGoodEnd(project.app, code, said);
}

/** Runs the app as the program that it is. @throws AppRefused with what it said */
async function spawnApp(project: Project, signal: AbortSignal): Promise<void> {
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
    const end = await exitOf(child);
    signal.throwIfAborted();
    requireGoodEnd(project.app, end, said);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The app would not have its config, and has said why. */
export class AppRefused extends AlreadyPrinted {
  readonly said: string;

  constructor(said: string) {
    super();
    this.said = said;
  }
}

/**
 * The app says on stderr what is wrong with its config, so an exit code of 1 is passed on without another word.
 *
 * @param end its exit code, or the signal that ended it
 * @throws AppRefused with what it said
 */
function requireGoodEnd(app: string, end: number | NodeJS.Signals, said: string): void {
  if (end === 0) return;
  if (end === 1) throw new AppRefused(said.trim());
  const how = typeof end === "number" ? `exit code ${end}` : end;
  throw new CliError(`the app (${app}) ended with ${how}: nothing was synthesized`);
}

/** cdktn's list of the stacks, which is written last. */
export function manifestOf(output: string): string {
  return join(output, "manifest.json");
}

/** Our own facts about the lab. */
export function labFactsOf(output: string): string {
  return join(output, "lab.json");
}

/** What an earlier run has left there would pass for the result of an app that forgot to synthesize. */
function clearOutput(output: string): void {
  mkdirSync(output, { recursive: true });
  for (const file of [manifestOf(output), labFactsOf(output)]) rmSync(file, { force: true });
}
