/** The program `lab`: commands around the stacks. */
import { kubeconfig, talosconfig } from "./commands/access/contexts.ts";
import { open } from "./commands/access/open.ts";
import { ssh } from "./commands/access/ssh.ts";
import { tunnel } from "./commands/access/tunnel.ts";
import { backup, restore } from "./commands/change/backup.ts";
import { drill } from "./commands/change/drill.ts";
import { providers } from "./commands/change/providers-lock.ts";
import { state } from "./commands/change/state.ts";
import { upgrade } from "./commands/change/upgrade.ts";
import { comment } from "./commands/ci/comment.ts";
import { issue } from "./commands/ci/issue.ts";
import { reviewed } from "./commands/ci/reviewed.ts";
import { capacity } from "./commands/look/capacity.ts";
import { doctor } from "./commands/look/doctor.ts";
import { graph } from "./commands/look/graph.ts";
import { limits } from "./commands/look/limits.ts";
import { status } from "./commands/look/status.ts";
import { validate } from "./commands/look/validate.ts";
import { images } from "./commands/start/images.ts";
import { sandbox } from "./commands/start/sandbox.ts";
import { secrets } from "./commands/start/secrets.ts";
import { tools } from "./commands/start/tools.ts";
import { addCompletion } from "./completion.ts";
import { newProgram, register } from "./program.ts";
import { color, type CommandDefinition } from "./ui/command.ts";

/** Every command, in the order of the help: to add one, write its file and name it here. */
const GROUPS: Readonly<Record<string, readonly CommandDefinition[]>> = {
  Start: [sandbox, images, secrets, tools],
  Look: [status, doctor, limits, capacity, validate, graph],
  Access: [tunnel, ssh, open, kubeconfig, talosconfig],
  Change: [upgrade, backup, restore, drill, state, providers],
  CI: [comment, issue, reviewed],
};

/** The program `lab`, with all of its commands. */
export const program = newProgram("lab", "Works around the stacks of the lab; `cdktf` works on them.");
for (const [title, commands] of Object.entries(GROUPS))
  for (const each of commands) register(program, each, (command, own) => color(own(command))).helpGroup(`${title}:`);
addCompletion(program).helpGroup("Start:");
