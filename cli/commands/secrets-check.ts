/** `lab secrets check`: exits with 1 when the lab's secrets cannot be used as they are. */
import { openProject } from "../project.ts";
import { checkSecrets } from "../secrets/check.ts";
import { wantedBy } from "../secrets/hosts.ts";
import { secretsPlace } from "../secrets/place.ts";
import { isWell, showFindings } from "../show/findings.ts";
import { openTerminal } from "../show/terminal.ts";
import { printDocument } from "./document.ts";
import { refuseSandbox } from "./secrets-init.ts";
import type { CommonOptions } from "./workplace.ts";

export async function secretsCheck(options: CommonOptions): Promise<number> {
  const project = openProject(options);
  refuseSandbox(project, "check");
  const findings = await checkSecrets(project, secretsPlace(project), await wantedBy(project));
  if (options.json) printDocument({ ok: isWell(findings), findings });
  else showFindings(openTerminal({ json: false, color: options.color ?? true }), findings);
  return isWell(findings) ? 0 : 1;
}
