/** Parses command lines: an error is one line with a suggestion, and sets the exit code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { type CommandDefinition, examples } from "./ui/command.ts";
import { printDocument, printedDocument } from "./ui/document.ts";
import { messageOf, printError } from "./ui/errors.ts";
import { maskOutput } from "./ui/mask-output.ts";
import { learnEnvironment } from "./ui/masker.ts";

function readVersion(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8"));
  return version;
}

/** Commander says what was wrong and exits with 1; help and version are no errors. */
export function newProgram(name: string, description: string): Command {
  return (
    new Command(name)
      .description(description)
      .version(readVersion(), "--version", "print the version")
      .helpCommand(false)
      .showSuggestionAfterError()
      .exitOverride()
      // What we start should print without colours too.
      .hook("preAction", (_program, command) => {
        if (command.opts<{ color?: boolean }>().color === false) process.env["NO_COLOR"] = "1";
      })
      .configureOutput({
        outputError: (text, write) => write(text.replace(/^error: /, `${name}: `).replaceAll(/\n(?=\()/g, " ")),
      })
  );
}

/** Who reads has gone, as `head` does when it has enough: what is being done goes on to its end all the same. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

/** Loaded where there is a proxy alone: it would cost every other run more than it takes. */
function isProxied({ HTTPS_PROXY, https_proxy }: NodeJS.ProcessEnv): boolean {
  return Boolean(HTTPS_PROXY || https_proxy);
}

/** Node would print it around the masker, with a line of code and all. */
function reportUncaught(): void {
  // Kept: an app that runs in this process has another `process.exit` meanwhile.
  const exit = process.exit.bind(process);
  process.on("uncaughtException", (error) => exit(printError(error)));
}

/** Commander has printed it already. Its second line is a suggestion, which belongs to the first. */
function usageErrorOf(error: CommanderError): string {
  return error.message.replace(/^error: /, "").replaceAll(/\n(?=\()/g, " ");
}

/**
 * Parses, runs the command that was named, and sets the exit code.
 *
 * @param failed the document that `--json` promises, when it came to an error and nothing else was printed
 */
export async function runProgram(
  program: Command,
  args: readonly string[],
  failed: (error: string) => object,
): Promise<void> {
  outliveReaders();
  learnEnvironment(process.env);
  maskOutput();
  reportUncaught();
  try {
    if (isProxied(process.env)) await (await import("./clients/proxy.ts")).useProxies(process.env);
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    const usage = error instanceof CommanderError;
    process.exitCode = usage ? error.exitCode : printError(error);
    // What follows `--` is another program's.
    const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
    if (process.exitCode === 0 || !own.includes("--json") || printedDocument()) return;
    printDocument(failed(usage ? usageErrorOf(error) : messageOf(error)));
  }
}

/**
 * Adds a command, and all below it.
 *
 * @param options adds the program's own options to those of a command that runs
 */
export function register(
  parent: Command,
  definition: CommandDefinition,
  options: (command: Command, own: (command: Command) => Command) => Command,
): Command {
  const { name, description, options: own = (command) => command, commands = [] } = definition;
  const command = parent.command(name).description(description);
  if (definition.run === undefined) own(command);
  else options(command, own);
  if (definition.examples !== undefined) examples(command, definition.examples);
  for (const each of commands) register(command.helpCommand(false), each, options);
  if (definition.run === undefined) return command;
  return command.action(async () => {
    process.exitCode = await definition.run?.(command.opts<object>(), command.args);
  });
}
