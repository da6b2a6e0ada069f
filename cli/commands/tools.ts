/** `lab tools`: programs that are built here, where they cannot be had otherwise. */
import { CliError } from "../errors.ts";
import { openTerminal } from "../show/terminal.ts";
import { buildTool } from "../tools/build.ts";
import { cachedTool } from "../tools/cache.ts";
import { printDocument } from "./document.ts";
import { OPENTOFU, type Tool, TOOLS } from "../tools/definitions.ts";

function toolNamed(name: string = OPENTOFU.name): Tool {
  const found = TOOLS.find((tool) => tool.name === name);
  if (found !== undefined) return found;
  throw new CliError(`lab tools: got "${name}", allowed ${TOOLS.map((tool) => tool.name).join(", ")}`);
}

export interface ToolsOptions {
  readonly json?: boolean;
}

function printPath({ name }: Tool, path: string, { json }: ToolsOptions): void {
  if (json) printDocument({ tool: name, path });
  else console.log(path);
}

/** Builds a tool and prints where it is. */
export async function buildTools(options: ToolsOptions, [name]: readonly string[]): Promise<number> {
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
export async function toolsPath(options: ToolsOptions, [name]: readonly string[]): Promise<number> {
  const tool = toolNamed(name);
  const path = cachedTool(tool);
  if (path === undefined) {
    const command = tool === OPENTOFU ? "npx lab tools build" : `npx lab tools build ${tool.name}`;
    throw new CliError(`${tool.title} has not been built for this checkout: \`${command}\` does it, with Go`);
  }
  printPath(tool, path, options);
  return 0;
}
