/** The sandbox's tunnels are ports of its own: whether SSH would carry them, its hosts and firewalls say. */
import type { Sandbox } from "../../sandbox/client.ts";
import { CliError } from "../errors.ts";
import type { Project } from "../project.ts";
import type { Assembly, StackInfo } from "../synth/assembly.ts";
import { goesThroughHosts } from "./hosts-stack.ts";

export interface Wanted {
  readonly sandbox: Sandbox;
  readonly stack: StackInfo;
  readonly assembly: Assembly;
  readonly project: Project;
  /** It is enough that one host lets us in. @default false */
  readonly some?: boolean;
}

/** @throws CliError where a stack needs hosts that do not let the admin's SSH in, as a real run does when it has waited long */
export async function assertLetIn({ sandbox, stack, assembly, project, some = false }: Wanted): Promise<void> {
  if (!goesThroughHosts(stack, assembly)) return;
  const { address, lockedOutOf, silent } = await sandbox.admin();
  if (some && silent.length + lockedOutOf.length < (assembly.lab?.hosts.length ?? 0)) return;
  const [quiet] = silent;
  if (quiet !== undefined) {
    const { explainSilence } = await import("./silence.ts");
    const { accountOf } = await import("../oci/account.ts");
    const known = await explainSilence(quiet, (timeout) => accountOf(project, sandbox, timeout), project.run);
    throw new CliError(`${quiet.name} (${quiet.address}) does not let us in: nothing answers there; ${known}`);
  }
  const [first] = lockedOutOf;
  if (first === undefined) return;
  const from = address === null ? "from outside" : `from ${address}`;
  throw new CliError(
    `${first.name} (${first.address}) does not let us in: SSH ${from} is dropped by ${first.by}; ` +
      "`npx lab sandbox admin` says where the sandbox has you come from",
  );
}
