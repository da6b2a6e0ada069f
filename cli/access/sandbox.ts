/** The sandbox's tunnels are ports of its own: whether SSH would carry them, its firewalls say. */
import type { Sandbox } from "../../sandbox/client.ts";
import { CliError } from "../errors.ts";
import type { Assembly, StackInfo } from "../synth/assembly.ts";
import { goesThroughHosts } from "./hosts-stack.ts";

/** @throws CliError where a stack needs hosts that let the admin's SSH not in, as a real run does when it has waited long */
export async function assertLetIn(sandbox: Sandbox, stack: StackInfo, assembly: Assembly): Promise<void> {
  if (!goesThroughHosts(stack, assembly)) return;
  const { address, lockedOutOf } = await sandbox.admin();
  const [first] = lockedOutOf;
  if (first === undefined) return;
  const from = address === null ? "from outside" : `from ${address}`;
  throw new CliError(
    `${first.name} (${first.address}) does not let us in: SSH ${from} is dropped by ${first.by}; ` +
      "`npx lab sandbox admin` says where the sandbox has you come from",
  );
}
