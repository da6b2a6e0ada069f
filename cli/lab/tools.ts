/** Commands on programs that are built here. */
import type { Command } from "commander";
import { oneOf } from "../options.ts";
import { TOOLS } from "../tools/definitions.ts";
import { json } from "../options.ts";
import { type LabCommand } from "./row.ts";

const tool = (command: Command): Command =>
  json(command).addArgument(
    oneOf(
      "[tool]",
      "which; without one, opentofu",
      TOOLS.map(({ name }) => name),
    ),
  );

export const TOOL_COMMANDS: readonly LabCommand[] = [
  {
    name: "tools",
    description: "Programs that are built here, where they cannot be had otherwise",
    commands: [
      {
        name: "build",
        description: "Build OpenTofu, or the provider bpg/proxmox, with Go, once; prints its path",
        examples: ["npx lab tools build", "npx lab tools build proxmox"],
        options: tool,
        load: async () => (await import("../commands/tools.ts")).buildTools,
      },
      {
        name: "path",
        description: "Print the path of what was built",
        examples: ["TERRAFORM_BINARY_NAME=$(npx lab tools path) npx cdktf diff"],
        options: tool,
        load: async () => (await import("../commands/tools.ts")).toolsPath,
      },
    ],
  },
];
