/** `lab secrets`, and its `check`. */
import type { CommonOptions } from "../../engine/synth/command-context.ts";
import { openProject } from "../../engine/synth/project.ts";
import { type CommandDefinition, json, where } from "../../ui/command.ts";
import { openTerminal } from "../../ui/terminal.ts";
import { edit } from "./secrets-edit.ts";
import { init, refuseSandbox } from "./secrets-init.ts";
import { proxmox } from "./secrets-proxmox.ts";
import { rotate } from "./secrets-rotate.ts";
import { reportFindings } from "../../ui/findings.ts";

async function secretsCheck(options: CommonOptions): Promise<number> {
  const { checkSecrets, wantedBy } = await import("../../engine/checks/secrets.ts");
  const { secretsFile } = await import("../../engine/state/secrets-file.ts");
  const project = openProject(options);
  refuseSandbox(project, "check");
  const findings = await checkSecrets(project, secretsFile(project), await wantedBy(project));
  return reportFindings(findings, openTerminal({ json: false, color: options.color ?? true }), options.json);
}

const check: CommandDefinition<CommonOptions> = {
  name: "check",
  description: "Say whether they can be read, are complete and belong together; exits with 1 when not",
  options: (command) => json(where(command)),
  run: secretsCheck,
};

/** `lab secrets` */
export const secrets: CommandDefinition = {
  name: "secrets",
  description: "The lab's own secrets: passwords and keys of its hosts, encrypted by sops for the repository",
  commands: [init, edit, check, rotate, proxmox],
};
