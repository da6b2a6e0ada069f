/** `lab`: what is there to do around the stacks. */
import type { Command } from "commander";
import { newProgram, runProgram } from "./program.ts";

/** All options that any of the commands takes. */
interface LabOptions {
  readonly config?: string;
  readonly env?: boolean;
  readonly json?: boolean;
}

interface LabCommand {
  readonly name: string;
  readonly description: string;
  readonly options?: (command: Command) => Command;
  /** Loaded when it runs. Returns the exit code. */
  readonly load: () => Promise<(options: LabOptions) => Promise<number>>;
}

const where = (command: Command): Command =>
  command.option("--config <file>", "the lab's config (or LAB_CONFIG; default: lab.config.ts)");

/** Every command, by group: to add one, add a row. */
const GROUPS: readonly {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly LabCommand[];
}[] = [
  {
    name: "tools",
    description: "Programs that are built here, where they cannot be had otherwise",
    commands: [
      {
        name: "build",
        description: "Build OpenTofu with Go, once; prints its path",
        load: async () => (await import("./commands/tools.ts")).buildTools,
      },
      {
        name: "path",
        description: "Print the path of the OpenTofu that was built",
        load: async () => (await import("./commands/tools.ts")).toolsPath,
      },
    ],
  },
  {
    name: "sandbox",
    description: "The embedded sandbox: the lab without an account",
    commands: [
      {
        name: "start",
        description: "Start it, with the tunnels of the lab",
        options: (command) => where(command).option("--env", 'print shell lines that other programs need: eval "$(…)"'),
        load: async () => (await import("./commands/sandbox.ts")).startSandbox,
      },
      {
        name: "stop",
        description: "Stop it; what is in it stays on disk",
        load: async () => (await import("./commands/sandbox.ts")).stopSandbox,
      },
      {
        name: "status",
        description: "Say whether it runs and what is in it",
        options: (command) => command.option("--json", "print one JSON document on stdout"),
        load: async () => (await import("./commands/sandbox.ts")).sandboxStatus,
      },
      {
        name: "reset",
        description: "Empty it, and forget its state",
        load: async () => (await import("./commands/sandbox.ts")).resetSandbox,
      },
    ],
  },
];

const program = newProgram("lab", "Works around the stacks of the lab; `cdktf` works on them.");
for (const { name, description, commands } of GROUPS) {
  const group = program.command(name).description(description).helpCommand(false);
  for (const { name: verb, description: what, options = (command: Command) => command, load } of commands) {
    options(group.command(verb).description(what)).action(async (given: LabOptions) => {
      const run = await load();
      process.exitCode = await run(given);
    });
  }
}

await runProgram(program, process.argv.slice(2));
