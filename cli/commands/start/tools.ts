/** `lab tools`: builds programs where they cannot be installed otherwise. */
import type { Command } from "commander";
import { cachedTool, OPENTOFU, type Tool, TOOLS } from "../../engine/terraform/tools.ts";
import { type CommandDefinition, json } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { oneOf } from "../../ui/options.ts";
import { openTerminal } from "../../ui/terminal.ts";

function toolNamed(name: string = OPENTOFU.name): Tool {
  const found = TOOLS.find((tool) => tool.name === name);
  if (found !== undefined) return found;
  throw new CliError(`lab tools: got "${name}", allowed ${TOOLS.map((tool) => tool.name).join(", ")}`);
}

interface ToolsOptions {
  readonly json?: boolean;
}

function printPath({ name }: Tool, path: string, { json }: ToolsOptions): void {
  if (json) printDocument({ tool: name, path });
  else console.log(path);
}

/** Builds a tool and prints where it is. */
async function buildTools(options: ToolsOptions, [name]: readonly string[]): Promise<number> {
  const { buildTool } = await import("../../engine/terraform/tools-build.ts");
  const tool = toolNamed(name);
  // Progress belongs on stderr: stdout has the path alone.
  const terminal = openTerminal({ json: true, color: true });
  const path = await buildTool(tool, {
    say: (line) => terminal.aside(line),
    status: (text) => terminal.status(text),
  });
  printPath(tool, path, options);
  return 0;
}

/** Prints where a tool that was built is. */
async function toolsPath(options: ToolsOptions, [name]: readonly string[]): Promise<number> {
  const tool = toolNamed(name);
  const path = cachedTool(tool);
  if (path === undefined) {
    const command = tool === OPENTOFU ? "npx lab tools build" : `npx lab tools build ${tool.name}`;
    throw new CliError(`${tool.title} has not been built for this checkout: \`${command}\` does it, with Go`);
  }
  printPath(tool, path, options);
  return 0;
}

const toolArgument = (command: Command): Command =>
  json(command).addArgument(
    oneOf(
      "[tool]",
      "which; without one, opentofu",
      TOOLS.map(({ name }) => name),
    ),
  );

const build: CommandDefinition<ToolsOptions> = {
  name: "build",
  description: "Build OpenTofu, or the provider bpg/proxmox, with Go, once; prints its path",
  examples: ["npx lab tools build", "npx lab tools build proxmox"],
  options: toolArgument,
  run: buildTools,
};

const path: CommandDefinition<ToolsOptions> = {
  name: "path",
  description: "Print the path of what was built",
  examples: ["TERRAFORM_BINARY_NAME=$(npx lab tools path) npx cdktf diff"],
  options: toolArgument,
  run: toolsPath,
};

/** `lab tools` */
export const tools: CommandDefinition = {
  name: "tools",
  description: "Programs that are built here, where they cannot be had otherwise",
  commands: [build, path],
};
