/** `lab`: what is there to do around the stacks. */
import type { Command } from "commander";
import type { BuildOptions } from "./images/build.ts";
import type { PruneOptions } from "./images/upload.ts";
import { newProgram, Option, providerChoices, runProgram, several } from "./program.ts";

/** All options that any of the commands takes. */
interface LabOptions extends BuildOptions, PruneOptions {
  readonly env?: boolean;
}

interface LabCommand {
  readonly name: string;
  readonly description: string;
  readonly options?: (command: Command) => Command;
  /** Loaded when it runs. Returns the exit code. */
  readonly load: () => Promise<(options: LabOptions, args: readonly string[]) => Promise<number>>;
}

const where = (command: Command): Command =>
  command.option("--config <file>", "the lab's config (or LAB_CONFIG; default: lab.config.ts)");

const json = (command: Command): Command => command.option("--json", "print one JSON document on stdout");

const tool = (command: Command): Command => command.argument("[tool]", "opentofu, proxmox; without one, opentofu");

/** Of all commands on images. */
const images = (command: Command): Command =>
  json(where(command)).option("--artifacts <folder>", "where builds are kept (default: artifacts in LAB_HOME)");

const variable = (command: Command): Command =>
  command.option(
    "--var <name=value>",
    "a Packer variable, such as architecture=x86_64; proxmox_… are of the Proxmox image alone",
    several,
  );

const build = (command: Command): Command =>
  variable(images(command))
    .argument("[images...]", "base, proxmox; without one, both")
    .addOption(
      new Option("--runner <runner>", "dagger, where an engine answers; local, this machine's Packer and QEMU")
        .choices(["auto", "dagger", "local"])
        .default("auto"),
    )
    .option("--source <file>", "a Debian 13 cloud image to start from, in place of the pinned one")
    .option(
      "--builder <path>",
      "with Dagger: a root file system, folder or tar, in place of the pinned container image",
    )
    .option("--force", "build even what is there")
    .option("--verbose", "print all that Packer says");

/** Of commands on the bucket. */
const bucket = (command: Command): Command =>
  images(command)
    .option("--bucket <name>", "default: <lab>-images")
    .option("--compartment-id <ocid>", "where the bucket is; default: the config's, else the root compartment")
    .option("--profile <name>", "of the OCI configuration file; default: the config's")
    .option("--region <name>", "default: the config's");

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
        description: "Build OpenTofu, or the provider bpg/proxmox, with Go, once; prints its path",
        options: tool,
        load: async () => (await import("./commands/tools.ts")).buildTools,
      },
      {
        name: "path",
        description: "Print the path of what was built",
        options: tool,
        load: async () => (await import("./commands/tools.ts")).toolsPath,
      },
    ],
  },
  {
    name: "images",
    description: "The images that hosts boot: the hardened base, and Proxmox VE on it",
    commands: [
      {
        name: "status",
        description: "Say which images the lab needs, and what is built and tested",
        options: images,
        load: async () => (await import("./images/status.ts")).statusCommand,
      },
      {
        name: "build",
        description: "Build what is not there",
        options: build,
        load: async () => (await import("./images/build.ts")).buildCommand,
      },
      {
        name: "adopt",
        description: "Take what `dagger call build-all-images -o artifacts` left for builds of the current inputs",
        options: (command) => variable(images(command).argument("[images...]", "base, proxmox; without one, both")),
        load: async () => (await import("./images/build.ts")).adoptCommand,
      },
      {
        name: "verify",
        description: "Read every build and compare it with what was built",
        options: images,
        load: async () => (await import("./images/status.ts")).verifyCommand,
      },
      {
        name: "upload",
        description: "Bring the Proxmox image into the lab's bucket, unless it is there",
        options: bucket,
        load: async () => (await import("./images/upload.ts")).uploadCommand,
      },
      {
        name: "prune",
        description: "Delete other images, and uploads that were given up, from the bucket",
        options: (command) => bucket(command).option("--dry-run", "say what would go, and delete nothing"),
        load: async () => (await import("./images/upload.ts")).pruneCommand,
      },
      {
        name: "pin",
        description: "Pin the newest Debian cloud image to start from, by address and checksum",
        options: images,
        load: async () => (await import("./images/pin.ts")).pinCommand,
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
        options: (command) =>
          where(command)
            .option("--env", 'print shell lines that other programs need: eval "$(…)"')
            .option(
              "--providers <choice>",
              "with --env: real, stand-in (the default) or auto, also by provider: proxmox=real,oci=stand-in",
              providerChoices,
            ),
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
        options: json,
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
    const command = options(group.command(verb).description(what));
    command.action(async () => {
      const run = await load();
      process.exitCode = await run(command.opts<LabOptions>(), command.args);
    });
  }
}

await runProgram(program, process.argv.slice(2));
