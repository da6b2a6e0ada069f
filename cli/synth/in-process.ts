/** Runs an app of the form `node main.ts` in this very process: another Node would cost a third of what synth takes. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { appEnvironment } from "../environment.ts";
import { AlreadyTold } from "../errors.ts";
import type { Written } from "../masking/filter.ts";
import { masked } from "../masking/masker.ts";
import type { Project } from "../project.ts";
import { notBuilt } from "../not-built.ts";
import { requireGoodEnd } from "./ending.ts";

/** What was imported once is not run by another import. */
let imported = false;

/** The program of an app that can be imported; null where the app is any other command, or was imported already. */
export function importable({ app, folder }: Project): string | null {
  const [, file] = /^node\s+([\w./-]+\.m?[jt]s)$/.exec(app.trim()) ?? [];
  return imported || file === undefined ? null : resolve(folder, file);
}

/** Has stdout, which is not the app's to write to, go to stderr. @returns ends that, and tells what was written to either */
function overhear(): () => string {
  const streams: readonly Written[] = [process.stdout, process.stderr];
  const writes = streams.map(({ write }) => write);
  const tell = process.stderr.write.bind(process.stderr) satisfies Written["write"];
  let heard = "";
  const hear: Written["write"] = (chunk, encoding, done) => {
    heard += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    return typeof encoding === "string" ? tell(chunk.toString(), encoding, done) : tell(chunk, encoding ?? done);
  };
  for (const stream of streams) stream.write = hear;
  return () => {
    for (const [index, stream] of streams.entries()) stream.write = writes[index] ?? tell;
    return masked(heard);
  };
}

/** `process.exit` in an app that is no process. */
class Exit extends AlreadyTold {}

/** The exit code that the program ends with. What it throws is told as Node would tell it. */
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

/** @throws AppRefused with what it said */
export async function importApp(program: string, project: Project): Promise<void> {
  imported = true;
  const { env, exit } = process;
  const folder = process.cwd();
  process.env = { ...appEnvironment(project) };
  process.chdir(project.folder);
  process.exit = (code) => {
    throw new Exit(Number(code ?? process.exitCode ?? 0));
  };
  const heard = overhear();
  const code = await run(program);
  const said = heard();
  process.exit = exit;
  process.exitCode = undefined;
  process.chdir(folder);
  process.env = env;
  requireGoodEnd(project.app, code, said);
}
