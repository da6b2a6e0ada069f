/** A state file of no bytes without a copy: what was deployed by it exists, and nothing here knows of it. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../errors.ts";
import { visibleLine } from "../masking/visible.ts";
import { isHeld } from "../run/judge.ts";
import type { Stack } from "../terraform/stack.ts";
import { stateOf } from "../terraform/state.ts";
import type { Session } from "./session.ts";

/** How many objects are named. */
const NAMED = 5;

/** What the sandbox has of a stack's types and no state knows; null for a real account, which is not asked about all types. */
async function unknownOf(session: Session, stack: Stack): Promise<readonly string[] | null> {
  if (session.sandbox === null) return null;
  const states = await Promise.all(session.assembly.stacks.map((info) => stateOf(session, session.stack(info))));
  const held = states.flatMap(({ resources }) => resources);
  const items = (await session.sandbox.inventory()).filter(({ type }) => stack.resources[type] !== undefined);
  return items
    .filter((item) => !isHeld(item, held))
    .map(({ type, id, name }) => `${type} ${name === "" ? id : visibleLine(name)}`);
}

/**
 * Before it is said that there is nothing to destroy.
 *
 * @throws CliError where the state is an empty file, and something was or may have been deployed by it
 */
export async function refuseEmptyState(session: Session, stack: Stack): Promise<void> {
  const { stateFile: file, name } = stack;
  if (file === null || !existsSync(file) || statSync(file).size > 0) return;
  const unknown = await unknownOf(session, stack);
  // A plan leaves an empty file, too.
  const deployed = unknown === null ? existsSync(join(session.project.run, name, "apply.log")) : unknown.length > 0;
  if (!deployed) return;
  const [first = [], more = 0] = [unknown?.slice(0, NAMED), (unknown?.length ?? 0) - NAMED];
  const there = first.length === 0 ? "" : `: ${first.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  throw new CliError(
    `the state of ${name} is an empty file, without a copy, and it was deployed by it: ${file}. Nothing can be destroyed by that, and ` +
      `what there is stays${there}. Bring the file back from wherever you keep copies, delete the objects where they are, or take ` +
      `each in with npx cdktf deploy ${name} --recover-id ADDRESS=ID; with nothing left, delete the file`,
  );
}
