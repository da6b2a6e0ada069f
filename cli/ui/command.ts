/** The definition of a command, and options that several commands take. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { messageOf } from "./errors.ts";
import { type Choices, parseChoices, pathOption, pathsOption, several, wholeNumber } from "./options.ts";

/**
 * A command, or a group of others. `Options` are those that it adds, under their names in camel case, as commander parses them.
 */
export interface CommandDefinition<Options extends object = object> {
  readonly name: string;
  readonly description: string;
  /** How it is typed; a remark may follow, after `#`. */
  readonly examples?: readonly string[];
  readonly options?: (command: Command) => Command;
  /** Of a group. */
  readonly commands?: readonly CommandDefinition[];
  /** Returns the exit code. What it needs besides options and terminal it loads itself: the help of others must not wait for it. */
  run?(options: Options, args: readonly string[]): Promise<number>;
}

/** Shows below the help how a command is typed. A line may end with a remark, after `#`. */
export function examples(to: Command, lines: readonly string[]): Command {
  return to.addHelpText("after", `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`);
}

/** Of both programs' commands, as every one of them may print in colours. */
export const color = (command: Command): Command =>
  command.option("--no-color", "print without colours (or NO_COLOR=1)");

/** `--config` */
export const where = (command: Command): Command =>
  command.addOption(pathOption("--config <file>", "the lab's config (or LAB_CONFIG; default: lab.config.ts)"));

/** `--json` */
export const json = (command: Command): Command => command.option("--json", "print one JSON document on stdout");

/** Of commands that look at either lab. */
export const inSandbox = (command: Command): Command =>
  command.option("--sandbox", "of the lab in the embedded sandbox (or LAB_SANDBOX=1)");

/** `--skip-synth` */
export const skipSynth = (command: Command): Command =>
  command.option("--skip-synth", "take what was synthesized last");

/** Of commands on images. */
export const artifacts = (command: Command): Command =>
  json(where(command)).addOption(
    pathOption("--artifacts <folder>", "where builds are kept (default: artifacts in LAB_HOME)"),
  );

/** Of commands that print outputs. */
export const outputsFile = (command: Command): Command =>
  command
    .addOption(pathOption("--outputs-file <file>", "write the outputs there, as JSON"))
    .option("--outputs-file-include-sensitive-outputs", "with the sensitive ones, in clear");

/** Of commands that plan. */
export const planOptions = (command: Command): Command =>
  skipSynth(command)
    .addOption(providersOption("in the sandbox"))
    .option("--refresh-only", "only take over what has changed outside")
    .option("--no-refresh", "do not ask what has changed outside: for where the hosts cannot be reached")
    .option("--var <name=value>", "set a variable of a stack; may be given several times", several)
    .addOption(pathsOption("--var-file <file>", "read variables from a file; may be given several times"))
    .option("--parallelism <number>", "stacks at a time; -1 means all that can run", wholeNumber(-1))
    .option("--terraform-parallelism <number>", "operations at a time within a stack", wholeNumber(1));

/** `--providers`, in the sandbox. */
export function providersOption(where: string): Option {
  const option = new Option(
    "--providers <choice>",
    `${where}: which provider plays (default: stand-in); also for each: proxmox=real,oci=stand-in`,
  ).argParser(providerChoices);
  option.argChoices = ["stand-in", "real", "auto"];
  return option;
}

function providerChoices(text: string): Choices {
  try {
    return parseChoices(text);
  } catch (error) {
    throw new InvalidArgumentError(`${messageOf(error)}.`);
  }
}
