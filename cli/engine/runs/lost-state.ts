/** Stops a run at a stack that was deployed and whose state is gone: everything would be created a second time. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../../ui/errors.ts";
import { readIfThere } from "../../ui/files.ts";
import { backupsOf } from "../state/backups.ts";
import { addressOf, locationOf } from "../state/location.ts";
import { addLost, isWholeLog, leftBy, lossOf, type LostObject } from "../state/lost-objects.ts";
import { NO_STATE, parseState, type State, stateOf } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import type { Stack } from "../terraform/stack.ts";
import type { LossOptions, Verb } from "./losses.ts";
import { quoted } from "./recover.ts";
import type { Session } from "./session.ts";

/** How many objects are named. */
const NAMED = 5;

interface Gone {
  /** Addresses of what should be there. */
  readonly left: readonly string[];
  /** The newest copy of the state. */
  readonly copy: { readonly file: string; readonly state: State } | null;
  /** What the last apply made, and no copy knows. */
  readonly lost: readonly LostObject[];
}

async function newestCopy({ project, states }: Session, stack: Stack): Promise<Gone["copy"]> {
  const [newest] = backupsOf(project.data, stack.name);
  if (newest === undefined) return null;
  return { file: newest.file, state: parseState(await states.open(newest.file, stack.name), newest.file) };
}

/** What a state knew that is not there any more, by its copy and by the log of the last apply; null for one that knew nothing. */
async function gone(session: Session, stack: Stack): Promise<Gone | null> {
  const { lineage } = await stateOf(session, stack);
  // A state of no objects has one, too; a plan leaves an empty file.
  if (lineage !== "") return null;
  const copy = await newestCopy(session, stack);
  const text = readIfThere(join(session.project.run, stack.name, "apply.log")) ?? "";
  // What was cut off is looked for by itself.
  const log = isWholeLog(text) ? text : "";
  const before = copy?.state ?? NO_STATE;
  const left = leftBy(log, before);
  return left.length === 0 ? null : { left, copy, lost: lossOf(log, before, false).lost };
}

function wayBack(stack: string, { copy, lost }: Gone): string {
  if (copy !== null)
    return (
      `npx lab state restore ${stack} --backup ${quoted(copy.file)} brings back what it knew at serial ${copy.state.serial}` +
      (lost.length > 0 ? ", and the next deploy names what was made since" : "")
    );
  if (lost.length > 0) return `npx cdktf deploy ${stack} --recover takes back what the log of its last apply names`;
  return `bring it back from wherever you keep copies, or take each in with npx cdktf deploy ${stack} --recover-id ADDRESS=ID`;
}

function refusal(session: Session, verb: Verb, stack: Stack, found: Gone): CliError {
  const { name, stateFile } = stack;
  const place = addressOf(locationOf(stack, session.encryptedState));
  const how = stateFile !== null && existsSync(stateFile) ? "is an empty file" : "is not there";
  const more = found.left.length - NAMED;
  const objects = found.left.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
  const why = verb === "destroy" ? "nothing can be destroyed" : "all would be made a second time";
  return new CliError(
    `the state of ${name} ${how} (${place}), and by it were made ${objects}: without it ${why}. To go on: ${wayBack(name, found)}; ` +
      `where nothing of that is left, npx cdktf ${verb === "diff" ? "deploy" : verb} ${name} --forget-lost`,
  );
}

/**
 * Stops at a state that is gone, before anything is planned by its absence. What the last apply made is remembered as lost.
 *
 * @throws CliError where the user has not said what to do about it
 */
export async function refuseLostStates(
  session: Session,
  verb: Verb,
  selected: readonly StackInfo[],
  { recover, recoverId = [], forgetLost }: LossOptions,
): Promise<void> {
  if (forgetLost) return;
  for (const info of selected) {
    const stack = session.stack(info);
    const found = await gone(session, stack);
    if (found === null) continue;
    const { copy, lost } = found;
    addLost(session.project.run, stack.name, lost);
    const goesOn = copy === null && ((recover && lost.length > 0) || recoverId.length > 0);
    if (!goesOn) throw refusal(session, verb, stack, found);
  }
}
