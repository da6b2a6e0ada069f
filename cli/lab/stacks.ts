/** Commands on what is synthesized, and on states. */
import type { Command } from "commander";
import { Option, pathOption, wholeNumber } from "../options.ts";
import { inSandbox, json, where } from "../options.ts";
import { type LabCommand } from "./row.ts";

/** Of commands on states. */
const states = (command: Command): Command =>
  json(inSandbox(where(command))).option("--skip-synth", "take what was synthesized last");

export const STACK_COMMANDS: readonly LabCommand[] = [
  {
    name: "graph",
    description: "Draw the lab from what is synthesized: stacks, hosts, networks, machines, and what needs what",
    examples: ["npx lab graph", "npx lab graph --format svg --out lab.svg"],
    options: (command) =>
      json(inSandbox(where(command)))
        .addOption(new Option("--format <format>", "how to draw it").choices(["mermaid", "svg"]).default("mermaid"))
        .addOption(pathOption("--out <file>", "write it there (default: stdout)"))
        .option("--skip-synth", "take what was synthesized last"),
    load: async () => (await import("../commands/graph.ts")).graph,
  },
  {
    name: "providers",
    description: "The providers of real runs",
    commands: [
      {
        name: "lock",
        description: "Write the dependency lock files of all stacks into locks/, to be committed; asks the registry",
        examples: ["npx lab providers lock", "TERRAFORM_BINARY_NAME=tofu npx lab providers lock"],
        options: (command) => json(where(command)),
        load: async () => (await import("../commands/providers-lock.ts")).lockProviders,
      },
    ],
  },
  {
    name: "state",
    description: "Terraform's states: where they are, moved elsewhere, brought back from a backup",
    commands: [
      {
        name: "list",
        description: "Say where the state of each stack is, and which backups there are of it",
        options: states,
        load: async () => (await import("../commands/state.ts")).listStates,
      },
      {
        name: "migrate",
        description: "Move every state to where the config says; after an interruption, run it again",
        options: states,
        load: async () => (await import("../commands/state.ts")).migrateStates,
      },
      {
        name: "restore",
        description: "Bring the state of a stack back from a backup, after showing what that changes",
        examples: ["npx lab state restore talos", "npx lab state restore oci --serial 12 --yes"],
        options: (command) =>
          states(command.argument("<stack>", "whose state"))
            .addOption(
              pathOption("--backup <file>", "which backup (default: the newest that is not the present state)"),
            )
            .option("--serial <number>", "which backup, by its serial", wholeNumber(1))
            .option("--yes", "do not ask"),
        load: async () => (await import("../commands/state-restore.ts")).restoreState,
      },
    ],
  },
];
