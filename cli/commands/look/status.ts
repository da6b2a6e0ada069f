/** `lab status`: the lab on one screen. */
import type { CommonOptions } from "../../engine/synth/command-context.ts";
import { openProject } from "../../engine/synth/project.ts";
import { type CommandDefinition, inSandbox, json, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { openTerminal } from "../../ui/terminal.ts";

/** Exits with 1 where something does not work. */
async function showStatus(options: CommonOptions): Promise<number> {
  const { labStatus } = await import("../../engine/checks/lab-status.ts");
  const { showLabStatus } = await import("../../engine/checks/lab-status-text.ts");
  const project = openProject(options);
  const status = await labStatus(project);
  const ok = status.attention.every((finding) => finding.status !== "fail");
  if (options.json) printDocument({ ok, ...status });
  else showLabStatus(openTerminal({ json: false, color: options.color ?? true }), status);
  return ok ? 0 : 1;
}

/** `lab status` */
export const status: CommandDefinition<CommonOptions> = {
  name: "status",
  description: "The lab on one screen: stacks, hosts, nodes, versions, cost, ports, and what needs attention",
  examples: ["npx lab status", "npx lab status --sandbox --json"],
  options: (command) => json(inSandbox(where(command))),
  run: showStatus,
};
